"""Ways that a run can take through the delivery code, each with the same equations at its end."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from itertools import count
from typing import Any

from portal.common.tenancy import tenant
from portal.connections.models import Connection
from portal.syncs.domain import LIVE
from portal.syncs.models import Batch, Chunk, Feed, Reject, SyncRun
from portal.syncs.services.runs import replay_run
from tests.integration.syncs.conftest import LOGS_DOCUMENT, Customer, record
from tests.integration.syncs.intake import PoisonedIntake

DOCUMENT = {
    **LOGS_DOCUMENT,
    "filter": [{"field": "measure", "is": "not_equals", "value": "skipped"}],
}
HOUR = 60.0
"""In minutes."""
ALMOST_TOO_OLD = 17.7 * HOUR
LATER = 0.5 * HOUR
MOST_TURNS = 12


@dataclass
class Stage:
    """A customer, and an intake in the place of Datadog's."""

    customer: Customer
    intake: PoisonedIntake
    later: float = 0.0
    """Minutes that have passed for the worker."""
    repeating: int = 0
    """Kills after which records came a second time."""
    numbers: Any = field(default_factory=lambda: count(1))

    def push(self, *ages: float, skipped: bool = False) -> list[str]:
        """Records of these ages in minutes; returns their ids."""
        changes = {"measure": "skipped"} if skipped else {}
        made = [record(next(self.numbers), minutes_old=age, **changes) for age in ages]
        self.customer.push(made)
        return [str(one["id"]) for one in made]

    def refuse(self, *ids: str, status: int) -> None:
        self.intake.poison, self.intake.status = set(ids), status

    def work(self, run: SyncRun) -> None:
        self.customer.work(run, minutes_later=self.later)

    def live(self) -> SyncRun | None:
        with tenant(self.customer.organisation.id):
            return SyncRun.objects.filter(state__in=LIVE).order_by("requested_at").first()

    def unread(self) -> bool:
        with tenant(self.customer.organisation.id):
            last = Feed.objects.get().last_number
        return self.customer.schedule().cursor.get("number", 0) < last

    def finish(self) -> None:
        """Everything is well again: workers come until nothing is left to do."""
        self.refuse(status=400)
        with tenant(self.customer.organisation.id):
            Connection.objects.update(state="connected", problem="", fix="")
        for _ in range(MOST_TURNS):
            run = self.live() or (self.customer.requested() if self.unread() else None)
            if run is None:
                return
            self.customer.wait_is_over(run)
            self.work(run)
        raise AssertionError("It does not come to an end.")


@dataclass(frozen=True)
class Scene:
    """``before`` ends with the run whose next turn is killed; it returns the ids to be found."""

    name: str
    before: Callable[[Stage], tuple[SyncRun, list[str]]]

    def __str__(self) -> str:
        return self.name


def _sent(stage: Stage) -> tuple[SyncRun, list[str]]:
    ids = stage.push(1, 40 * HOUR, 1, 1)
    stage.push(1, skipped=True)
    return stage.customer.requested(), ids


def _refused(stage: Stage) -> tuple[SyncRun, list[str]]:
    ids = stage.push(1, 1, 1)
    stage.refuse(ids[1], status=400)
    return stage.customer.requested(), ids


def _away(stage: Stage) -> tuple[SyncRun, list[str]]:
    ids = stage.push(1, 1)
    stage.refuse(*ids, status=503)
    return stage.customer.requested(), ids


def _too_old_by_now(stage: Stage) -> tuple[SyncRun, list[str]]:
    run, ids = _away(stage)
    ids += stage.push(ALMOST_TOO_OLD)
    stage.work(run)
    stage.refuse(status=400)
    stage.customer.wait_is_over(run)
    stage.later = LATER
    return run, ids


def _key_refused(stage: Stage) -> tuple[SyncRun, list[str]]:
    ids = stage.push(1, 1)
    stage.refuse(*ids, status=403)
    return stage.customer.requested(), ids


def _cancelled(stage: Stage) -> tuple[SyncRun, list[str]]:
    ids = stage.push(1, 1)
    run = stage.customer.requested()
    stage.customer.change(run, cancel_requested_at=datetime.now(UTC))
    return run, ids


def _replayed(stage: Stage) -> tuple[SyncRun, list[str]]:
    ids = stage.push(1, 1, 1)
    stage.refuse(*ids[:2], status=400)
    run = stage.customer.requested()
    stage.work(run)
    stage.refuse(ids[0], status=400)
    with tenant(stage.customer.organisation.id):
        rejected = SyncRun.objects.select_related("mapping__connection").get(pk=run.pk)
        return replay_run(run=rejected, by=stage.customer.owner, reason="chaos"), ids


SCENES = (
    Scene("sent", _sent),
    Scene("a record is refused", _refused),
    Scene("Datadog is away", _away),
    Scene("too old by now", _too_old_by_now),
    Scene("the key is refused", _key_refused),
    Scene("cancelled", _cancelled),
    Scene("replayed", _replayed),
)


def check_sum(stage: Stage, ids: list[str]) -> int:
    """Each record arrived or is an open reject, and nothing is left open; returns repetitions."""
    times = Counter(stage.intake.taken)
    with tenant(stage.customer.organisation.id):
        rejects = Reject.objects.filter(record_id__in=ids, replayed_by__isnull=True)
        rejected = list(rejects.values_list("record_id", flat=True))
        assert not Chunk.objects.filter(state="open").exists()
        assert not Batch.objects.filter(state="open").exists()
        runs = list(SyncRun.objects.filter(replay_of__isnull=True))
        fed = Feed.objects.get().last_number
    assert sorted([*times, *rejected]) == sorted(ids), "each is sent or rejected, and not both"
    assert sum(run.read_count for run in runs) == fed
    assert all(times[one] <= 2 for one in times)
    return times.total() - len(times)
