"""HTTP JSON sources against a local server: paging, signing in, and answers that do not fit."""

import json
import os
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qs, parse_qsl, urlsplit

import psutil
import pytest

from integrations.core.clock import ManualClock
from integrations.core.errors import IntegrationError, RefusedHostError, RetryLaterError
from integrations.core.secret import Secret
from integrations.http.client import HttpClient
from integrations.http.guard import AddressGuard, guarded_client
from integrations.sources.base import START, Cursor, Source
from integrations.sources.errors import (
    SourceAnswerError,
    SourceSetupError,
    SourceSignInError,
    UnreadableAnswerError,
)
from integrations.sources.http_json import HttpJsonSource
from integrations.sources.http_paging import Links, Offsets, PageNumbers, Paging, Tokens
from integrations.sources.http_settings import HttpJsonSettings
from integrations.sources.http_sign_in import (
    BasicSignIn,
    ClientCredentialsSignIn,
    HeaderSignIn,
    SignIn,
)
from tests.unit.http.answering import AnsweringServer, Got, Planned, answering_server

NOW = 1_795_000_000.0
URL = "https://api.vendor.example/v1/{external_id}/orders"


@pytest.fixture
def server() -> Iterator[AnsweringServer]:
    with answering_server() as running:
        yield running


def order(number: int, moment: int) -> dict[str, Any]:
    return {"id": number, "at": moment, "note": "http://x"}


@dataclass
class Api:
    """A vendor's API over a list of orders that pages in every way."""

    orders: list[dict[str, Any]] = field(default_factory=list)
    size: int = 2

    def __call__(self, got: Got) -> Planned:
        query = dict(parse_qsl(urlsplit(got.path).query))
        since = int(query.get("since", 0))
        found = [entry for entry in self.orders if entry["at"] >= since]
        start = self._start(query)
        page, end = found[start : start + self.size], start + self.size
        token = str(end) if end < len(found) else None
        answer = {"data": {"orders": page}, "next": token, "more": token is not None}
        link = f'<?since={since}&cursor={end}>; rel="next"' if token else '<?x>; rel="first"'
        return Planned(200, json.dumps(answer).encode(), {"Link": link})

    def _start(self, query: dict[str, str]) -> int:
        if "page" in query:
            return (int(query["page"]) - 1) * self.size
        return int(query.get("offset") or query.get("cursor") or 0)


def source_of(
    server: AnsweringServer, *, sign_in: SignIn | None = None, url: str = URL, **settings: Any
) -> HttpJsonSource:
    known = {"records_path": "data.orders", "id_field": "id", **settings}
    return HttpJsonSource(
        server.client(),
        HttpJsonSettings(url=url, **known),
        external_id="acme",
        sign_in=sign_in,
        clock=ManualClock(NOW),
    )


def timed(server: AnsweringServer, **settings: Any) -> HttpJsonSource:
    """A source that asks for what came since."""
    known = {"params": {"since": "{since}"}, "since_format": "seconds", "overlap": 100}
    return source_of(server, **{**known, "cursor_field": "at", **settings})


def read_all(source: Source, cursor: Cursor = START) -> tuple[list[str], Cursor]:
    ids: list[str] = []
    more = True
    while more:
        stretch = source.read(json.loads(json.dumps(cursor)), limit=3)
        ids += [record.id for record in stretch.records]
        cursor, more = stretch.cursor, stretch.more
    return ids, cursor


PAGINGS = [
    PageNumbers(),
    PageNumbers(more_path="more"),
    Offsets(),
    Offsets(more_path="more"),
    Tokens(next_path="next"),
    Links(),
]


@pytest.mark.parametrize("paging", PAGINGS, ids=repr)
def test_all_pages_are_read_and_late_records_found(server: AnsweringServer, paging: Paging) -> None:
    api = Api([order(number, 1000 + number) for number in range(7)])
    server.respond = api
    source = timed(server, paging=paging)
    ids, cursor = read_all(source)
    assert ids == list("0123456")
    api.orders.insert(0, order(8, 950))
    api.orders.append(order(9, 1100))
    more, cursor = read_all(source, cursor)
    assert sorted(more) == ["8", "9"]
    assert read_all(source, cursor)[0] == []


