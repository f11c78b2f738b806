"""Reads Retry-After, which is seconds or a date (RFC 9110, section 10.2.3)."""

from __future__ import annotations

from datetime import UTC
from email.utils import parsedate_to_datetime

MAX_WAIT_S = 86_400.0
# Whoever asks for more than a day is asked again after one.


def parse_retry_after(value: str | None, *, now: float) -> float | None:
    """Seconds to wait from ``now`` (epoch seconds); None when the value is none."""
    text = (value or "").strip()
    if text.isdecimal() and text.isascii():
        return min(float(text[:10]), MAX_WAIT_S)
    try:
        moment = parsedate_to_datetime(text)
    except ValueError:
        return None
    seconds = moment.replace(tzinfo=moment.tzinfo or UTC).timestamp() - now
    return min(max(0.0, seconds), MAX_WAIT_S)
