"""Reads across all tenants, through the support role. Whoever calls them records the look first."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db.models import Count, Exists, F, Max, OuterRef, Q, QuerySet
from django.utils import timezone

from portal.connections.domain import ConnectionState
from portal.connections.models import Connection
from portal.support.domain import STUCK_AFTER, Failing, Wanted
from portal.support.gateways import is_reject_code
from portal.syncs.domain import LIVE, RunState
from portal.syncs.gateways.reject_codes import reject_code
from portal.syncs.history import DECIDED
from portal.syncs.keyset import Place, Slice, slice_of
from portal.syncs.models import Reject, SyncRun

RUNS_A_PAGE = 50
RUNS_COUNTED = 200
"""Reasons are counted over so many of the newest runs: each may have a hundred thousand rejects."""
CONNECTIONS_SHOWN = 50
ENDED_BADLY = (RunState.FAILED, RunState.REJECTED, RunState.PARTIAL)
REJECTS_SHOWN = 25


@dataclass(frozen=True, slots=True)
class ReasonCount:
    """How often something went wrong. ``records`` is None where whole runs failed."""

    reason: str
    title: str
    records: int | None
    runs: int
    tenants: int


def failing_runs(wanted: Wanted) -> QuerySet[SyncRun]:
    """Return the runs that ended badly or are stuck, of all tenants."""
    runs = SyncRun.across_tenants.select_related("organisation", "mapping__connection")
    runs = runs.filter(_outcome(wanted.outcome))
    if wanted.since:
        runs = runs.filter(requested_at__gte=wanted.since)
    if wanted.tenant:
        runs = runs.filter(_of_tenant(wanted.tenant))
    if wanted.data_type:
        runs = runs.filter(mapping__data_type=wanted.data_type)
    if wanted.site:
        runs = runs.filter(mapping__connection__site=wanted.site)
    return runs.filter(_because_of(wanted.reason)) if wanted.reason else runs


def _outcome(outcome: str) -> Q:
    ended = {
        Failing.FAILED: Q(state=RunState.FAILED),
        Failing.ALL_REJECTED: Q(state=RunState.REJECTED),
        Failing.WITH_REJECTS: Q(state=RunState.PARTIAL),
        Failing.STUCK: _stuck(),
    }
    if outcome:
        return ended[Failing(outcome)]
    # The first half is what the index by state and time can use.
    return Q(state__in=[*ENDED_BADLY, *LIVE]) & (Q(state__in=ENDED_BADLY) | _stuck())


def _stuck() -> Q:
    """Live runs that wait after a problem, or that are due and held by no worker."""
    long_ago = timezone.now() - STUCK_AFTER
    unattended = Q(not_before__lt=long_ago) & (
        Q(lease_until__isnull=True) | Q(lease_until__lt=long_ago)
    )
    return Q(state__in=LIVE) & (Q(tries__gt=0) | unattended)


def _of_tenant(words: str) -> Q:
    return Q(organisation__slug=words) | Q(organisation__name__icontains=words)


def _because_of(reason: str) -> Q:
    if not is_reject_code(reason):
        return Q(problem=reason)
    return Q(Exists(Reject.across_tenants.filter(run=OuterRef("pk"), code=reason)))


def page_of_runs(
    wanted: Wanted, *, before: UUID | None = None, after: UUID | None = None
) -> Slice[SyncRun]:
    """Return one page, newest first: older than the run ``before``, or newer than ``after``."""
    place_id = before or after
    named = SyncRun.across_tenants.filter(pk=place_id).first() if place_id else None
    place = Place(named, back=before is None) if named else None
    return slice_of(failing_runs(wanted), by="-requested_at", size=RUNS_A_PAGE, place=place)


def reason_counts(wanted: Wanted) -> list[ReasonCount]:
    """Return what went wrong in the newest matching runs, the most frequent first."""
    newest = failing_runs(wanted).order_by("-requested_at").values("pk")[:RUNS_COUNTED]
    found = [*_problem_counts(newest), *_reject_counts(newest)]
    return sorted(found, key=lambda count: (-count.tenants, -count.runs))


def _problem_counts(newest: QuerySet[SyncRun, Any]) -> list[ReasonCount]:
    rows = (
        SyncRun.across_tenants.filter(pk__in=newest)
        .exclude(problem="")
        .values("problem")
        .annotate(runs=Count("pk"), tenants=Count("organisation", distinct=True))
    )
    return [
        ReasonCount(row["problem"], row["problem"], None, row["runs"], row["tenants"])
        for row in rows
    ]


def _reject_counts(newest: QuerySet[SyncRun, Any]) -> list[ReasonCount]:
    rows = (
        Reject.across_tenants.filter(run__in=newest)
        .values("code")
        .annotate(
            records=Count("pk"),
            runs=Count("run", distinct=True),
            tenants=Count("organisation", distinct=True),
        )
    )
    return [
        ReasonCount(
            reason=row["code"],
            title=f"Rejected: {reject_code(row['code']).title}",
            records=row["records"],
            runs=row["runs"],
            tenants=row["tenants"],
        )
        for row in rows
    ]


def connections_to_mend(wanted: Wanted) -> list[Connection]:
    """Return connections of all tenants that wait for a person, the longest waiting last."""
    found = Connection.across_tenants.filter(state=ConnectionState.NEEDS_RECONNECT)
    if wanted.tenant:
        found = found.filter(_of_tenant(wanted.tenant))
    if wanted.site:
        found = found.filter(site=wanted.site)
    found = found.select_related("organisation")
    return list(found.order_by(F("checked_at").desc(nulls_last=True))[:CONNECTIONS_SHOWN])


def tenant_of_run(run_id: UUID) -> UUID | None:
    """Return only whose run it is, so that the look can be recorded before anything is read."""
    return (
        SyncRun.across_tenants.filter(pk=run_id).values_list("organisation_id", flat=True).first()
    )


def run_to_inspect(run_id: UUID) -> SyncRun:
    """Return a run with all that its page shows."""
    return SyncRun.across_tenants.select_related(
        "organisation", "mapping__connection", "mapping__dataset", "requested_by", "replay_of"
    ).get(pk=run_id)


@dataclass(frozen=True, slots=True)
class RejectCount:
    """The rejects of one run with one reason."""

    code: str
    title: str
    fix: str
    count: int
    open: int
    example: str


def reject_counts_of(run: SyncRun) -> list[RejectCount]:
    """Return the reasons of a run's rejects, the most frequent first."""
    rows = (
        Reject.across_tenants.filter(DECIDED, run=run)
        .values("code")
        .annotate(
            count=Count("pk"),
            open=Count("pk", filter=Q(replayed_by__isnull=True)),
            example=Max("message"),
        )
        .order_by("-count")
    )
    return [_reject_count(row) for row in rows]


def _reject_count(row: Mapping[str, Any]) -> RejectCount:
    meaning = reject_code(row["code"])
    return RejectCount(
        code=row["code"],
        title=meaning.title,
        fix=meaning.fix,
        count=row["count"],
        open=row["open"],
        example=row["example"],
    )


def first_rejects_of(run: SyncRun) -> list[Reject]:
    """Return the first rejects in the order of the source, without the records themselves."""
    rejects = Reject.across_tenants.filter(run=run).defer("record_sealed")
    return list(rejects.order_by("number")[:REJECTS_SHOWN])


def replays_of_run(run: SyncRun) -> list[SyncRun]:
    """Return the replays of a run, newest first."""
    return list(SyncRun.across_tenants.filter(replay_of=run).order_by("-requested_at"))
