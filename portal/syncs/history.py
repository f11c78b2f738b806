"""Reads of the history: the list of runs, and everything that one run's page shows.

Reads only; the tenant comes from the context.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TypeVar
from uuid import UUID

from django.db.models import Count, Max, Q, QuerySet, Value
from django.db.models.functions import Coalesce, NullIf

from portal.common.models import TenantModel
from portal.mappings.models import Mapping
from portal.syncs.domain import LIVE, ChunkState, RunState
from portal.syncs.keyset import Place, Slice, slice_of
from portal.syncs.models import Batch, Chunk, Reject, SyncRun

M = TypeVar("M", bound=TenantModel)

RUNS_A_PAGE = 30
REJECTS_A_PAGE = 25
"""Each of them opens a sealed record."""
BATCHES_A_PAGE = 50

UNDER_WAY = "live"
WITH_REJECTS = "rejects"
READ_NOTHING = Q(state=RunState.SUCCEEDED, read_count=0)
"""A scheduled run that found nothing new; left out of the history unless asked for."""

DECIDED = Q(chunk__state=ChunkState.DONE)
"""A reject that counts. One of a chunk without an outcome may go over to the next run."""


SHOWN_BESIDE = ("mapping__connection", "requested_by")
"""Fetched after the page and not joined: with a join the planner, which cannot see through
row-level security, at times reads and sorts the whole history (600 ms for 215,000 runs)."""


@dataclass(frozen=True, slots=True)
class HistoryFilter:
    """What to show. ``outcome`` is a RunState, UNDER_WAY, WITH_REJECTS or "" for any."""

    mapping: Mapping | None = None
    outcome: str = ""
    trigger: str = ""
    empty: bool = False


def runs_matching(asked: HistoryFilter) -> QuerySet[SyncRun]:
    """Return the runs that the filter lets through, with what a row of the list needs."""
    runs = SyncRun.objects.prefetch_related(*SHOWN_BESIDE)
    if asked.mapping:
        runs = runs.filter(mapping=asked.mapping)
    if asked.trigger:
        runs = runs.filter(trigger=asked.trigger)
    if not asked.empty:
        runs = runs.exclude(READ_NOTHING)
    return runs.filter(_outcome(asked.outcome)) if asked.outcome else runs


def _outcome(outcome: str) -> Q:
    if outcome == UNDER_WAY:
        return Q(state__in=LIVE)
    if outcome == WITH_REJECTS:
        return Q(rejected_count__gt=0)
    return Q(state=outcome)


def history(
    asked: HistoryFilter, *, before: UUID | None = None, after: UUID | None = None
) -> Slice[SyncRun]:
    """Return one page, newest first: older than the run ``before``, or newer than ``after``."""
    place = _place(SyncRun.objects.all(), onward=before, backward=after)
    return slice_of(runs_matching(asked), by="-requested_at", size=RUNS_A_PAGE, place=place)


def _place(rows: QuerySet[M], *, onward: UUID | None, backward: UUID | None) -> Place[M] | None:
    """Find the row that a page's address names; one that is gone leads to the first page."""
    if not onward and not backward:
        return None
    row = rows.filter(pk=onward or backward).first()
    return Place(row, back=onward is None) if row else None


def run_with_id(run_id: UUID) -> SyncRun | None:
    """Return the run with all that its page's head shows, or None in a stranger's case."""
    return (
        SyncRun.objects.select_related(
            "mapping__connection", "mapping__dataset", "requested_by", "replay_of"
        )
        .filter(pk=run_id)
        .first()
    )


def mapping_with_id(mapping_id: UUID) -> Mapping | None:
    """Return a mapping in use with what starting it needs."""
    mappings = Mapping.objects.filter(removed_at__isnull=True).select_related("connection")
    return mappings.filter(pk=mapping_id).first()


@dataclass(slots=True)
class RejectGroup:
    """The rejects of a run that share a reason; ``open`` ones no replay has dealt with."""

    code: str
    count: int = 0
    open: int = 0
    example: str = ""
    fields: list[str] = field(default_factory=list)


def reject_groups(run: SyncRun) -> list[RejectGroup]:
    """Return the reasons of a run's rejects, the most frequent first."""
    rows = (
        Reject.objects.filter(DECIDED, run=run)
        .values("code", "field")
        .annotate(
            count=Count("id"),
            open=Count("id", filter=Q(replayed_by__isnull=True)),
            example=Max(Coalesce(NullIf("datadog", Value("")), "message")),
        )
    )
    groups: dict[str, RejectGroup] = {}
    for row in rows.order_by("-count"):
        group = groups.setdefault(row["code"], RejectGroup(row["code"], example=row["example"]))
        group.count += row["count"]
        group.open += row["open"]
        if row["field"]:
            group.fields.append(row["field"])
    return sorted(groups.values(), key=lambda group: -group.count)


def rejects_of(
    run: SyncRun, *, code: str = "", before: UUID | None = None, after: UUID | None = None
) -> Slice[Reject]:
    """Return one page of a run's rejects in the order of the source."""
    rejects = Reject.objects.filter(DECIDED, run=run).select_related("replayed_by")
    if code:
        rejects = rejects.filter(code=code)
    place = _place(rejects, onward=after, backward=before)
    return slice_of(rejects, by="number", size=REJECTS_A_PAGE, place=place)


def batches_of(
    run: SyncRun, *, before: UUID | None = None, after: UUID | None = None
) -> Slice[Batch]:
    """Return one page of a run's batches with their attempts, never with their bytes."""
    batches = Batch.objects.filter(chunk__run=run).defer("body").prefetch_related("attempts")
    place = _place(batches, onward=after, backward=before)
    return slice_of(batches, by="first_number", size=BATCHES_A_PAGE, place=place)


def batch_count(run: SyncRun) -> int:
    """Return how many batches the run has frozen."""
    return Batch.objects.filter(chunk__run=run).count()


def newest_chunks(run: SyncRun, *, limit: int) -> list[Chunk]:
    """Return the stretches of the source that the run decided last."""
    return list(Chunk.objects.filter(run=run).order_by("-frozen_at")[:limit])


def replays_of(run: SyncRun) -> list[SyncRun]:
    """Return the replays of a run, newest first."""
    replays = SyncRun.objects.filter(replay_of=run).select_related("requested_by")
    return list(replays.order_by("-requested_at"))
