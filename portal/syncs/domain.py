"""States of runs, chunks and batches, and the rules between them; plain Python."""

from __future__ import annotations

from enum import StrEnum


class Trigger(StrEnum):
    """Why a run exists."""

    SCHEDULE = "schedule"
    MANUAL = "manual"
    REPLAY = "replay"


class RunState(StrEnum):
    """Where a run stands. The last five are outcomes and never change again."""

    QUEUED = "queued"
    """Waits for a worker, or for ``not_before``."""
    RUNNING = "running"
    """A worker has taken it; whether it is alive, the lease tells."""
    SUCCEEDED = "succeeded"
    PARTIAL = "succeeded_with_rejects"
    """Some records were sent and some rejected."""
    REJECTED = "all_rejected"
    """Every record that was not skipped was rejected."""
    FAILED = "failed"
    """Stopped before the end; the cursor stands where the last outcome put it."""
    CANCELLED = "cancelled"


LIVE = (RunState.QUEUED, RunState.RUNNING)
OUTCOMES = tuple(state for state in RunState if state not in LIVE)

TRANSITIONS: dict[RunState, frozenset[RunState]] = {
    RunState.QUEUED: frozenset({RunState.RUNNING, RunState.CANCELLED, RunState.FAILED}),
    RunState.RUNNING: frozenset({RunState.QUEUED, *OUTCOMES}),
    **{outcome: frozenset() for outcome in OUTCOMES},
}


def outcome_of(*, sent: int, rejected: int) -> RunState:
    """Return the outcome of a run that came to its end. A run with rejects is no plain success."""
    if not rejected:
        return RunState.SUCCEEDED
    return RunState.PARTIAL if sent else RunState.REJECTED


class ScheduleState(StrEnum):
    """Whether a mapping is sent by itself. A connection that needs a person pauses it as well."""

    ACTIVE = "active"
    PAUSED = "paused"
    """By a person."""


class ChunkState(StrEnum):
    """A stretch of the source that is committed as a whole."""

    OPEN = "open"
    """Frozen: its batches are decided, their outcome is not."""
    DONE = "done"


class BatchState(StrEnum):
    """One request body for Datadog, with its identity."""

    OPEN = "open"
    ACCEPTED = "accepted"
    SPLIT = "split"
    """Refused as a whole and halved; its parts are batches of their own."""
    REFUSED = "refused"
    """A lone record that Datadog refused."""
    ABANDONED = "abandoned"
    """Some of its records became too old to send; the others are in batches of their own."""


class SyncsError(Exception):
    """A refusal with a sentence for the person."""


class FencedError(Exception):
    """The lease is lost: someone else has the run, and nothing may be committed."""
