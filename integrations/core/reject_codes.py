"""Why a record can be rejected: one table for the checks, the screens and the reference."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class RejectCode:
    """``title`` is what a person reads; ``meaning`` and ``fix`` are whole sentences."""

    code: str
    title: str
    meaning: str
    fix: str


REJECT_CODES: dict[str, RejectCode] = {
    entry.code: entry
    for entry in (
        RejectCode(
            "too_old",
            "too old",
            "The record's time is older than Datadog keeps for this data type.",
            "Send records sooner, or load historical records with their times shifted.",
        ),
        RejectCode(
            "too_far_ahead",
            "too far in the future",
            "The record's time is further ahead than Datadog accepts.",
            "Correct the clock of the system that makes the records.",
        ),
        RejectCode(
            "missing_field",
            "missing field",
            "Datadog requires a part that the record has no field for.",
            "Send the field, or give the mapping a default for it.",
        ),
        RejectCode(
            "wrong_type",
            "wrong type",
            "A field holds a value of another type than Datadog takes there.",
            "Correct the value at its source, or map another field.",
        ),
        RejectCode(
            "bad_timestamp",
            "unreadable time",
            "The time field is neither ISO 8601 nor epoch seconds or milliseconds.",
            "Send times as ISO 8601 with a zone, for example 2026-11-23T10:00:00Z.",
        ),
        RejectCode(
            "bad_metric_name",
            "unusable metric name",
            "The metric name does not start with a letter or is longer than 200 characters.",
            "Change the name or its template in the mapping.",
        ),
        RejectCode(
            "bad_value",
            "unusable value",
            "The value is not a finite number.",
            "Leave the record out at its source, or filter it in the mapping.",
        ),
        RejectCode(
            "bad_status",
            "unknown status",
            "The value is none of Datadog's words and the mapping's map has no place for it.",
            "Add the value to the map in the mapping, or give the map a default.",
        ),
        RejectCode(
            "bad_id",
            "unusable id",
            "A trace or span id is empty or zero, so that Datadog could not tell the span apart.",
            "Send an id that is a hexadecimal number, a positive integer or a text of its own.",
        ),
        RejectCode(
            "bad_duration",
            "unusable duration",
            "The span ends before it starts, or lasts longer than Datadog can count.",
            "Correct the duration or the end at its source, and check the unit in the mapping.",
        ),
        RejectCode(
            "text_too_long",
            "text too long",
            "A text that tells records apart is longer than Datadog takes, and cutting it could "
            "make two of them one.",
            "Shorten the value at its source, or map a shorter field.",
        ),
        RejectCode(
            "too_many_tags",
            "too many tags or attributes",
            "The record has more tags, attributes or links than Datadog keeps with one.",
            "Map only the fields that are needed.",
        ),
        RejectCode(
            "too_large",
            "too large",
            "The record alone is larger than one request to Datadog may be.",
            "Shorten the record at its source or map fewer of its fields.",
        ),
        RejectCode(
            "refused_by_datadog",
            "refused by Datadog",
            "Datadog refused this record; its words stand beside it.",
            "Correct what Datadog names and replay the record.",
        ),
    )
}
