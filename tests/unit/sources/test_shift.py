"""Recorded times moved to now."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import orjson
import pytest

from integrations.core.fields import DatasetField
from integrations.core.timestamps import epoch_seconds
from integrations.sources.ndjson import Line, read_ndjson
from integrations.sources.shift import MAX_SPAN_S, find_time_span, shift_to, shifted

NOW = 1_790_000_000.0
FIELDS = [DatasetField("at", "timestamp"), DatasetField("meta.at", "timestamp")]


def _shifted(path: Path, contents: list[Any], *, time_field: str = "at") -> list[dict[str, Any]]:
    path.write_bytes(b"\n".join(orjson.dumps(content) for content in contents))
    span = find_time_span(path, FIELDS, time_field)
    assert span is not None
    shift = shift_to(NOW, span=span)
    with path.open("rb") as file:
        lines = [line for line in read_ndjson(file, FIELDS) if isinstance(line, Line)]
    moved = [shifted(line, shift, time_field=time_field) for line in lines]
    assert all(orjson.loads(line.raw) == line.data for line in moved)
    return [line.data for line in moved]


def test_the_newest_time_becomes_now_and_distances_stay(tmp_path: Path) -> None:
    records = [
        {"at": "2014-02-14T14:30:00Z", "value": 1},
        {"at": "2014-02-14T14:40:00+00:00", "value": 2},
        {"at": "2014-02-14T14:35:00.250Z", "value": 3},
    ]
    found = _shifted(tmp_path / "r", records)
    assert [epoch_seconds(record["at"]) for record in found] == [NOW - 600, NOW, NOW - 299.75]
    assert [record["value"] for record in found] == [1, 2, 3]


def test_a_long_span_is_squeezed_and_keeps_its_order(tmp_path: Path) -> None:
    days = [f"2014-02-{day:02}T00:00:00Z" for day in (1, 5, 9, 28)]
    moved = [epoch_seconds(record["at"]) for record in _shifted(tmp_path / "r", _at(*days))]
    times = [time for time in moved if time is not None]
    assert times == sorted(times)
    assert (times[0], times[-1]) == (NOW - MAX_SPAN_S, NOW)


def _at(*times: Any) -> list[dict[str, Any]]:
    return [{"at": time} for time in times]


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("2014-02-14T14:30:00", "2026-09-21T14:13:20.000Z"),
        (1_400_000_000, 1_790_000_000),
        (1_400_000_000.5, 1_790_000_000.0),
        (1_400_000_000_000, 1_790_000_000_000),
        (1_400_000_000_000_000_000, 1_790_000_000_000_000_000),
    ],
)
def test_a_time_keeps_its_form(tmp_path: Path, value: object, expected: object) -> None:
    assert _shifted(tmp_path / "r", _at(value)) == _at(expected)


def test_a_time_inside_of_an_object_is_moved(tmp_path: Path) -> None:
    records = [{"meta": {"at": 1_400_000_000, "by": "x"}}]
    found = _shifted(tmp_path / "r", records, time_field="meta.at")
    assert found == [{"meta": {"at": 1_790_000_000, "by": "x"}}]


def test_a_record_without_a_time_stays_as_it_is(tmp_path: Path) -> None:
    assert _shifted(tmp_path / "r", [{"x": 1}, *_at(5)])[0] == {"x": 1}


def test_a_file_without_times_has_no_span(tmp_path: Path) -> None:
    path = tmp_path / "r"
    path.write_bytes(b'{"x":1}\nnonsense\n')
    assert find_time_span(path, FIELDS, "at") is None
