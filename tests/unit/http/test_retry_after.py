"""Retry-After in both of its forms."""

import pytest

from integrations.http.retry_after import MAX_WAIT_S, parse_retry_after

NOW = 1_700_000_000.0  # Tue, 14 Nov 2023 22:13:20 GMT


@pytest.mark.parametrize(
    ("value", "seconds"),
    [
        ("0", 0),
        (" 30 ", 30),
        ("Tue, 14 Nov 2023 22:14:00 GMT", 40),
        ("Tue, 14 Nov 2023 22:00:00 GMT", 0),
        ("9" * 400, MAX_WAIT_S),
        ("-5", None),
        ("soon", None),
        ("\u0663", None),
        ("", None),
        (None, None),
    ],
)
def test_seconds_and_dates_are_read(value: str | None, seconds: float | None) -> None:
    assert parse_retry_after(value, now=NOW) == seconds