@pytest.mark.parametrize("paging", PAGINGS, ids=repr)
def test_a_list_that_only_grows_is_read_on_from_its_last_page(
    server: AnsweringServer, paging: Paging
) -> None:
    api = Api([order(number, 0) for number in range(5)])
    server.respond = api
    source = source_of(server, paging=paging)
    ids, cursor = read_all(source)
    api.orders += [order(number, 0) for number in range(5, 9)]
    asked = len(server.got)
    more, cursor = read_all(source, cursor)
    assert (ids, more) == (list("01234"), list("5678"))
    assert len(server.got) - asked <= 4
    assert read_all(source, cursor)[0] == []


def test_newest_first_and_pages_that_shift_give_each_record_once(server: AnsweringServer) -> None:
    api = Api([order(number, 1000 + number) for number in range(6, 0, -1)])
    server.respond = api
    source = timed(server, paging=PageNumbers())
    first = source.read(START, limit=2)
    api.orders.insert(0, order(7, 1007))
    rest, cursor = read_all(source, first.cursor)
    ids = [record.id for record in first.records] + rest
    assert ids == list("654321")
    assert read_all(source, cursor)[0] == ["7"]


def test_a_server_that_ignores_since_gives_nothing_twice(server: AnsweringServer) -> None:
    api = Api([order(number, 1000 * number) for number in range(1, 6)])
    server.respond = api
    source = timed(server, params={}, since_start=2000, paging=Offsets())
    ids, cursor = read_all(source)
    api.orders.append(order(6, 4950))
    assert (ids, read_all(source, cursor)[0]) == (list("2345"), ["6"])


def test_records_without_id_are_told_apart_by_content(server: AnsweringServer) -> None:
    server.answer(Planned(200, b'[{"a": 1}, {"a": 1}, {"a": 2}]'))
    source = source_of(server, records_path="", id_field="")
    ids, cursor = read_all(source)
    assert len(set(ids)) == 3
    server.answer(Planned(200, b'[{"a": 1}, {"a": 1}, {"a": 2}, {"a": 1}]'))
    assert len(read_all(source, cursor)[0]) == 1


def test_what_is_no_record_is_named_and_the_others_go_on(server: AnsweringServer) -> None:
    entries = [{"id": 1, "at": 5}, 7, {"at": 5}, {"id": 2, "at": "soon"}, {"id": 3, "at": 5}]
    entries.append({"id": 4, "at": 5, "note": "a\0b"})
    entries.append({"id": 5, "at": NOW + 200_000})
    server.answer(Planned(200, json.dumps(entries).encode()))
    stretch = timed(server, records_path="").read(START, limit=10)
    assert [record.id for record in stretch.records] == ["1", "3"]
    assert [record.number for record in stretch.records] == [1, 2]
    assert [refused.field for refused in stretch.refused] == ["", "id", "at", "note"]


def test_external_id_and_since_are_quoted_where_they_stand(server: AnsweringServer) -> None:
    server.answer(Planned(200, b"[]"))
    settings = HttpJsonSettings(
        url=URL + "?from={since}",
        params={"org": "{external_id}"},
        headers={"X-Org": "{external_id}"},
        cursor_field="at",
        since_start=1_700_000_000,
    )
    HttpJsonSource(server.client(), settings, external_id="a/../b&c").read(START, limit=1)
    got = server.got[0]
    assert got.path.startswith("/api.vendor.example/v1/a%2F..%2Fb%26c/orders?")
    assert parse_qs(urlsplit(got.path).query) == {
        "from": ["2023-11-14T22:13:20.000Z"],
        "org": ["a/../b&c"],
    }
    assert got.headers["X-Org"] == "a/../b&c"


@pytest.mark.parametrize(
    "settings",
    [
        {"url": "https://api.vendor.example/orders"},
        {"url": URL + "/{password}"},
        {"url": URL, "params": {"since": "{since}"}},
    ],
)
def test_settings_that_cannot_work_are_refused_at_once(settings: dict[str, Any]) -> None:
    with pytest.raises(SourceSetupError):
        HttpJsonSettings(**settings)


