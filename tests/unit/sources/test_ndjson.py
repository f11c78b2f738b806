"""Lines of NDJSON: the good ones kept, each bad one named with line and field."""

from __future__ import annotations

import io
import json
import tracemalloc

import pytest
from hypothesis import given
from hypothesis import strategies as st

from integrations.core.fields import DatasetField
from integrations.sources.lines import BLOCK_BYTES, MAX_LINE_BYTES
from integrations.sources.ndjson import Line, LineError, read_ndjson

FIELDS = [
    DatasetField("at", "timestamp", required=True),
    DatasetField("value", "number"),
    DatasetField("count", "integer"),
    DatasetField("name", "string"),
    DatasetField("user.age", "integer"),
    DatasetField("ok", "boolean"),
    DatasetField("labels", "list"),
    DatasetField("extra", "object"),
]
ANY = [DatasetField("name", "string")]


def _read(
    data: bytes, fields: list[DatasetField] = FIELDS, *, id_field: str | None = None
) -> list[Line | LineError]:
    return list(read_ndjson(io.BytesIO(data), fields, id_field=id_field))


def _error(line: bytes, *, id_field: str | None = None) -> tuple[str, str]:
    (found,) = _read(line, id_field=id_field)
    assert isinstance(found, LineError)
    return found.field, found.message


def test_good_lines_come_out_with_number_bytes_and_content() -> None:
    data = b'\xef\xbb\xbf{"at": 1, "value": 2.5}\r\n\n  \t\n{"at": 2}'
    assert _read(data) == [
        Line(1, b'{"at": 1, "value": 2.5}', {"at": 1, "value": 2.5}, None),
        Line(4, b'{"at": 2}', {"at": 2}, None),
    ]


@pytest.mark.parametrize("data", [b"", b"\n", b"\xef\xbb\xbf", b"\r\n\r\n"])
def test_a_file_without_records_gives_nothing(data: bytes) -> None:
    assert _read(data) == []


@pytest.mark.parametrize(
    ("line", "words"),
    [
        (b"{", "not valid JSON"),
        (b'{"at": NaN}', "not valid JSON"),
        (b'{"at": Infinity}', "not valid JSON"),
        (b'{"at": 1e999}', "not valid JSON"),
        (b'{"at": 1} {"at": 2}', "not valid JSON"),
        (b'{"name": "\xff"}', "not valid JSON"),
        (b'{"name": "\\ud800"}', "not valid JSON"),
        (b'{"name": "a\x00"}', "not valid JSON"),
        (b'{"a": ' + b"[" * 100_000, "not valid JSON"),
        (b"[1]", "is a JSON object"),
        (b'"text"', "is a JSON object"),
        (b'{"a":' * 33 + b"1" + b"}" * 33, "deeper than 32 levels"),
        (b'{"a":' + b"[" * 40 + b"]" * 40 + b"}", "deeper than 32 levels"),
    ],
)
def test_what_is_no_record_is_named(line: bytes, words: str) -> None:
    field, message = _error(line)
    assert (field, words in message) == ("", True)


@pytest.mark.parametrize(
    ("line", "key"),
    [
        (b'{"at":1,"at":2}', "at"),
        (b'{"at" :1,"at"\t:2}', "at"),
        (b'{"at":1,"a\\u0074":2}', "at"),
        (b'{"at":1,"x":{"z":1,"z":2}}', "z"),
        (b'{"at":1,"x":[{"z":1,"z":2}]}', "z"),
        (b'{"at":1,"name":"\\": {[","name":""}', "name"),
    ],
)
def test_a_key_that_stands_twice_is_refused(line: bytes, key: str) -> None:
    assert _error(line) == (key, f'The key "{key}" stands twice in one object.')


@pytest.mark.parametrize(
    ("line", "key"),
    [
        (b'{"at":1,"name":"a\\u0000b"}', "name"),
        (b'{"at":1,"x":{"y":["\\u0000"]}}', "x"),
        (b'{"at":1,"n\\u0000":1}', "n"),
    ],
)
def test_nul_is_refused(line: bytes, key: str) -> None:
    assert _error(line) == (key, "A text contains the NUL character.")


@pytest.mark.parametrize(
    "line",
    [
        b'{"at":1,"name":"\\\\u0000"}',
        b'{"at":1,"name":"\\": \\": {["}',
        b'{"at":1,"x":{"at":2},"y":[{"at":3},{"at":4}]}',
        b'{"at":1,"name":" : :"}',
        b'{"at":1,"name":null,"user":{"age":3}}',
    ],
)
def test_what_only_looks_like_a_trap_is_kept(line: bytes) -> None:
    (found,) = _read(line)
    assert isinstance(found, Line)


