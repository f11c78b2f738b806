"""Is a record's time one that Datadog keeps? Says the age in words when it is not."""

from __future__ import annotations

from dataclasses import dataclass

from integrations.datadog.limits import DataTypeLimits
from integrations.mapping.rejected import RecordRejectedError

_UNITS = (
    ("year", 365 * 86_400),
    ("day", 86_400),
    ("hour", 3_600),
    ("minute", 60),
    ("second", 1),
)


@dataclass(frozen=True, slots=True)
class TimeWindow:
    """The times Datadog takes now. ``noun`` is what the data type is called, like "metrics"."""

    noun: str
    now: float
    oldest: float
    newest: float

    @classmethod
    def around(cls, now: float, *, noun: str, limits: DataTypeLimits) -> TimeWindow:
        return cls(noun, now, now - limits.max_age_s, now + limits.max_ahead_s)

    def rejection(self, moment: float, *, field: str) -> RecordRejectedError:
        """Why a moment outside of the window cannot be sent."""
        if moment < self.now:
            return RecordRejectedError(
                "too_old",
                f"{_rounded(self.now - moment)} old; "
                f"Datadog keeps {self.noun} of the last {_limit(self.now - self.oldest)}.",
                field=field,
            )
        return RecordRejectedError(
            "too_far_ahead",
            f"{_rounded(moment - self.now)} ahead; "
            f"Datadog takes {self.noun} up to {_limit(self.newest - self.now)} ahead.",
            field=field,
        )


def _rounded(seconds: float) -> str:
    """A span in words, in its largest unit, rounded down: 8 years, 90 minutes, 1 hour."""
    for name, size in _UNITS:
        count = int(seconds // size)
        if count >= (2 if name in ("hour", "minute") else 1):
            return f"{count} {name}{'' if count == 1 else 's'}"
    return "less than a second" if seconds < 1 else f"{int(seconds)} seconds"


def _limit(seconds: float) -> str:
    for name, size in _UNITS:
        count = seconds / size
        if count >= 1 and count.is_integer():
            return name if count == 1 else f"{int(count)} {name}s"
    return f"{seconds} seconds"
