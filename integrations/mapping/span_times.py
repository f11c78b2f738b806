"""When a span started and how long it took, in whole nanoseconds. Knows no wire format."""

from __future__ import annotations

from collections.abc import Callable

from msgspec import UnsetType

from integrations.core.records import JsonObject
from integrations.core.timestamps import epoch_seconds, epoch_unit
from integrations.mapping.parts import Value
from integrations.mapping.rejected import RecordRejectedError
from integrations.mapping.trace_documents import Duration, TimeUnit, TracesMapping
from integrations.mapping.values import compile_any, compile_number, compile_time, place_of

SECOND = 1_000_000_000
MAX_NS = 2**63 - 1
# int64, which is what the Agent and Datadog's own format keep.

_UNIT_NS: dict[TimeUnit, int] = {
    "seconds": SECOND,
    "milliseconds": 1_000_000,
    "microseconds": 1_000,
    "nanoseconds": 1,
}

NsOf = Callable[[JsonObject], int]
LengthOf = Callable[[JsonObject, int], int]


def nanoseconds(moment: object) -> int | None:
    """A point in time in nanoseconds; whole numbers keep every digit, all else is microseconds."""
    if isinstance(moment, str) and moment.isascii() and moment.isdigit():
        moment = int(moment)
    if type(moment) is int:
        unit = epoch_unit(moment)
        return None if unit is None else moment * (SECOND // unit)
    seconds = epoch_seconds(moment)
    return None if seconds is None else round(seconds * 1_000_000) * 1_000


def compile_ns(value: Value) -> NsOf:
    """A function that gives a point in time in nanoseconds since the epoch."""
    read, check = compile_any(value), compile_time(value)

    def moment(data: JsonObject) -> int:
        found = nanoseconds(read(data))
        return round(check(data) * SECOND) if found is None else found  # check says what is wrong

    return moment


def compile_length(document: TracesMapping) -> LengthOf:
    """A function that gives a span's length in nanoseconds, given its start."""
    if isinstance(document.end, Value):
        return _until(document.end)
    if isinstance(document.duration, UnsetType):
        raise ValueError("A span has a duration or an end.")
    return _lasting(document.duration)


def _until(end: Value) -> LengthOf:
    end_of, place = compile_ns(end), place_of(end)
    return lambda data, start: _checked(end_of(data) - start, place)


def _lasting(duration: Duration) -> LengthOf:
    number_of, unit = compile_number(duration.value), _UNIT_NS[duration.unit]
    place = place_of(duration.value)
    return lambda data, start: _checked(number_of(data) * unit, place)


def _checked(length: float, place: str) -> int:
    """Whole nanoseconds; checked before rounding, since a product may be infinite."""
    if length < 0:
        raise RecordRejectedError("bad_duration", "The span ends before it starts.", field=place)
    if length > MAX_NS:
        raise RecordRejectedError("bad_duration", "The span lasts for centuries.", field=place)
    return round(length)
