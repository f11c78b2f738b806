"""What became of a batch, with every try that was made. Values only."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from uuid import UUID

from integrations.core.errors import StopError


class Outcome(StrEnum):
    """What happens to the batch next."""

    ACCEPTED = "accepted"
    RETRY = "retry"
    STOP = "stop"
    REFUSED = "refused"
    TOO_LARGE = "too_large"


@dataclass(frozen=True, slots=True)
class Attempt:
    """One try. ``status`` is None when no answer came; ``excerpt`` has no secrets in it."""

    started_at: float
    elapsed_ms: int
    status: int | None
    excerpt: str
    uncertain: bool = False


@dataclass(frozen=True, slots=True)
class BatchResult:
    """The outcome of one batch.

    ``retry_after`` is the wait in seconds before the next try makes sense; ``uncertain`` tells that
    some try may have been accepted although no answer came; ``error`` is set when a person has to
    act; ``detail`` has Datadog's words or the reason. No attempts: it never left.
    """

    batch_id: UUID
    outcome: Outcome
    attempts: tuple[Attempt, ...] = ()
    retry_after: float | None = None
    uncertain: bool = False
    error: StopError | None = None
    detail: str = ""
