"""A refused batch in halves, down to the poison record."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from integrations.core.records import Item, Reject
from integrations.pipeline import halve
from integrations.pipeline.halve import HalveReason
from tests.unit.pipeline.sinks import NAMESPACE, MemorySink, item


def test_a_refused_batch_becomes_two_with_all_of_its_items() -> None:
    halved = halve([item(n) for n in range(5)], MemorySink(), batch_namespace=NAMESPACE)
    assert [(b.first_number, b.last_number) for b in halved.batches] == [(0, 1), (2, 4)]
    assert halved.rejects == []


@pytest.mark.parametrize("reason", ["refused_by_datadog", "too_large"])
def test_a_lone_item_becomes_a_reject_with_datadogs_words(reason: HalveReason) -> None:
    halved = halve(
        [item(3)], MemorySink(), batch_namespace=NAMESPACE, reason=reason, detail="Bad metric"
    )
    (reject,) = halved.rejects
    assert halved.batches == []
    assert (reject.number, reject.record_id) == (3, "r3")
    assert (reject.code, reject.datadog) == (reason, "Bad metric")


@given(st.integers(1, 40), st.data())
def test_halving_finds_exactly_the_poison(count: int, data: st.DataObject) -> None:
    poison = data.draw(st.sets(st.integers(0, count - 1)))
    assert _poisoned([item(n) for n in range(count)], poison) == sorted(poison)


def _poisoned(items: list[Item], poison: set[int]) -> list[int]:
    """Resend halves until every refused batch is a reject, as a run does over time."""
    waiting, rejects = [items], list[Reject]()
    while waiting:
        batch = waiting.pop()
        if not poison & {one.number for one in batch}:
            continue
        halved = halve(batch, MemorySink(), batch_namespace=NAMESPACE)
        rejects += halved.rejects
        for half in halved.batches:
            first, last = half.first_number, half.last_number
            waiting.append([one for one in batch if first <= one.number <= last])
    return sorted(reject.number for reject in rejects)
