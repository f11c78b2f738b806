"""An organisation's overview: what is linked, what is sent, how it went, what to do next."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone

from portal.accounts.access import OrganisationRequest, organisation_view
from portal.accounts.domain import Permission
from portal.connections.domain import ConnectionState
from portal.connections.models import Connection
from portal.syncs.dashboard import (
    MappingLine,
    connections,
    has_read_anything,
    latest_runs,
    mapping_lines,
)
from portal.syncs.domain import ScheduleState
from portal.syncs.gateways.datadog_pages import site_label
from portal.syncs.models import SyncRun
from portal.syncs.views.run_lines import RunLine, run_line

NOT_LINKED = (ConnectionState.PENDING, ConnectionState.DISCONNECTED)
SENDING = (ConnectionState.CONNECTED,)


@dataclass(frozen=True, slots=True)
class ConnectionCard:
    """A connection with its site's short name and how many mappings use it."""

    connection: Connection
    site: str
    mappings: int


@dataclass(frozen=True, slots=True)
class MappingCard:
    """A mapping's line in words. ``sending`` is paused, waiting or active."""

    line: MappingLine
    site: str
    run: RunLine | None
    sending: str
    due: bool
    under_way: bool


@organisation_view(Permission.VIEW)
def overview(request: OrganisationRequest) -> HttpResponse:
    """Show the organisation at a glance, or lead a newcomer to the first sync."""
    now = timezone.now()
    linked, lines = connections(), mapping_lines(now=now)
    runs = latest_runs()
    mappings = [mapping_card(line, now=now) for line in lines]
    context = {
        "stage": stage(linked, lines, started=_have_read(runs)),
        "connections": [connection_card(connection, lines) for connection in linked],
        "mappings": mappings,
        "under_way": any(card.under_way for card in mappings),
        "runs": [run_line(run, now=now) for run in runs],
        "may_run": request.member.may(Permission.RUN),
        "may_connect": request.member.may(Permission.CONNECT),
    }
    template = "syncs/overview.html#page" if request.htmx else "syncs/overview.html"
    return render(request, template, context)


def _have_read(runs: Sequence[SyncRun]) -> bool:
    """Whether the first sync is behind them; mostly the latest runs tell."""
    return any(run.read_count for run in runs) or (bool(runs) and has_read_anything())


def stage(linked: Sequence[Connection], lines: Sequence[MappingLine], *, started: bool) -> str:
    """Return how far a newcomer has got: connect, choose, sync, or "" when all of it is done."""
    if all(connection.state in NOT_LINKED for connection in linked) and not started:
        return "connect"
    if not lines and not started:
        return "choose"
    return "" if started else "sync"


def connection_card(connection: Connection, lines: Sequence[MappingLine]) -> ConnectionCard:
    """Return a connection as the overview shows it."""
    used = sum(line.mapping.connection_id == connection.id for line in lines)
    return ConnectionCard(connection, site_label(connection.site), used)


def mapping_card(line: MappingLine, *, now: datetime) -> MappingCard:
    """Return a mapping as the overview shows it."""
    run = run_line(line.telling_run, now=now) if line.telling_run else None
    return MappingCard(
        line=line,
        site=site_label(line.mapping.connection.site),
        run=run,
        sending=_sending(line),
        due=line.schedule is not None and line.schedule.next_at <= now,
        under_way=run is not None and run.live,
    )


def _sending(line: MappingLine) -> str:
    if line.schedule is None:
        return "none"
    if line.schedule.state == ScheduleState.PAUSED:
        return "paused"
    return "active" if line.mapping.connection.state in SENDING else "waiting"
