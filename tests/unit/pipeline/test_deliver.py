"""Batches on their way: tried again where it helps, never past the deadline, each with a result."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import replace
from itertools import pairwise

import pytest

from integrations.core.clock import ManualClock
from integrations.core.errors import (
    GrantRevokedError,
    PayloadRefusedError,
    PayloadTooLargeError,
    RetryLaterError,
    StopError,
)
from integrations.http.client import Answer
from integrations.pipeline import BatchResult, Outcome, PackedBatch, deliver, pack
from tests.unit.pipeline.sinks import NAMESPACE, SMALL, MemorySink, accepted, item, scripted


def _batches(count: int) -> list[PackedBatch]:
    return [
        pack([item(number)], MemorySink(), batch_namespace=NAMESPACE).batches[0]
        for number in range(count)
    ]


def _delivered(
    sink: MemorySink, *, count: int = 1, concurrency: int = 1, seconds: float = 60.0
) -> list[BatchResult]:
    clock = ManualClock()
    return deliver(
        _batches(count),
        sink,
        concurrency=concurrency,
        deadline=clock.monotonic() + seconds,
        clock=clock,
        random=lambda: 0.5,
    )


def _unavailable(retry_after: float | None = None, *, uncertain: bool = False) -> RetryLaterError:
    error = RetryLaterError("Later, please.", retry_after=retry_after, uncertain=uncertain)
    error.status = 503
    return error


def test_an_accepted_batch_has_one_attempt() -> None:
    sink = MemorySink()
    (result,) = _delivered(sink)
    (batch,) = _batches(1)
    assert (result.batch_id, result.outcome) == (batch.id, Outcome.ACCEPTED)
    assert [(attempt.status, attempt.excerpt) for attempt in result.attempts] == [(202, "{}")]
    assert sink.sent == [(str(batch.id), batch.body)]


def test_what_may_succeed_later_is_sent_again_as_the_same_bytes() -> None:
    sink = MemorySink(answer=scripted(_unavailable(), _unavailable(), accepted()))
    (result,) = _delivered(sink)
    assert result.outcome is Outcome.ACCEPTED
    assert [attempt.status for attempt in result.attempts] == [503, 503, 202]
    assert len(set(sink.sent)) == 1


def test_waits_double_with_full_jitter() -> None:
    sink = MemorySink(answer=scripted(*[_unavailable()] * 9))
    (result,) = _delivered(sink, seconds=1_000)
    starts = [attempt.started_at for attempt in result.attempts]
    waits = [later - sooner for sooner, later in pairwise(starts)]
    assert waits[:7] == [0.5, 1.0, 2.0, 4.0, 8.0, 15.0, 15.0]


def test_a_wait_that_datadog_asks_for_is_obeyed() -> None:
    sink = MemorySink(answer=scripted(_unavailable(retry_after=20), accepted()))
    (result,) = _delivered(sink)
    first, second = result.attempts
    assert second.started_at - first.started_at == 20.5


def test_a_wait_past_the_deadline_is_handed_back() -> None:
    (result,) = _delivered(MemorySink(answer=scripted(_unavailable(retry_after=90))))
    assert (result.outcome, result.retry_after) == (Outcome.RETRY, 90.5)
    assert len(result.attempts) == 1
    assert result.uncertain is False


def test_nothing_is_sent_after_the_deadline() -> None:
    sink = MemorySink()
    (result,) = _delivered(sink, seconds=0)
    assert (result.outcome, result.attempts, sink.sent) == (Outcome.RETRY, (), [])


@pytest.mark.parametrize("last", [accepted(), _unavailable(retry_after=90)])
def test_a_try_without_an_answer_leaves_the_batch_uncertain(last: Answer | Exception) -> None:
    sink = MemorySink(answer=scripted(_unavailable(uncertain=True), last))
    (result,) = _delivered(sink)
    assert result.uncertain is True


@pytest.mark.parametrize(
    ("error", "outcome", "detail"),
    [
        (PayloadRefusedError("Refused.", detail="metric is bad"), Outcome.REFUSED, "metric is bad"),
        (PayloadRefusedError("Refused."), Outcome.REFUSED, "Refused."),
        (PayloadTooLargeError("Too large."), Outcome.TOO_LARGE, "Too large."),
        (GrantRevokedError("No longer."), Outcome.STOP, "No longer."),
        (StopError("Stop."), Outcome.STOP, "Stop."),
    ],
)
def test_what_repeating_cannot_help_is_tried_once(
    error: Exception, outcome: Outcome, detail: str
) -> None:
    (result,) = _delivered(MemorySink(answer=scripted(error)))
    assert (result.outcome, result.detail, len(result.attempts)) == (outcome, detail, 1)
    assert result.error is (error if outcome is Outcome.STOP else None)


@pytest.mark.parametrize("concurrency", [1, 2])
def test_after_a_stop_nothing_more_leaves(concurrency: int) -> None:
    def stop(body: bytes) -> Answer:
        raise GrantRevokedError("The key is gone.")

    sink = MemorySink(answer=stop)
    results = _delivered(sink, count=20, concurrency=concurrency)
    assert [result.outcome for result in results] == [Outcome.STOP] * 20
    assert len(sink.sent) <= concurrency
    assert all(isinstance(result.error, GrantRevokedError) for result in results)


def test_an_unexpected_error_leaves_its_batch_uncertain_and_others_whole() -> None:
    sink = MemorySink(answer=scripted(accepted(), ZeroDivisionError("token=abcdef"), accepted()))
    results = _delivered(sink, count=3)
    assert [result.outcome for result in results] == [
        Outcome.ACCEPTED,
        Outcome.RETRY,
        Outcome.ACCEPTED,
    ]
    assert results[1].uncertain is True
    assert results[1].detail == "Unexpected ZeroDivisionError."


def test_results_come_in_the_order_of_the_batches() -> None:
    results = _delivered(MemorySink(), count=12, concurrency=4)
    assert [result.batch_id for result in results] == [batch.id for batch in _batches(12)]


def test_no_more_batches_are_on_their_way_than_allowed() -> None:
    sink = MemorySink(answer=_meeting_of(3))
    results = _delivered(sink, count=9, concurrency=3)
    assert [result.outcome for result in results] == [Outcome.ACCEPTED] * 9


def _meeting_of(size: int) -> Callable[[bytes], Answer]:
    """Answers only when exactly ``size`` sends are under way; more or fewer break it."""
    barrier, lock, inside = threading.Barrier(size, timeout=5), threading.Lock(), list[int]()

    def answer(body: bytes) -> Answer:
        with lock:
            inside.append(1)
            assert len(inside) <= size
        barrier.wait()
        with lock:
            inside.pop()
        return accepted()

    return answer


def test_an_excerpt_is_short_and_shows_no_secret() -> None:
    key = "0123456789abcdef" * 2
    error = _unavailable(retry_after=90)
    error.args = (f"api_key={key} " + "x" * 900,)
    (result,) = _delivered(MemorySink(answer=scripted(error)))
    assert key not in result.attempts[0].excerpt
    assert len(result.attempts[0].excerpt) == 300


def test_where_order_matters_nothing_overtakes_what_has_to_be_tried_again() -> None:
    limits = replace(SMALL, in_order=True)
    later = _unavailable(retry_after=90)
    sink = MemorySink(limits=limits, answer=scripted(accepted(), later))
    results = _delivered(sink, count=4, concurrency=4)
    assert [result.outcome for result in results] == [Outcome.ACCEPTED, *[Outcome.RETRY] * 3]
    assert [len(result.attempts) for result in results] == [1, 1, 0, 0]
    assert {result.retry_after for result in results[1:]} == {90.5}


def test_where_order_matters_a_refused_batch_holds_nobody_up() -> None:
    refused = PayloadRefusedError("Refused.")
    sink = MemorySink(
        limits=replace(SMALL, in_order=True), answer=scripted(refused, accepted(), accepted())
    )
    outcomes = [result.outcome for result in _delivered(sink, count=3, concurrency=3)]
    assert outcomes == [Outcome.REFUSED, Outcome.ACCEPTED, Outcome.ACCEPTED]
