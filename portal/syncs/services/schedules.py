"""When mappings are due: now, not at all, again. Inside ``tenant()``."""

from __future__ import annotations

from portal.accounts.models import User
from portal.accounts.services.audit import record_audit
from portal.mappings.models import Dataset, Mapping
from portal.syncs.database_time import DatabaseNow
from portal.syncs.domain import ScheduleState
from portal.syncs.models import Schedule
from portal.syncs.services.bells import ring_dispatcher_on_commit


def make_due(*, dataset: Dataset) -> None:
    """Make the organisation's mappings of a dataset due at once, for new records have come in."""
    Schedule.objects.filter(mapping__dataset=dataset, state=ScheduleState.ACTIVE).update(
        next_at=DatabaseNow()
    )
    ring_dispatcher_on_commit()


def pause_schedule(*, mapping: Mapping, by: User, reason: str = "") -> None:
    """Stop sending a mapping by itself. Its cursor stays; it can still be run by hand."""
    changed = Schedule.objects.filter(mapping=mapping, state=ScheduleState.ACTIVE).update(
        state=ScheduleState.PAUSED, reason=reason
    )
    if changed:
        record_audit(action="schedule paused", by=by, target=mapping, reason=reason)


def resume_schedule(*, mapping: Mapping, by: User) -> None:
    """Send a mapping by itself again, from its cursor, at once."""
    changed = Schedule.objects.filter(mapping=mapping, state=ScheduleState.PAUSED).update(
        state=ScheduleState.ACTIVE, reason="", next_at=DatabaseNow()
    )
    if changed:
        record_audit(action="schedule resumed", by=by, target=mapping)
        ring_dispatcher_on_commit()
