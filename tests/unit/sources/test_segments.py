"""Segments: lines in, the same lines out."""

import pytest
import zstandard
from hypothesis import given
from hypothesis import strategies as st

from integrations.sources.segments import (
    MAX_SEGMENT_BYTES,
    SegmentError,
    decode_segment,
    encode_segment,
    segment_records,
)


@given(st.lists(st.binary(max_size=50).map(lambda line: line.replace(b"\n", b""))))
def test_a_segment_gives_its_lines_back(lines: list[bytes]) -> None:
    assert decode_segment(encode_segment(lines)) == lines


def test_a_line_with_a_newline_is_refused() -> None:
    with pytest.raises(SegmentError, match="newline"):
        encode_segment([b"a\nb"])


def test_bytes_that_are_no_segment_are_refused() -> None:
    with pytest.raises(SegmentError, match="cannot be decompressed"):
        decode_segment(b"not zstd")
    with pytest.raises(SegmentError, match="cannot be decompressed"):
        decode_segment(encode_segment([b"abc" * 100])[:-4])


def test_a_bomb_is_refused_before_it_unfolds() -> None:
    bomb = zstandard.ZstdCompressor().compress(b"\0" * (MAX_SEGMENT_BYTES + 1))
    with pytest.raises(SegmentError, match="are allowed"):
        decode_segment(bomb)


def test_records_of_a_segment_have_stable_numbers_and_ids() -> None:
    segment = encode_segment([b'{"id":"x"}', b'{"id":7}', b"{}"])
    records = list(segment_records(segment, first_number=10, source_id="load-3", id_field="id"))
    assert [(record.number, record.id) for record in records] == [
        (10, "x"),
        (11, "7"),
        (12, "load-3-12"),
    ]
    assert records[0].raw == b'{"id":"x"}'
    assert records[0].data == {"id": "x"}


def test_without_an_id_field_ids_come_from_the_place() -> None:
    segment = encode_segment([b'{"id":"x"}'])
    assert next(segment_records(segment, first_number=1, source_id="s")).id == "s-1"
