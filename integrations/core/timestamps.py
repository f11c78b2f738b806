"""Points in time as records carry them: ISO 8601 or an epoch number, read as epoch seconds.

Knows nothing of datasets, mappings or Datadog's age limits.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from math import isfinite

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)

_ISO = re.compile(
    r"\A\d{4}-\d{2}-\d{2}(?:[Tt ]\d{2}:\d{2}(?::\d{2}(?:[.,]\d{1,12})?)?"
    r"(?:[Zz]|[+-]\d{2}(?::?\d{2})?)?)?\Z",
    re.ASCII,
)
_EPOCH_TEXT = re.compile(r"\A-?\d{9,20}(?:\.\d{1,9})?\Z", re.ASCII)


def epoch_seconds(value: object) -> float | None:
    """Read a time as epoch seconds; None when it is none.

    Text is ISO 8601 (without a zone: UTC) or digits; numbers are seconds, milliseconds,
    microseconds or nanoseconds, told apart by their size.
    """
    if type(value) is str:
        dashed = len(value) > 18 and value[4] == "-" == value[7]
        if dashed and value[10] == "T" and value[-1] == "Z":
            try:
                return datetime.fromisoformat(value).timestamp()  # the usual form, read quickly
            except ValueError:
                return None
        return _from_text(value.strip())
    if type(value) is int or type(value) is float:
        return _from_number(value)
    return None


def _from_text(text: str) -> float | None:
    if _EPOCH_TEXT.match(text):
        return _from_number(float(text))
    if not _ISO.match(text):
        return None
    try:
        moment = datetime.fromisoformat(text.upper())
    except ValueError:
        return None
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=UTC)
    return moment.timestamp()


def _from_number(value: float) -> float | None:
    unit = epoch_unit(value)
    return None if unit is None else value / unit


def epoch_unit(value: float) -> int | None:
    """How many of the number's units make a second, by its size; None when it is no time at all.

    1e11 seconds lie in the year 5138, 1e11 milliseconds in 1973: no real record is in between.
    """
    if not isfinite(value):
        return None
    size = abs(value)
    for limit, unit in ((1e11, 1), (1e14, 1_000), (1e17, 1_000_000), (1e20, 1_000_000_000)):
        if size < limit:
            return unit
    return None


def iso_text(seconds: float) -> str:
    """Epoch seconds as ISO 8601 in UTC with milliseconds, as `2026-11-23T10:00:00.000Z`."""
    moment = EPOCH + timedelta(milliseconds=round(seconds * 1000))
    return moment.isoformat(timespec="milliseconds").replace("+00:00", "Z")