@pytest.mark.parametrize("external_id", ["", ".", "..", "a\nb", "evil.example/"])
def test_an_external_id_does_not_change_the_address(
    server: AnsweringServer, external_id: str
) -> None:
    settings = HttpJsonSettings(url="https://{external_id}.vendor.example/")
    with pytest.raises(SourceSetupError):
        HttpJsonSource(server.client(), settings, external_id=external_id).read(START, limit=1)
    assert server.got == []


GOOD = Planned(200, b'{"data": {"orders": [{"id": 1}]}, "next": null}')


@pytest.mark.parametrize(
    ("sign_in", "header", "value"),
    [
        (HeaderSignIn(Secret("k-1"), name="X-Api-Key"), "X-Api-Key", "k-1"),
        (BasicSignIn("ann", Secret("p:w")), "Authorization", "Basic YW5uOnA6dw=="),
    ],
    ids=["header", "basic"],
)
def test_a_request_is_signed_in(
    server: AnsweringServer, sign_in: SignIn, header: str, value: str
) -> None:
    server.answer(GOOD)
    assert len(source_of(server, sign_in=sign_in).read(START, limit=1).records) == 1
    assert server.got[0].headers[header] == value


class TokenApi:
    """Gives out tokens t1, t2 … and honours the newest."""

    def __init__(self) -> None:
        self.tokens = 0

    def __call__(self, got: Got) -> Planned:
        if got.path.endswith("/token"):
            self.tokens += 1
            answer = {"access_token": f"t{self.tokens}", "expires_in": 3600}
            return Planned(200, json.dumps(answer).encode())
        return (
            GOOD if got.headers.get("Authorization") == f"Bearer t{self.tokens}" else Planned(401)
        )


def client_credentials() -> ClientCredentialsSignIn:
    return ClientCredentialsSignIn(
        "https://id.vendor.example/token", client_id="portal", client_secret=Secret("s"), scope="r"
    )


def test_a_token_is_kept_until_it_expires(server: AnsweringServer) -> None:
    server.respond = api = TokenApi()
    clock = ManualClock(NOW)
    source = HttpJsonSource(
        HttpClient(server.rewrite, clock),
        HttpJsonSettings(url=URL, records_path="data.orders"),
        external_id="acme",
        sign_in=client_credentials(),
    )
    for wait, tokens in ((0, 1), (3000, 1), (600, 2), (10, 2)):
        clock.advance(wait)
        source.read(START, limit=1)
        assert api.tokens == tokens
    assert server.got[0].body == b"grant_type=client_credentials&scope=r"


def test_a_token_that_was_revoked_is_renewed_once(server: AnsweringServer) -> None:
    server.respond = api = TokenApi()
    source = source_of(server, sign_in=client_credentials())
    source.read(START, limit=1)
    api.tokens += 1
    assert len(source.read(START, limit=1).records) == 1
    server.respond = lambda got: (
        Planned(200, b'{"access_token": "x"}') if got.path.endswith("/token") else Planned(401)
    )
    with pytest.raises(SourceSignInError):
        source.read(START, limit=1)


@pytest.mark.parametrize(
    ("answer", "error"),
    [
        (Planned(401, b'{"error": "invalid_client"}'), SourceSignInError),
        (Planned(200, b"{}"), SourceAnswerError),
        (Planned(200, b"<html>"), UnreadableAnswerError),
        (Planned(503, headers={"Retry-After": "7"}), RetryLaterError),
    ],
    ids=["refused", "no token", "html", "later"],
)
def test_a_token_endpoint_that_gives_none_is_named(
    server: AnsweringServer, answer: Planned, error: type[IntegrationError]
) -> None:
    server.answer(answer)
    with pytest.raises(error):
        source_of(server, sign_in=client_credentials()).read(START, limit=1)


def page(*orders: Any, **more: Any) -> Planned:
    return Planned(200, json.dumps({"data": {"orders": list(orders)}, **more}).encode())


