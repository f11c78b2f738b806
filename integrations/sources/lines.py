"""Cuts a binary file of any size into lines of bounded length. Knows no JSON."""

from __future__ import annotations

from collections.abc import Iterator
from typing import BinaryIO

MAX_LINE_BYTES = 1024 * 1024
# A record larger than a log entry may be (1 MB) can go nowhere in Datadog.

BLOCK_BYTES = 256 * 1024
# Large enough that reading costs little a line, small enough that memory stays flat.

_BOM = b"\xef\xbb\xbf"


class LongLine:
    """Stands for a line that was over the limit; it was read past and never held."""


LONG_LINE = LongLine()


def line_blocks(file: BinaryIO) -> Iterator[list[bytes | LongLine]]:
    """Yield lists of consecutive lines without their newline; the last may be unterminated."""
    rest, skipping = b"", False
    for block in _blocks(file):
        head, newline, tail = block.rpartition(b"\n")
        if not newline:
            rest, skipping = _grown(rest, block, skipping=skipping)
            continue
        first, *others = head.split(b"\n")
        yield [_finished(rest, first, skipping=skipping), *others]
        rest, skipping = tail, False
    if skipping or rest:
        yield [_finished(rest, b"", skipping=skipping)]


def _blocks(file: BinaryIO) -> Iterator[bytes]:
    """The file in pieces, without a byte order mark."""
    block = file.read(BLOCK_BYTES).removeprefix(_BOM)
    while block:
        yield block
        block = file.read(BLOCK_BYTES)


def _grown(rest: bytes, block: bytes, *, skipping: bool) -> tuple[bytes, bool]:
    """A line that goes on in the next block; dropped once it is over the limit."""
    if skipping or len(rest) + len(block) > MAX_LINE_BYTES:
        return b"", True
    return rest + block, False


def _finished(rest: bytes, end: bytes, *, skipping: bool) -> bytes | LongLine:
    if skipping or len(rest) + len(end) > MAX_LINE_BYTES:
        return LONG_LINE
    return rest + end
