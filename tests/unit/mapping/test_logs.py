"""What records become as log entries."""

from __future__ import annotations

import pytest

from tests.unit.mapping.documents import LOGS, NOW, entry, mapped, payload, rejection


def test_a_record_becomes_an_entry_with_its_other_fields_as_attributes() -> None:
    assert payload(LOGS, entry(pid=25746)) == [
        {
            "message": "started",
            "status": "INFO",
            "ddsource": "openstack",
            "timestamp": int(NOW * 1000),
            "record_id": "r1",
            "pid": 25746,
        }
    ]


def test_only_chosen_attributes_go_along() -> None:
    data = entry(pid=1, user={"name": "ada", "age": 36}, secret="x")
    (found,) = payload(LOGS, data, attributes=["pid", "user.name", "absent"])
    assert found["pid"] == 1
    assert found["user.name"] == "ada"
    assert not found.keys() & {"secret", "absent", "user"}


def test_a_field_with_a_reserved_name_is_kept_under_another() -> None:
    (found,) = payload(LOGS, entry(status=200, record_id="x", service="s"))
    assert (found["status"], found["record_status"]) == ("INFO", 200)
    assert (found["record_id"], found["record_record_id"]) == ("r1", "x")
    assert "service" not in found


def test_tags_travel_as_one_text() -> None:
    tags = [
        {"key": "team", "value": {"constant": "Core, Platform"}},
        {"key": "level", "value": {"field": "level"}},
    ]
    assert payload(LOGS, entry(), tags=tags)[0]["ddtags"] == "team:core__platform,level:info"


def test_service_and_host_are_datadogs_own_attributes() -> None:
    data = entry(app="nova", machine="h1")
    (found,) = payload(LOGS, data, service={"field": "app"}, host={"field": "machine"})
    assert (found["service"], found["hostname"]) == ("nova", "h1")
    assert not found.keys() & {"app", "machine"}


def test_a_log_may_have_no_time_of_its_own() -> None:
    document = {name: value for name, value in LOGS.items() if name != "timestamp"}
    result = mapped(document, entry())
    assert result.items[0].occurred_at is None
    assert b'"timestamp"' not in result.items[0].encoded


@pytest.mark.parametrize(
    ("hours", "message"),
    [
        (19, "19 hours old; Datadog keeps logs of the last 18 hours."),
        (-3, "3 hours ahead; Datadog takes logs up to 2 hours ahead."),
    ],
)
def test_logs_have_an_age_window_of_their_own(hours: int, message: str) -> None:
    assert rejection(LOGS, entry(occurred_at=NOW - hours * 3600))[1] == message


def test_a_message_that_is_missing_rejects_the_record() -> None:
    assert rejection(LOGS, entry(message=None)) == (
        "missing_field",
        'The record has no "message".',
    )


def test_nesting_that_no_json_reader_follows_is_rejected() -> None:
    deep: object = "x"
    for _ in range(300):
        deep = [deep]
    assert rejection(LOGS, entry(deep=deep))[0] == "wrong_type"
