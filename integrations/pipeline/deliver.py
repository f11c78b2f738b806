"""Sends packed batches: a few at a time, again where that helps, never past one deadline.

Every batch gets its result whatever happens to it or to another. Knows no database; whoever calls
holds no transaction open meanwhile.
"""

from __future__ import annotations

import random as random_module
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from threading import Lock

from integrations.core.clock import Clock
from integrations.core.errors import (
    PayloadRefusedError,
    PayloadTooLargeError,
    RetryLaterError,
    StopError,
)
from integrations.datadog.redact import redact
from integrations.datadog.sinks.base import Sink
from integrations.pipeline.packing import PackedBatch
from integrations.pipeline.results import Attempt, BatchResult, Outcome

FIRST_WAIT_S = 1.0
LONGEST_WAIT_S = 30.0
# Waits double from the first to the longest, each with full jitter: between 1 and 30-60 s is what
# Vector and the Agent do.

EXCERPT_CHARACTERS = 300
# Enough to read what Datadog said; nobody stores whole answers.


def deliver(
    batches: Sequence[PackedBatch],
    sink: Sink,
    *,
    concurrency: int,
    deadline: float,
    clock: Clock,
    random: Callable[[], float] = random_module.random,
) -> list[BatchResult]:
    """Send all batches and return their results in the same order.

    ``deadline`` is a time of ``clock.monotonic()``; no try starts and no wait ends after it. Once
    a StopError was raised, batches that have not left are not sent and get the same result. Where
    the data type's order matters, batches go one by one, and none overtakes one to be tried again.
    """
    delivery = _Delivery(sink, deadline, clock, random)
    if sink.limits.in_order:
        return delivery.deliver_in_order(batches)
    if concurrency == 1 or len(batches) == 1:
        return [delivery.deliver_one(batch) for batch in batches]
    with ThreadPoolExecutor(max_workers=concurrency, thread_name_prefix="deliver") as pool:
        return list(pool.map(delivery.deliver_one, batches))


@dataclass(slots=True)
class _Tries:
    """The tries of one batch so far."""

    batch: PackedBatch
    attempts: list[Attempt] = field(default_factory=list)

    def result(
        self,
        outcome: Outcome,
        *,
        detail: str = "",
        retry_after: float | None = None,
        error: StopError | None = None,
    ) -> BatchResult:
        return BatchResult(
            batch_id=self.batch.id,
            outcome=outcome,
            attempts=tuple(self.attempts),
            retry_after=retry_after,
            uncertain=any(attempt.uncertain for attempt in self.attempts),
            error=error,
            detail=detail,
        )


class _Delivery:
    """One call of ``deliver``: what its threads share."""

    def __init__(
        self, sink: Sink, deadline: float, clock: Clock, random: Callable[[], float]
    ) -> None:
        self._sink, self._deadline, self._clock, self._random = sink, deadline, clock, random
        self._stop: StopError | None = None
        self._lock = Lock()

    def deliver_in_order(self, batches: Sequence[PackedBatch]) -> list[BatchResult]:
        results: list[BatchResult] = []
        held: BatchResult | None = None
        for batch in batches:
            if held is None:
                results.append(self.deliver_one(batch))
                held = results[-1] if results[-1].outcome is Outcome.RETRY else None
            else:
                detail = "An earlier record has to arrive first."
                wait = held.retry_after
                results.append(_Tries(batch).result(Outcome.RETRY, detail=detail, retry_after=wait))
        return results

    def deliver_one(self, batch: PackedBatch) -> BatchResult:
        tries = _Tries(batch)
        while True:
            if self._stop is not None:
                return tries.result(Outcome.STOP, error=self._stop, detail=str(self._stop))
            if self._clock.monotonic() >= self._deadline:
                return tries.result(Outcome.RETRY, detail="There was no time left for this run.")
            result = self._try(tries)
            if result is not None:
                return result

    def _try(self, tries: _Tries) -> BatchResult | None:
        """Send once; None means: waited, try again."""
        started_at, started = self._clock.now(), self._clock.monotonic()

        def note(status: int | None, text: str, *, uncertain: bool = False) -> None:
            elapsed_ms = round((self._clock.monotonic() - started) * 1000)
            excerpt = redact(text)[:EXCERPT_CHARACTERS]
            tries.attempts.append(Attempt(started_at, elapsed_ms, status, excerpt, uncertain))

        try:
            answer = self._sink.send(tries.batch.body, batch_id=str(tries.batch.id))
        except RetryLaterError as exc:
            note(exc.status, str(exc), uncertain=exc.uncertain)
            return self._wait(tries, exc)
        except StopError as exc:
            note(exc.status, str(exc))
            self._remember_stop(exc)
            return tries.result(Outcome.STOP, error=exc, detail=str(exc))
        except PayloadRefusedError as exc:
            note(exc.status, str(exc))
            return tries.result(Outcome.REFUSED, detail=exc.detail or str(exc))
        except PayloadTooLargeError as exc:
            note(exc.status, str(exc))
            return tries.result(Outcome.TOO_LARGE, detail=str(exc))
        except Exception as exc:  # noqa: BLE001  a thread's outer edge: the batch may have left
            note(None, f"Unexpected {type(exc).__name__}.", uncertain=True)
            return tries.result(Outcome.RETRY, detail=f"Unexpected {type(exc).__name__}.")
        note(answer.status, answer.body.decode(errors="replace"))
        return tries.result(Outcome.ACCEPTED)

    def _wait(self, tries: _Tries, error: RetryLaterError) -> BatchResult | None:
        """Wait as asked, or with full jitter; hand the batch back when that passes the deadline."""
        if error.retry_after is None:
            longest = min(LONGEST_WAIT_S, FIRST_WAIT_S * 2 ** (len(tries.attempts) - 1))
            wait = self._random() * longest
        else:  # spread a little, or all threads would come back at the same moment
            wait = error.retry_after + self._random() * FIRST_WAIT_S
        if self._clock.monotonic() + wait >= self._deadline:
            return tries.result(Outcome.RETRY, detail=str(error), retry_after=wait)
        self._clock.sleep(wait)
        return None

    def _remember_stop(self, error: StopError) -> None:
        with self._lock:
            self._stop = self._stop or error