MISFITS = [
    ([Planned(200, b"<!doctype html><p>Maintenance")], "html"),
    ([Planned(200, b"")], "empty"),
    ([Planned(200, b'{"data": {"orders": [{"id": 1}, {"i')], "not_json"),
    ([Planned(200, b'{"data": {"orders": [{"id": NaN}]}}')], "not_json"),
    ([Planned(200, b"[" * 100_000)], "not_json"),
    ([Planned(200, b'{"data": {"orders": [{"id": 1, "id": 2}]}}')], "duplicate_key"),
    ([Planned(200, b'{"data": {"items": []}}')], "missing_path"),
    ([Planned(200, b"[]")], "missing_path"),
    ([Planned(200, b'{"data": {"orders": {"id": 1}}}')], "not_a_list"),
    ([Planned(200, b'{"data": {"orders": [' + b" " * 9_000_000)], "too_large"),
    ([Planned(302, headers={"Location": "http://169.254.169.254/"})], "redirected"),
    ([Planned(404, b"{}")], "refused"),
    ([page({"id": 1}, next="a"), page({"id": 2}, next="a")], "repeats"),
    ([page({"id": 1}, next="a"), page({"id": 1}, next="b")], "repeats"),
    ([page({"id": 1}, next={"x": 1})], "unusable_cursor"),
]


@pytest.mark.parametrize(("answers", "reason"), MISFITS, ids=[name for _, name in MISFITS])
def test_an_answer_that_does_not_fit_is_named(
    server: AnsweringServer, answers: list[Planned], reason: str
) -> None:
    server.answer(*answers)
    source = source_of(server, paging=Tokens(next_path="next"))
    with pytest.raises((SourceAnswerError, UnreadableAnswerError)) as caught:
        source.read(START, limit=10)
    assert isinstance(caught.value, SourceAnswerError | UnreadableAnswerError)
    assert caught.value.reason == reason


def test_pages_that_go_round_in_a_circle_are_noticed(server: AnsweringServer) -> None:
    def respond(got: Got) -> Planned:
        number = int(dict(parse_qsl(urlsplit(got.path).query)).get("cursor", 0))
        return page({"id": number}, next=str(5 + (number - 4) % 3))

    server.respond = respond
    with pytest.raises(SourceAnswerError, match="twice"):
        read_all(source_of(server, paging=Tokens(next_path="next")))
    assert len(server.got) < 20


def test_a_link_to_another_host_is_not_followed(server: AnsweringServer) -> None:
    plan = Planned(200, b'[{"id": 1}]', {"Link": '<https://evil.example/2>; rel="next"'})
    server.answer(plan)
    source = source_of(server, records_path="", paging=Links())
    with pytest.raises(SourceAnswerError) as caught:
        source.read(START, limit=10)
    assert caught.value.reason == "other_host"


@pytest.mark.parametrize("status", [408, 429, 500, 503])
def test_a_source_that_asks_to_wait_is_asked_later(server: AnsweringServer, status: int) -> None:
    server.answer(Planned(status, headers={"Retry-After": "17"}))
    with pytest.raises(RetryLaterError) as caught:
        source_of(server).read(START, limit=1)
    assert (caught.value.retry_after, caught.value.status) == (17, status)


def test_an_address_typed_by_a_tenant_is_guarded(server: AnsweringServer) -> None:
    guard = AddressGuard(ports=frozenset({443, server.server_address[1]}))
    settings = HttpJsonSettings(url=f"https://127.0.0.1:{server.server_address[1]}/{{external_id}}")
    source = HttpJsonSource(guarded_client(guard), settings, external_id="acme")
    with pytest.raises(RefusedHostError):
        source.read(START, limit=1)
    assert server.got == []


@pytest.mark.heavy
@pytest.mark.timeout(600)
def test_a_hundred_thousand_records_stream_through_flat_memory(server: AnsweringServer) -> None:
    def respond(got: Got) -> Planned:
        start = int(dict(parse_qsl(urlsplit(got.path).query)).get("offset", 0))
        return page(*(order(n, n // 100) for n in range(start, min(start + 500, 100_000))))

    server.respond = respond
    source = timed(server, paging=Offsets())
    process, cursor, count, more, peaks = psutil.Process(os.getpid()), START, 0, True, []
    while more:
        stretch = source.read(cursor, limit=5000)
        cursor, more, count = stretch.cursor, stretch.more, count + len(stretch.records)
        peaks.append(process.memory_info().rss)
        server.got.clear()
    assert count == 100_000
    assert max(peaks) - max(peaks[:8]) < 20_000_000
