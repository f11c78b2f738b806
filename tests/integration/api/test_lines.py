"""Arrays are cut into the lines that their elements are, whatever the blocks they come in."""

from __future__ import annotations

import io
import json
import math
from contextlib import suppress
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from portal.api.body import Body
from portal.api.domain import ProblemError
from portal.api.lines import ArrayLines, NdjsonLines

VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=20,
)


def cut(body: bytes, size: int = 1024) -> list[bytes]:
    lines, reader = b"", ArrayLines(io.BytesIO(body))
    while block := reader.read(size):
        lines += block
    return lines.split(b"\n")[:-1]


@given(
    elements=st.lists(VALUES),
    indent=st.sampled_from([None, 0, 1, "\t"]),
    size=st.integers(1, 64),
    ascii_only=st.booleans(),
)
def test_each_element_becomes_a_line(
    elements: list[Any], indent: Any, size: int, ascii_only: bool
) -> None:
    body = json.dumps(elements, indent=indent, ensure_ascii=ascii_only).encode()
    assert [json.loads(line) for line in cut(body, size)] == elements


@given(body=st.binary() | st.text(alphabet='[]{},:"\\ \n\r01ax').map(str.encode), size=st.just(7))
@example(body=b'["\\', size=1)
@example(body=b"[[[[]", size=1)
def test_any_body_is_cut_or_refused(body: bytes, size: int) -> None:
    with suppress(ProblemError):
        assert all(cut(b"[" + body, size))


@given(body=st.text(alphabet='[]{},:"\\ \n01').map(str.encode))
def test_whatever_json_takes_is_cut_alike(body: bytes) -> None:
    try:
        elements = json.loads(b"[" + body + b"]")
    except ValueError:
        return
    lines = [json.loads(line) for line in cut(b"[" + body + b"]")]
    assert lines == elements or any(_is_odd(one) for one in elements)


def _is_odd(value: Any) -> bool:
    return isinstance(value, float) and math.isnan(value)


@pytest.mark.parametrize("missing", [0, 1, 10])
def test_a_body_shorter_than_its_length_is_refused(missing: int) -> None:
    body = Body(io.BytesIO(b'{"id": "a"}\n'), length=12 + missing, gzipped=False, context="")
    lines = NdjsonLines(body)
    assert lines.read(1024)
    if missing:
        with pytest.raises(ProblemError, match=f"ended {missing} bytes before"):
            lines.read(1024)
    else:
        assert lines.read(1024) == b""
