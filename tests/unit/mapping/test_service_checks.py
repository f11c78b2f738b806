"""What records become as service checks."""

import pytest

from tests.unit.mapping.documents import CHECKS, NOW, happening, payload, rejection


def test_a_record_becomes_the_status_of_a_check() -> None:
    assert payload(CHECKS, happening(), tags=[{"key": "app", "value": {"field": "app"}}]) == [
        {
            "check": "acme.backup",
            "host_name": "h1",
            "status": 0,
            "tags": ["app:shop"],
            "message": "started",
            "timestamp": int(NOW),
        }
    ]


@pytest.mark.parametrize(
    ("level", "status"), [("info", 0), ("error", 2), (2, 2), ("Warning", 1), ("unknown", 3)]
)
def test_a_status_is_mapped_or_is_datadogs_own_word(level: object, status: int) -> None:
    assert payload(CHECKS, happening(level=level))[0]["status"] == status


@pytest.mark.parametrize("level", [True, "green", 7])
def test_another_status_is_rejected(level: object) -> None:
    assert rejection(CHECKS, happening(level=level))[0] == "bad_status"


def test_a_missing_status_without_a_default_names_the_field() -> None:
    assert rejection(CHECKS, happening(level=None)) == (
        "missing_field",
        'The record has no "level".',
    )


def test_a_message_is_cut_where_datadog_stops_showing_it() -> None:
    assert len(payload(CHECKS, happening(message="m" * 900))[0]["message"]) == 500


def test_a_check_is_at_most_ten_minutes_old() -> None:
    assert rejection(CHECKS, happening(occurred_at=NOW - 660)) == (
        "too_old",
        "11 minutes old; Datadog keeps service checks of the last 10 minutes.",
    )


def test_a_check_without_a_host_is_rejected() -> None:
    assert rejection(CHECKS, happening(machine=""))[0] == "missing_field"
