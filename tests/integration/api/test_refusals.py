"""What a push is refused for: its headers, a body that cannot be read, one that is too large."""

from __future__ import annotations

import gzip
import json
import zlib
from typing import Any

import pytest
from django.db import OperationalError, connection

from portal.api.domain import MAX_RECORDS, PROBLEMS
from tests.integration.api.conftest import JSON, NDJSON, Backend, path_of, record

pytestmark = pytest.mark.django_db
GOOD = json.dumps(record(1)).encode()


def check_problem(answer: Any, status: int, *, about: str = "") -> None:
    """It is a problem document of RFC 9457 whose type the OpenAPI document explains."""
    problem = answer.json()
    assert (answer.status_code, problem["status"]) == (status, status), problem
    assert (answer["Content-Type"], answer["Cache-Control"]) == (
        "application/problem+json",
        "no-store",
    )
    code = problem["type"].rpartition("/")[2]
    assert (PROBLEMS[code].status, PROBLEMS[code].title) == (status, problem["title"])
    assert about in problem["detail"]


@pytest.mark.parametrize(
    ("media_type", "status"),
    [
        (NDJSON, 202),
        ("APPLICATION/X-NDJSON", 202),
        ("application/x-ndjson; charset=UTF-8", 202),
        ("application/x-ndjson; charset=latin-1", 415),
        ("application/json; charset=utf-16", 415),
        ("text/plain", 415),
        ("multipart/form-data; boundary=x", 415),
        ("application/x-www-form-urlencoded", 415),
        ("application/jsonx", 415),
        ("application/*", 415),
        ("json", 415),
        (";", 415),
    ],
)
def test_only_the_two_forms_are_taken(backend: Backend, media_type: str, status: int) -> None:
    answer = backend.push(GOOD, media_type=media_type)
    assert answer.status_code == status
    if status == 415:
        check_problem(answer, 415)
        assert answer["Accept-Post"] == "application/x-ndjson, application/json"


@pytest.mark.parametrize("encoding", ["zstd", "br", "deflate", "gzip, gzip", "gzip,identity", "x"])
def test_other_encodings_are_refused(backend: Backend, encoding: str) -> None:
    answer = backend.push(gzip.compress(GOOD), Content_Encoding=encoding)
    check_problem(answer, 415, about="gzip")
    assert answer["Accept-Encoding"] == "gzip, identity"


ZIPPED = gzip.compress(GOOD)
BROKEN_GZIP = [
    pytest.param(GOOD, id="not gzip"),
    pytest.param(zlib.compress(GOOD), id="zlib"),
    pytest.param(ZIPPED[:-1], id="checksum cut off"),
    pytest.param(ZIPPED[:15], id="cut off"),
    pytest.param(ZIPPED[:-8] + bytes(8), id="wrong checksum"),
    pytest.param(ZIPPED + b"\0", id="something behind"),
    pytest.param(ZIPPED + ZIPPED, id="two members"),
    pytest.param(gzip.compress(b"") + ZIPPED, id="an empty member first"),
]


@pytest.mark.parametrize("body", BROKEN_GZIP)
def test_broken_gzip_is_refused_whole(backend: Backend, body: bytes) -> None:
    check_problem(backend.push(body, Content_Encoding="gzip"), 400, about="gzip")
    assert backend.kept() == []


BROKEN_ARRAYS = [
    pytest.param(body, id=body[:24].decode(errors="replace"))
    for body in (
        b"  ",
        b"null",
        b'"[]"',
        GOOD,
        b"[",
        b"[" + GOOD,
        b"[" + GOOD + b",",
        b"[" + GOOD + b",]",
        b"[," + GOOD + b"]",
        b"[" + GOOD + b",," + GOOD + b"]",
        b"[" + GOOD + b"]]",
        b"[" + GOOD + b"] x",
        b"[" + GOOD + b"}]",
        b"[" + GOOD + b" " + GOOD + b"]",
        b'["a" "b"]',
        b"[1 {}]",
        b"[" + b"[" * 34 + b"]" * 34 + b"]",
        b'["',
        b'["a\\"]',
        b"[{]",
        b"\xef\xbb\xbf[" + GOOD + b"]",
        b"[" + b"[" * 300_000,
        b"[[]" + b"}" * 300_000,
    )
]


@pytest.mark.parametrize("body", BROKEN_ARRAYS)
def test_a_broken_array_is_refused_whole(backend: Backend, body: bytes) -> None:
    check_problem(backend.push(body, media_type=JSON), 400, about="not a JSON array")
    assert backend.kept() == []


BAD_RECORDS = [
    pytest.param(body, said, id=said or body[:24].decode(errors="replace"))
    for body, said in (
        (b'{"id": "a", "value": NaN}', "valid JSON"),
        (b'{"id": "a", "value": 1e999}', "valid JSON"),
        (b'{"id": "a", "value": Infinity}', ""),
        (b'{"id": "a", "value": ' + b"9" * 5_000 + b"}", ""),
        (b'{"id": "a", "id": "b"}', "stands twice"),
        (b'{"id"\n: "a", "id"\n: "b"}', ""),
        (b'{"id": "a", "more": {"x": 1, "x": 2}}', ""),
        (b'{"id": "a\\u0000"}', "NUL"),
        (b'{"id": "a\0"}', ""),
        (b'{"id": "\\ud800"}', ""),
        (b'{"id": "\xff"}', ""),
        (b'{"id": "a\nb"}', ""),
        (b'{"id": "a", "more": ' + b"[" * 32 + b"]" * 32 + b"}", "nested deeper"),
        (b'{"id": "' + b"x" * 300 + b'"}', "1 to 200"),
        (b'{"id": "a", "value": 17 "at": 1}', ""),
        (b"{'id': 'a'}", ""),
        (b"17", "is not one"),
        (b'"text"', ""),
        (b"[[]]", ""),
        (b"nul", ""),
    )
]


