"""What a run's page tells in sentences: how it ended, what to do, and what happened when."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from portal.syncs.domain import ChunkState, RunState, Trigger
from portal.syncs.models import Chunk, SyncRun
from portal.syncs.views.run_lines import RunLine, took_words

TONES = {
    RunState.SUCCEEDED.value: "good",
    RunState.PARTIAL.value: "warn",
    RunState.REJECTED.value: "bad",
    RunState.FAILED.value: "bad",
    RunState.CANCELLED.value: "neutral",
}
ENDINGS = {
    RunState.SUCCEEDED.value: "Succeeded",
    RunState.PARTIAL.value: "Succeeded with rejects",
    RunState.REJECTED.value: "Ended with every record rejected",
    RunState.FAILED.value: "Failed",
    RunState.CANCELLED.value: "Cancelled",
}


@dataclass(frozen=True, slots=True)
class Verdict:
    """The notice under a run's head: what it came to and what to do about it."""

    tone: str
    title: str
    text: str = ""


@dataclass(frozen=True, slots=True)
class Moment:
    """One entry of a run's timeline. ``run`` is another run to look at."""

    at: datetime
    title: str
    text: str = ""
    tone: str = "neutral"
    run: SyncRun | None = None


def verdict(run: SyncRun) -> Verdict | None:
    """Return what the reader should know first; None when badge and counters say all."""
    if run.state in (RunState.FAILED, RunState.QUEUED) and run.problem:
        waits = run.state == RunState.QUEUED
        fix = run.fix or ("Nothing is lost: the run tries again by itself." if waits else "")
        return Verdict("warn" if waits else "bad", run.problem, fix)
    if run.state == RunState.CANCELLED:
        return Verdict("info", "The run was cancelled.", _after_cancelling(run))
    if run.rejected_count:
        return _of_rejects(run)
    return _of_plain(run)


def _after_cancelling(run: SyncRun) -> str:
    if run.trigger == Trigger.REPLAY:
        return "Records it did not reach stay rejected; replay the run again to go on."
    return "What was sent stays in Datadog. The next run goes on from there."


def _of_rejects(run: SyncRun) -> Verdict | None:
    if run.state == RunState.REJECTED:
        return Verdict(
            "bad",
            f"Nothing arrived: {_records(run.rejected_count)} rejected, none sent.",
            "Each reason says what to change. The records are kept and can be replayed.",
        )
    if run.state == RunState.PARTIAL:
        return Verdict(
            "warn",
            f"{_records(run.rejected_count)} rejected; Datadog accepted {run.sent_count:,}.",
            "Each reason says what to change. The records are kept and can be replayed.",
        )
    return None


def _of_plain(run: SyncRun) -> Verdict | None:
    if run.state != RunState.SUCCEEDED or run.sent_count:
        return None
    if run.read_count:
        return Verdict(
            "info",
            "Nothing was sent: the mapping's filter left every record out.",
            "Look at the mapping's filter if you expected some of them in Datadog.",
        )
    return Verdict("info", "There was nothing new to send.")


def _records(count: int) -> str:
    return "1 record was" if count == 1 else f"{count:,} records were"


def timeline(
    line: RunLine, *, chunks: Sequence[Chunk], replays: Sequence[SyncRun], now: datetime
) -> list[Moment]:
    """Return what happened, newest first."""
    run = line.run
    moments = [_requested(run), *map(_of_chunk, chunks)]
    if run.started_at:
        moments.append(Moment(run.started_at, "Started", tone="info"))
    if run.cancel_requested_at:
        moments.append(Moment(run.cancel_requested_at, "Asked to stop"))
    if run.finished_at:
        moments.append(_finished(run, now=now))
    moments += [_replayed(replay) for replay in replays]
    return sorted(moments, key=lambda moment: moment.at, reverse=True)


def _requested(run: SyncRun) -> Moment:
    who = run.requested_by.email if run.requested_by else ""
    if run.trigger == Trigger.REPLAY:
        return Moment(
            run.requested_at, "Replay requested", _joined(who, run.reason), run=run.replay_of
        )
    if run.trigger == Trigger.MANUAL:
        return Moment(run.requested_at, "Requested by hand", _joined(who, run.reason))
    return Moment(run.requested_at, "Due by the schedule")


def _of_chunk(chunk: Chunk) -> Moment:
    read = f"{chunk.read_count:,} records"
    if chunk.state == ChunkState.OPEN:
        return Moment(chunk.frozen_at, f"Sending {read}", tone="busy")
    at = chunk.done_at or chunk.frozen_at
    sent = chunk.read_count - chunk.rejected_count - chunk.skipped_count
    parts = [(sent, "sent"), (chunk.rejected_count, "rejected"), (chunk.skipped_count, "skipped")]
    text = ", ".join(f"{count:,} {word}" for count, word in parts if count)
    return Moment(at, f"Dealt with {read}", text, tone="warn" if chunk.rejected_count else "good")


def _finished(run: SyncRun, *, now: datetime) -> Moment:
    took = took_words(run, now=now)
    title = ENDINGS.get(run.state, run.state)
    return Moment(
        run.finished_at or now,
        title,
        f"after {took}" if took else "",
        tone=TONES.get(run.state, ""),
    )


def _replayed(replay: SyncRun) -> Moment:
    who = replay.requested_by.email if replay.requested_by else ""
    return Moment(
        replay.requested_at,
        "Rejects replayed",
        _joined(who, replay.reason),
        tone="info",
        run=replay,
    )


def _joined(*parts: str) -> str:
    return ": ".join(part for part in parts if part)
