"""Segments: many records of a dataset kept as one zstd-compressed block of NDJSON.

Knows neither where segments are stored nor what the records mean.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import orjson
import zstandard

from integrations.core.fields import field_getter
from integrations.core.records import Record

MAX_SEGMENT_BYTES = 64 * 1024 * 1024
# Decompressed. A segment is read whole, so this bounds a reader's memory and refuses a bomb.

_LEVEL = 3
# zstd's own default: about 20 times smaller here at some 300 MB/s.


class SegmentError(ValueError):
    """The bytes are no segment, or one larger than a reader holds."""


def encode_segment(lines: Sequence[bytes]) -> bytes:
    """Compress lines of JSON (none contains a newline) into one segment."""
    plain = b"".join([line + b"\n" for line in lines])
    if plain.count(b"\n") != len(lines):
        raise SegmentError("A line of a segment must not contain a newline.")
    if len(plain) > MAX_SEGMENT_BYTES:
        raise SegmentError(f"A segment holds at most {MAX_SEGMENT_BYTES} bytes of lines.")
    return zstandard.ZstdCompressor(level=_LEVEL).compress(plain)


def decode_segment(data: bytes) -> list[bytes]:
    """The lines of a segment, without newlines."""
    try:
        size = zstandard.frame_content_size(data)
        if not 0 <= size <= MAX_SEGMENT_BYTES:
            raise SegmentError(f"The segment claims {size} bytes; {MAX_SEGMENT_BYTES} are allowed.")
        plain = zstandard.ZstdDecompressor().decompress(data)
    except zstandard.ZstdError as exc:
        raise SegmentError(f"The segment cannot be decompressed: {exc}.") from exc
    return plain.split(b"\n")[:-1]


def segment_records(
    data: bytes, *, first_number: int, source_id: str, id_field: str | None = None
) -> Iterator[Record]:
    """The records of a segment whose first line has that number in the source, one by one.

    A record's id is its ``id_field`` where it has one, else ``source_id`` and its number: the same
    at every reading, which retries and replays rely on. They are decoded one by one, since a
    chunk's worth of them at once would not fit a processor's cache.
    """
    loads = orjson.loads
    get_id = field_getter(id_field) if id_field else None
    for number, line in enumerate(decode_segment(data), start=first_number):
        content = loads(line)
        own_id = None if get_id is None else content.get(id_field) or get_id(content)
        record_id = f"{source_id}-{number}" if own_id is None else str(own_id)
        yield Record(number, record_id, line, content)