@pytest.mark.parametrize(
    ("line", "field", "message"),
    [
        (b"{}", "at", "The field is required and missing."),
        (b'{"at":null}', "at", "The field is required and missing."),
        (
            b'{"at":"noon"}',
            "at",
            'Expected a time (ISO 8601, or seconds or milliseconds since 1970), found text "noon".',
        ),
        (b'{"at":1,"value":"2"}', "value", 'Expected a number, found text "2".'),
        (b'{"at":1,"value":true}', "value", "Expected a number, found true or false."),
        (
            b'{"at":1,"count":1.5}',
            "count",
            "Expected a whole number, found a number with a fraction.",
        ),
        (b'{"at":1,"name":7}', "name", "Expected text, found a whole number."),
        (b'{"at":1,"ok":1}', "ok", "Expected true or false, found a whole number."),
        (b'{"at":1,"labels":{}}', "labels", "Expected a list, found an object."),
        (b'{"at":1,"extra":[]}', "extra", "Expected an object, found a list."),
        (b'{"at":1,"user":{"age":[]}}', "user.age", "Expected a whole number, found a list."),
    ],
)
def test_a_value_of_the_wrong_type_is_named(line: bytes, field: str, message: str) -> None:
    assert _error(line) == (field, message)


def test_an_error_reads_as_a_sentence_with_its_place() -> None:
    _, found = _read(b'{"at":1}\n{"at":1,"count":"x"}\n')
    assert str(found) == 'line 2, field "count": Expected a whole number, found text "x".'


def test_good_lines_around_bad_ones_are_kept_in_order() -> None:
    found = _read(b'{"at":1}\nnonsense\n{"at":2}\n[]\n{"at":3,"at":3}\n{"at":4}\n')
    assert [item.number if isinstance(item, Line) else -item.line for item in found] == [
        1, -2, 3, -4, -5, 6,
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("value", "id_"), [(b'"a-1"', "a-1"), (b"17", "17"), (b'"' + b"x" * 200 + b'"', "x" * 200)]
)
def test_a_record_may_bring_its_id(value: bytes, id_: str) -> None:
    (found,) = _read(b'{"at":1,"id":%b}' % value, id_field="id")
    assert isinstance(found, Line)
    assert found.id == id_


@pytest.mark.parametrize("value", [b'""', b"null", b"1.5", b"[]", b'"' + b"x" * 201 + b'"'])
def test_an_unusable_id_is_named(value: bytes) -> None:
    field, message = _error(b'{"at":1,"id":%b}' % value, id_field="id")
    assert (field, "200 characters" in message) == ("id", True)


def _line_of(size: int) -> bytes:
    return b'{"name":"%b"}' % (b"x" * (size - 11))


@pytest.mark.parametrize("size", [BLOCK_BYTES, BLOCK_BYTES + 1, MAX_LINE_BYTES])
def test_a_line_across_blocks_is_whole(size: int) -> None:
    before, long, after = _read(b"{}\n" + _line_of(size) + b"\n{}", ANY)
    assert isinstance(long, Line)
    assert len(long.raw) == size
    assert isinstance(before, Line)
    assert isinstance(after, Line)


@pytest.mark.parametrize("size", [MAX_LINE_BYTES + 1, MAX_LINE_BYTES * 3])
@pytest.mark.parametrize("end", [b"\n{}", b"\n", b""])
def test_a_line_over_the_limit_is_named_and_read_past(size: int, end: bytes) -> None:
    first, *rest = _read(_line_of(size) + end, ANY)
    assert first == LineError(1, "", "The line is longer than 1,048,576 bytes.")
    assert [item.number for item in rest if isinstance(item, Line)] == ([2] if len(end) > 1 else [])


class _Endless(io.RawIOBase):
    """A file of one line that is never held as a whole."""

    def __init__(self, size: int) -> None:
        self._left = size

    def read(self, size: int = -1) -> bytes:
        given = min(size, self._left)
        self._left -= given
        return b"x" * given


def test_memory_stays_flat_however_long_a_line_is() -> None:
    tracemalloc.start()
    (found,) = read_ndjson(_Endless(300_000_000), ANY)  # type: ignore[arg-type]  # only reads
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert isinstance(found, LineError)
    assert peak < 8_000_000


CONTENT = st.dictionaries(
    st.text(max_size=5).filter(lambda key: "\0" not in key),
    st.recursive(
        st.one_of(
            st.none(),
            st.booleans(),
            st.integers(-(2**53), 2**53),
            st.text(max_size=8).filter(lambda text: "\0" not in text),
        ),
        lambda parts: st.one_of(
            st.lists(parts, max_size=3), st.dictionaries(st.text("ab:{", max_size=2), parts)
        ),
        max_leaves=5,
    ),
    max_size=4,
)


@given(st.lists(CONTENT, max_size=5), st.sampled_from([(",", ":"), (", ", " : "), (",\t", "\t:")]))
def test_every_record_that_json_can_write_is_read_back(
    contents: list[dict[str, object]], separators: tuple[str, str]
) -> None:
    lines = [json.dumps(content, separators=separators) for content in contents]
    found = _read("\n".join(lines).encode(), [])
    assert [item.data if isinstance(item, Line) else str(item) for item in found] == contents


@given(st.lists(st.tuples(st.text("ab", max_size=2), st.integers(0, 9)), max_size=4))
def test_a_key_is_refused_exactly_when_it_stands_twice(pairs: list[tuple[str, int]]) -> None:
    line = "{" + ",".join(f'"{key}":{value}' for key, value in pairs) + "}"
    (found,) = _read(line.encode(), [])
    assert isinstance(found, Line) == (len(dict(pairs)) == len(pairs))


@given(st.binary(max_size=200))
def test_no_bytes_break_the_reader(data: bytes) -> None:
    assert all(isinstance(item, Line | LineError) for item in _read(data))
