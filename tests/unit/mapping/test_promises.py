"""What holds for every document and every record: nothing lost, nothing left to chance."""

from __future__ import annotations

from typing import Any

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from integrations.core.records import Record
from integrations.core.reject_codes import REJECT_CODES
from tests.unit.mapping.documents import (
    LOGS,
    METRICS,
    NEW_TARGETS,
    NOW,
    compiled,
    happening,
    record,
)

VALUES = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(min_value=-(2**63), max_value=2**63),
    st.floats(),
    st.text(max_size=20),
    st.lists(st.integers(), max_size=2),
    st.dictionaries(st.text(max_size=3), st.integers(), max_size=2),
)
TIMES = st.one_of(VALUES, st.floats(min_value=NOW - 4_000, max_value=NOW + 1_000))
NAMES = ("resource", "measure", "value", "message", "level", "service", "timestamp", "a.b")
OTHER_NAMES = ("trace", "span", "parent", "took", "app", "machine", "after", "failed", "user")
DATA = st.fixed_dictionaries(
    {"measured_at": TIMES, "occurred_at": TIMES},
    optional={name: VALUES for name in NAMES},
)
MIXED = st.one_of(
    DATA,
    st.builds(
        lambda changes: happening(measure="m", measured_at=NOW, value=1, resource="r", **changes),
        st.dictionaries(st.sampled_from((*OTHER_NAMES, "message", "level")), VALUES, max_size=2),
    ),
)
TWO_MEASURES = {
    **METRICS,
    "measures": [
        *METRICS["measures"],
        {"name": {"template": "b.{a.b}"}, "type": "rate", "value": {"field": "a.b", "default": 2}},
    ],
}
FILTERED = {**LOGS, "filter": [{"field": "level", "is": "contains", "value": "a"}]}
DOCUMENTS = [METRICS, TWO_MEASURES, LOGS, FILTERED, *NEW_TARGETS]
JSON_DOCUMENTS = [one for one in DOCUMENTS if one["target"] != "traces"]


def _records(contents: list[dict[str, Any]]) -> list[Record]:
    return [
        Record(number, f"r{number}", b"", data) for number, data in enumerate(contents, start=1)
    ]


@pytest.mark.parametrize("document", DOCUMENTS)
@given(contents=st.lists(MIXED, max_size=8))
def test_every_record_is_an_item_a_reject_or_skipped(
    document: dict[str, Any], contents: list[dict[str, Any]]
) -> None:
    result = compiled(document).apply(_records(contents), now=NOW)
    assert len(result.items) + len(result.rejects) + result.skipped == len(contents)
    numbers = [item.number for item in result.items]
    assert numbers == sorted(numbers)
    assert {reject.code for reject in result.rejects} <= REJECT_CODES.keys()


@pytest.mark.parametrize("document", DOCUMENTS)
@given(contents=st.lists(MIXED, max_size=8))
def test_what_was_mapped_before_changes_nothing(
    document: dict[str, Any], contents: list[dict[str, Any]]
) -> None:
    used, records = compiled(document), _records(contents)
    used.apply(records, now=NOW)
    again = used.apply(list(reversed(records)), now=NOW)
    fresh = [compiled(document).apply([one], now=NOW) for one in reversed(records)]
    assert again.items == [item for result in fresh for item in result.items]


@pytest.mark.parametrize("document", JSON_DOCUMENTS)
@given(contents=st.lists(MIXED, max_size=8))
def test_every_item_is_valid_json(document: dict[str, Any], contents: list[dict[str, Any]]) -> None:
    for item in compiled(document).apply(_records(contents), now=NOW).items:
        assert orjson.loads(b"[" + item.encoded + b"]")


def test_more_different_series_than_are_remembered_come_out_right() -> None:
    mapping = compiled(METRICS)
    names = [f"m{number % 9_000}" for number in range(18_000)]
    records = [
        record({"resource": "r", "measure": name, "measured_at": NOW, "value": 1}) for name in names
    ]
    items = mapping.apply(records, now=NOW).items
    assert all(
        item.encoded.startswith(b'{"metric":"aws.%b",' % name.encode())
        for item, name in zip(items, names, strict=True)
    )
