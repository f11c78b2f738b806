"""Both forms of a body as lines of JSON, one a record, with flat memory.

Cuts only. Whether a line is good JSON is judged later, each for itself, so that one bad record
stops no other.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from portal.api.body import Readable
from portal.api.domain import MAX_RECORDS, ProblemError

MAX_ELEMENT_BYTES = 1024 * 1024
# The longest line that the reader of NDJSON takes.

BLOCK_BYTES = 64 * 1024
# Whoever reads judges a block at a time. Of the shortest lines, this one holds 8 MB of objects.

_BLANKS = b" \t\r\n"
_STRING = rb'"(?:[^"\\]++|\\.)*+"'
_DEPTH = 33
# One more than a record may be deep, so that such a one is still named by its place.


def _nested(depth: int) -> bytes:
    """A pattern of anything in brackets, up to that depth; whether they fit is judged later.

    Possessive throughout: the time is linear in the text, matched or not.
    """
    inside = rb'[^"{}\[\]]++|' + _STRING + (b"|" + _nested(depth - 1) if depth > 1 else b"")
    return rb"[{\[](?:" + inside + rb")*+[}\]]"


_ELEMENT = re.compile(
    rb"[ \t\r\n]*+(" + _nested(_DEPTH) + b"|" + _STRING + rb'|[^"{}\[\],]*+)'
    rb"[ \t\r\n]*+([,\]]|\Z|.)",
    re.DOTALL,
)
# An element and what follows it: a separator, the end of what has been read, or something else.


class NdjsonLines:
    """NDJSON is lines already; they are only counted, blank ones included."""

    def __init__(self, source: Readable) -> None:
        self._source = source
        self._newlines = 0

    def read(self, size: int, /) -> bytes:
        block = self._source.read(min(size, BLOCK_BYTES))
        self._newlines += block.count(b"\n")
        if self._newlines > MAX_RECORDS:
            raise too_many_records()
        return block


class ArrayLines:
    """The elements of a JSON array, a line each."""

    def __init__(self, source: Readable) -> None:
        self._source = source
        self._elements: Iterator[bytes] | None = None

    def read(self, size: int, /) -> bytes:
        size = min(size, BLOCK_BYTES)
        if self._elements is None:
            self._elements = self._counted_elements(size)
        lines, total = [], 0
        for element in self._elements:
            # A newline between two tokens may as well be a carriage return; inside a string
            # neither may stand, so a bad string stays bad.
            lines.append(element.replace(b"\n", b"\r") + b"\n")
            total += len(element)
            if total >= size:
                break
        return b"".join(lines)

    def _counted_elements(self, size: int) -> Iterator[bytes]:
        for number, element in enumerate(_elements(self._source, size), start=1):
            if number > MAX_RECORDS:
                raise too_many_records()
            yield element


def too_many_records() -> ProblemError:
    return ProblemError("too-large", f"One push has at most {MAX_RECORDS:,} records.")


def _malformed(detail: str) -> ProblemError:
    return ProblemError("malformed-request", f"The body is not a JSON array: {detail}.")


def _elements(source: Readable, size: int) -> Iterator[bytes]:
    buffer = _opened(source, size)
    position, first = 0, True
    while True:
        found = _next_element(buffer, position)
        if found is None:
            buffer, position = _grown(buffer[position:], source, size), 0
            continue
        element, mark, position = found
        if element:
            yield element
        elif mark == b"," or not first:
            raise _malformed("an element is missing beside a comma")
        first = False
        if mark == b"]":
            break
    _check_end(source, buffer[position:], size)


def _grown(rest: bytes, source: Readable, size: int) -> bytes:
    """An element that goes on; twice as long each time, so that it is not looked at too often."""
    if len(rest) > MAX_ELEMENT_BYTES:
        raise ProblemError("too-large", f"A record is longer than {MAX_ELEMENT_BYTES:,} bytes.")
    return rest + _more(source, max(size, len(rest)))


def _opened(source: Readable, size: int) -> bytes:
    """The beginning of the array, behind its bracket."""
    buffer = source.read(size).lstrip(_BLANKS)
    while not buffer:
        buffer = _more(source, size).lstrip(_BLANKS)
    if not buffer.startswith(b"["):
        raise _malformed("it does not begin with a bracket")
    return buffer[1:]


def _more(source: Readable, size: int) -> bytes:
    block = source.read(size)
    if not block:
        raise _malformed("it is empty, cut off or nested too deep")
    return block


def _check_end(source: Readable, rest: bytes, size: int) -> None:
    while not rest.strip(_BLANKS):
        rest = source.read(size)
        if not rest:
            return
    raise _malformed("something follows its end")


def _next_element(buffer: bytes, position: int) -> tuple[bytes, bytes, int] | None:
    """The next element, the mark that ends it and the place behind; None when there is no end."""
    found = _ELEMENT.match(buffer, position)
    if found is None:
        return None
    element, mark = found[1].rstrip(_BLANKS), found[2]
    if mark in (b",", b"]"):
        return element, mark, found.end()
    if (element and mark) or mark == b"}":
        raise _malformed("something stands between two elements")
    return None
