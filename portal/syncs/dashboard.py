"""Reads of an organisation's overview: a fixed number of queries however many mappings it has.

Reads only; the tenant comes from the context.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from django.db.models import Count, OuterRef, Subquery, Sum

from portal.connections.models import Connection
from portal.mappings.models import Mapping
from portal.syncs.history import DECIDED, READ_NOTHING, SHOWN_BESIDE
from portal.syncs.models import Reject, Schedule, SyncRun

RECENT = timedelta(hours=24)
LATEST_RUNS = 6


@dataclass(frozen=True, slots=True)
class MappingLine:
    """A mapping with what became of it lately.

    ``telling_run`` is the newest run that read something or did not succeed; ``checked_at`` is
    when any run last looked for records.
    """

    mapping: Mapping
    schedule: Schedule | None
    telling_run: SyncRun | None
    checked_at: datetime | None
    sent: int
    open_rejects: int


def connections() -> list[Connection]:
    """Return the organisation's connections, in the order they were made."""
    return list(Connection.objects.select_related("client").order_by("created_at"))


def mapping_lines(*, now: datetime) -> list[MappingLine]:
    """Return a line for every mapping in use, by name."""
    mappings = _mappings()
    latest = _latest(mappings)
    runs = SyncRun.objects.in_bulk([run_id for run_id, _ in latest.values() if run_id])
    schedules = {schedule.mapping_id: schedule for schedule in Schedule.objects.all()}
    sent, open_rejects = _sent(since=now - RECENT), _open_rejects()
    lines = []
    for mapping in mappings:
        run_id, checked_at = latest.get(mapping.id, (None, None))
        run = runs.get(run_id) if run_id else None
        if run:
            run.mapping = mapping
        lines.append(
            MappingLine(
                mapping=mapping,
                schedule=schedules.get(mapping.id),
                telling_run=run,
                checked_at=checked_at,
                sent=sent.get(mapping.id, 0),
                open_rejects=open_rejects.get(mapping.id, 0),
            )
        )
    return lines


def latest_runs() -> list[SyncRun]:
    """Return the newest runs that tell something, for a glance."""
    runs = SyncRun.objects.exclude(READ_NOTHING).prefetch_related(*SHOWN_BESIDE)
    return list(runs.order_by("-requested_at")[:LATEST_RUNS])


def has_read_anything() -> bool:
    """Tell whether any record of the organisation was ever read."""
    return SyncRun.objects.filter(read_count__gt=0).exists()


def _mappings() -> list[Mapping]:
    mappings = Mapping.objects.filter(removed_at__isnull=True)
    return list(mappings.select_related("connection", "dataset").order_by("name", "id"))


def _latest(mappings: Sequence[Mapping]) -> dict[UUID, tuple[UUID | None, datetime | None]]:
    """Find each mapping's newest telling run, and when its newest run of all was made."""
    runs = SyncRun.objects.filter(mapping=OuterRef("pk")).order_by("-requested_at")
    telling = runs.exclude(READ_NOTHING).values("pk")[:1]
    rows = Mapping.objects.filter(pk__in=[mapping.pk for mapping in mappings]).values_list(
        "pk", Subquery(telling), Subquery(runs.values("requested_at")[:1])
    )
    return {pk: (run_id, checked_at) for pk, run_id, checked_at in rows}


def _sent(*, since: datetime) -> dict[UUID, int]:
    runs = SyncRun.objects.filter(requested_at__gte=since).order_by()
    return dict(runs.values_list("mapping").annotate(Sum("sent_count")))


def _open_rejects() -> dict[UUID, int]:
    rejects = Reject.objects.filter(DECIDED, replayed_by__isnull=True).order_by()
    return dict(rejects.values_list("run__mapping").annotate(Count("id")))