@pytest.mark.parametrize("media_type", [NDJSON, JSON], ids=["ndjson", "array"])
@pytest.mark.parametrize(("body", "said"), BAD_RECORDS)
def test_a_bad_record_stops_no_other(
    backend: Backend, body: bytes, said: str, media_type: str
) -> None:
    whole = b"[%s, %s]" % (body, GOOD) if media_type == JSON else body + b"\n" + GOOD
    answer = backend.push(whole, media_type=media_type)
    assert answer.status_code == 202, answer.json()
    assert (answer.json()["accepted"], backend.kept()) == (1, [record(1)])
    assert answer.json()["refused"] >= 1
    assert said in answer.json()["errors"][0]["message"]


DEEP = b'{"id": "a", "more": ' + b'{"a":' * 9_999 + b"1" + b"}" * 10_000


@pytest.mark.parametrize("line", [b'{"id": "a"} {"id": "b"}', DEEP])
def test_a_bad_line_stops_no_other(backend: Backend, line: bytes) -> None:
    answer = backend.push(GOOD + b"\n" + line).json()
    assert (answer["accepted"], answer["errors"][0]["line"]) == (1, 2)


@pytest.mark.parametrize("media_type", [NDJSON, JSON], ids=["ndjson", "array"])
def test_a_record_over_a_megabyte_is_refused(backend: Backend, media_type: str) -> None:
    long = b'{"id": "' + b"x" * 1_100_000 + b'"}'
    body = b"[%s, %s]" % (long, GOOD) if media_type == JSON else long + b"\n" + GOOD
    answer = backend.push(body, media_type=media_type).json()
    assert (answer["accepted"], answer["errors"][0]["line"]) == (1, 1)


def test_an_array_is_not_read_on_for_the_end_of_a_huge_record(backend: Backend) -> None:
    array = b'["%s"]' % (b"x" * 3_000_000)
    check_problem(backend.push(array, media_type=JSON), 413, about="A record is longer")


LINE = b'{"id": "a"}\n'
MANY = [
    pytest.param(LINE * MAX_RECORDS + LINE.strip(), NDJSON, id="good lines"),
    pytest.param(b"\n" * MAX_RECORDS + LINE, NDJSON, id="blank lines"),
    pytest.param(b"x\n" * MAX_RECORDS + b"x", NDJSON, id="bad lines"),
    pytest.param(b"[" + b"1," * MAX_RECORDS + b"1]", JSON, id="bad elements"),
    pytest.param(b"[" + b"{}," * MAX_RECORDS + b"{}]", JSON, id="elements"),
]


@pytest.mark.parametrize(("body", "media_type"), MANY)
def test_more_records_than_a_push_may_have_are_refused(
    backend: Backend, body: bytes, media_type: str
) -> None:
    answer = backend.push(body, media_type=media_type, zipped=True)
    check_problem(answer, 413, about="100,000 records")
    assert backend.kept() == []


def test_as_many_records_as_a_push_may_have_are_kept(backend: Backend) -> None:
    assert backend.push(LINE * MAX_RECORDS).json()["accepted"] == MAX_RECORDS


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"CONTENT_LENGTH": ""}, 422),
        ({"CONTENT_LENGTH": "-1"}, 400),
        ({"CONTENT_LENGTH": "1e3"}, 400),
        ({"CONTENT_LENGTH": "٣"}, 400),
        ({"CONTENT_LENGTH": "9" * 5_000}, 400),
        ({"HTTP_TRANSFER_ENCODING": "chunked"}, 411),
        ({"CONTENT_LENGTH": str(64 * 1024 * 1024 + 1)}, 413),
        ({"CONTENT_LENGTH": str(16 * 1024 * 1024 + 1), "HTTP_CONTENT_ENCODING": "gzip"}, 413),
    ],
)
def test_the_length_decides_before_the_body_is_read(
    backend: Backend, headers: Any, status: int
) -> None:
    answer = backend.client.generic(
        "POST",
        backend.path,
        GOOD,
        content_type=NDJSON,
        HTTP_AUTHORIZATION=f"Bearer {backend.token}",
        **headers,
    )
    check_problem(answer, status)


@pytest.mark.parametrize("method", ["GET", "HEAD", "PUT", "PATCH", "DELETE", "OPTIONS", "QUERY"])
def test_other_methods_are_told_the_right_one(backend: Backend, method: str) -> None:
    answer = backend.client.generic(method, backend.path)
    assert (answer.status_code, answer["Allow"]) == (405, "POST")


@pytest.mark.parametrize(
    "path", ["/api/", "/api/v1/", "/api/v2", "/api/%0A", path_of("a", "b") + "/"]
)
def test_other_addresses_are_answered_to_programs(backend: Backend, path: str) -> None:
    check_problem(backend.push(GOOD, path=path), 404)


def test_a_database_that_is_away_asks_to_come_again(backend: Backend) -> None:
    def away(*_: Any) -> Any:
        raise OperationalError("the connection is lost")

    with connection.execute_wrapper(away):
        answer = backend.push(GOOD)
    check_problem(answer, 503, about="repeat it with its key")
    assert int(answer["Retry-After"]) > 0
