"""How a run is named on every screen: its state, how long it took, what started it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from portal.syncs.domain import LIVE, RunState, Trigger
from portal.syncs.gateways.datadog_pages import site_label
from portal.syncs.models import SyncRun

TRIGGER_WORDS = {
    Trigger.SCHEDULE.value: "Schedule",
    Trigger.MANUAL.value: "By hand",
    Trigger.REPLAY.value: "Replay",
}


@dataclass(frozen=True, slots=True)
class RunLine:
    """A run in words. ``tone`` and ``label`` stay empty where the state says all."""

    run: SyncRun
    state: str
    tone: str
    label: str
    took: str
    trigger: str
    site: str

    @property
    def live(self) -> bool:
        """Whether the run has not come to its end."""
        return self.run.state in LIVE

    @property
    def ending(self) -> str:
        """The state as words in a sentence or a tab's title."""
        return (self.label or self.state.replace("_", " ")).capitalize()


def run_line(run: SyncRun, *, now: datetime) -> RunLine:
    """Return the run as a list or its own page shows it."""
    nothing_new = run.state == RunState.SUCCEEDED and not run.read_count
    return RunLine(
        run=run,
        state=shown_state(run, now=now),
        tone="neutral" if nothing_new else "",
        label="Nothing new" if nothing_new else "",
        took=took_words(run, now=now),
        trigger=TRIGGER_WORDS.get(run.trigger, run.trigger),
        site=site_label(run.mapping.connection.site),
    )


def shown_state(run: SyncRun, *, now: datetime) -> str:
    """Return the state's name for the badge: a live run may be cancelling or waiting as well."""
    if run.state in LIVE and run.cancel_requested_at:
        return "cancelling"
    if run.state == RunState.QUEUED and run.not_before > now:
        return "waiting"
    return run.state


def took_words(run: SyncRun, *, now: datetime) -> str:
    """Return how long the run took, or takes until now; "" when it never started."""
    if run.started_at is None:
        return ""
    return seconds_words(((run.finished_at or now) - run.started_at).total_seconds())


def seconds_words(seconds: float) -> str:
    """Return a duration as people say it: 0.4 s, 41 s, 2 min 5 s, 1 h 12 min."""
    if seconds < 10:
        return f"{max(seconds, 0):.1f} s"
    whole = round(seconds)
    if whole < 60:
        return f"{whole} s"
    minutes, rest = divmod(whole, 60)
    if minutes < 60:
        return f"{minutes} min {rest} s" if rest else f"{minutes} min"
    return f"{minutes // 60} h {minutes % 60} min"
