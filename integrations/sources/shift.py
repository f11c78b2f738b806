"""Moves the times of recorded records so that the newest is now, for demos and tests.

Two passes over a file with flat memory: one finds the span, one rewrites the time field and
nothing else. A span that Datadog would not keep is squeezed; the order stays.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import msgspec
import orjson

from integrations.core.fields import DatasetField, field_getter
from integrations.core.timestamps import epoch_seconds, epoch_unit, iso_text
from integrations.sources.ndjson import Line, read_ndjson

MAX_SPAN_S = 45 * 60
# Datadog keeps metric points of the last hour; this leaves 15 minutes for loading and sending.


@dataclass(frozen=True, slots=True)
class TimeSpan:
    """The oldest and the newest time of a file, as epoch seconds."""

    oldest: float
    newest: float


@dataclass(frozen=True, slots=True)
class Shift:
    """How a file's times move: ``newest`` becomes ``now``, distances shrink by ``factor``."""

    newest: float
    now: float
    factor: float

    def moved(self, moment: float) -> float:
        return self.now - (self.newest - moment) * self.factor


def find_time_span(path: Path, fields: Sequence[DatasetField], time_field: str) -> TimeSpan | None:
    """Read the file once; None when no good line of it has a time."""
    get = field_getter(time_field)
    oldest = newest = None
    with path.open("rb") as file:
        for line in read_ndjson(file, fields):
            moment = epoch_seconds(get(line.data)) if isinstance(line, Line) else None
            if moment is None:
                continue
            oldest = moment if oldest is None else min(oldest, moment)
            newest = moment if newest is None else max(newest, moment)
    return None if oldest is None or newest is None else TimeSpan(oldest, newest)


def shift_to(now: float, *, span: TimeSpan) -> Shift:
    """The shift that brings the span's newest time to ``now`` and all others within 45 minutes."""
    length = span.newest - span.oldest
    return Shift(span.newest, now, min(1.0, MAX_SPAN_S / length) if length > 0 else 1.0)


def shifted(line: Line, shift: Shift, *, time_field: str) -> Line:
    """The line with its time moved, in the form it had: text stays ISO 8601, milliseconds stay."""
    value = field_getter(time_field)(line.data)
    moment = epoch_seconds(value)
    if moment is None:
        return line
    data = _with_value(line.data, time_field, _in_form_of(value, shift.moved(moment)))
    return msgspec.structs.replace(line, raw=orjson.dumps(data), data=data)


def _in_form_of(original: Any, moment: float) -> str | int | float:
    if isinstance(original, str):
        return iso_text(moment)
    unit = epoch_unit(original) or 1
    return round(moment * unit) if isinstance(original, int) else moment * unit


def _with_value(data: dict[str, Any], path: str, value: object) -> dict[str, Any]:
    """A copy of nested objects with one value replaced, found as ``field_getter`` finds it."""
    if data.get(path) is not None:
        return {**data, path: value}
    step, _, rest = path.partition(".")
    return {**data, step: _with_value(data[step], rest, value)}
