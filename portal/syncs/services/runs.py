"""What people ask of runs: start one, stop one, replay one. Inside ``tenant()``."""

from __future__ import annotations

from typing import Any

from django.db import IntegrityError, transaction

from portal.accounts.models import User
from portal.accounts.services.audit import record_audit
from portal.connections.domain import ConnectionState
from portal.mappings.models import Mapping
from portal.syncs.database_time import DatabaseNow
from portal.syncs.domain import LIVE, RunState, SyncsError, Trigger
from portal.syncs.models import Schedule, SyncRun
from portal.syncs.services.bells import ring_run_on_commit
from portal.syncs.services.stretches import OPEN, decided_rejects


def request_run(*, mapping: Mapping, by: User | None, reason: str = "") -> SyncRun:
    """Ask for a run of the mapping now; it starts where the last one stopped."""
    _check_sendable(mapping)
    run = _start(mapping, by=by, reason=reason)
    if run is None:
        raise SyncsError("A run of this mapping is already under way.")
    return run


def cancel_run(*, run: SyncRun, by: User) -> None:
    """Stop a run: at once when it waits, else after the chunk that is under way."""
    live = SyncRun.objects.filter(pk=run.pk, state__in=LIVE)
    if not live.filter(cancel_requested_at__isnull=True).update(cancel_requested_at=DatabaseNow()):
        if live.exists():
            return
        raise SyncsError("This run has already ended.")
    live.filter(state=RunState.QUEUED).update(
        state=RunState.CANCELLED, finished_at=DatabaseNow(), lease_until=None
    )
    record_audit(action="run cancelled", by=by, target=run)


def replay_run(*, run: SyncRun, by: User | None, reason: str) -> SyncRun:
    """Send a run's rejected records again, as they are now mapped.

    What a failed or cancelled run had not come to is picked up by a run by hand. Returns the
    replay, or that run when nothing was rejected.
    """
    if run.state in LIVE:
        raise SyncsError("This run is still under way. Replay it when it has ended.")
    _check_sendable(run.mapping)
    stopped_early = run.state in (RunState.FAILED, RunState.CANCELLED) and run.replay_of_id is None
    rest = _start(run.mapping, by=by, reason=reason) if stopped_early else None
    if decided_rejects(run.pk).filter(OPEN).exists():
        return _replay(run, by=by, reason=reason)
    if stopped_early:
        return rest or _live_run(run.mapping) or run
    raise SyncsError("This run has no rejected records left to replay.")


def _replay(run: SyncRun, *, by: User | None, reason: str) -> SyncRun:
    replay = _made(
        run.mapping, trigger=Trigger.REPLAY, replay_of=run, requested_by=by, reason=reason
    )
    if replay is None:
        raise SyncsError("A replay of this run is already under way.")
    record_audit(action="run replayed", by=by, target=run, reason=reason, replay=str(replay.pk))
    return replay


def _start(mapping: Mapping, *, by: User | None, reason: str) -> SyncRun | None:
    """Make a run by hand unless one of the mapping is live."""
    cursor = Schedule.objects.values_list("cursor", flat=True).get(mapping=mapping)
    run = _made(
        mapping,
        trigger=Trigger.MANUAL,
        requested_by=by,
        reason=reason,
        cursor_from=cursor,
        cursor_to=cursor,
    )
    if run is not None:
        record_audit(action="run requested", by=by, target=run, reason=reason)
    return run


def _live_run(mapping: Mapping) -> SyncRun | None:
    """The run under way, which may have ended a moment ago."""
    return SyncRun.objects.filter(mapping=mapping, state__in=LIVE, replay_of__isnull=True).first()


def _made(mapping: Mapping, **fields: Any) -> SyncRun | None:
    """Insert a run and ring for it; None when the database says that such a one is live."""
    try:
        with transaction.atomic():
            run = SyncRun.objects.create(
                mapping=mapping, not_before=DatabaseNow(), rung_at=DatabaseNow(), **fields
            )
    except IntegrityError as error:
        if "syncs_one_live" not in str(error):
            raise
        return None
    run.refresh_from_db(fields=["not_before", "rung_at"])
    ring_run_on_commit(run.organisation_id, run.pk)
    return run


def _check_sendable(mapping: Mapping) -> None:
    if mapping.removed_at is not None:
        raise SyncsError("This mapping was removed.")
    if mapping.connection.state != ConnectionState.CONNECTED:
        raise SyncsError(
            f"Datadog ({mapping.connection.site}) is not connected. Link it again first."
        )
