"""What support does in a tenant: replays and looks at single records, each in the tenant's log."""

from __future__ import annotations

from uuid import UUID

from portal.accounts.models import User
from portal.accounts.services.audit import record_audit
from portal.common.tenancy import tenant
from portal.support.domain import SupportError
from portal.syncs.domain import SyncsError
from portal.syncs.models import Reject, SyncRun
from portal.syncs.services.runs import replay_run


def replay_for_tenant(*, run_id: UUID, organisation_id: UUID, by: User, reason: str) -> SyncRun:
    """Replay a run inside its tenant; the syncs' service writes the tenant's log."""
    try:
        with tenant(organisation_id):
            run = SyncRun.objects.select_related("mapping__connection").get(pk=run_id)
            return replay_run(run=run, by=by, reason=reason)
    except SyncsError as error:
        raise SupportError(str(error)) from error


def take_record(*, run_id: UUID, reject_id: UUID, organisation_id: UUID, by: User) -> Reject | None:
    """Return one sealed record of a tenant to be opened, and say so in the tenant's log."""
    with tenant(organisation_id):
        reject = Reject.objects.select_related("run").filter(pk=reject_id, run=run_id).first()
        if reject is not None:
            record_audit(
                action="record looked at by support", by=by, target=reject, record=reject.record_id
            )
        return reject
