"""The next background step of a connection: check its key, or go on disconnecting it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from uuid import UUID

from django.db import connection as database
from django.utils import timezone

from portal.common.tenancy import tenant
from portal.connections.domain import ConnectionState
from portal.connections.models import Connection
from portal.connections.services.api_keys import INTENT_SECONDS, check_key
from portal.connections.services.disconnecting import revoke_grant
from portal.connections.services.states import soon

DUE_LIMIT = 200
"""How many connections one bell may ring; the rest are rung by the next one."""

_STEPS: dict[ConnectionState, Callable[[Connection], None]] = {
    ConnectionState.CHECKING_KEY: check_key,
    ConnectionState.NEEDS_RECONNECT: check_key,
    ConnectionState.DISCONNECTING: revoke_grant,
}


@dataclass(frozen=True, slots=True)
class DueConnection:
    """A connection that needs something; which, over all tenants."""

    organisation_id: UUID
    connection_id: UUID
    refresh: bool
    attend: bool


def due_connections() -> list[DueConnection]:
    """What is due now, ids only."""
    with database.cursor() as cursor:
        cursor.execute(
            "SELECT organisation_id, connection_id, refresh, attend FROM connections_due(%s)",
            [DUE_LIMIT],
        )
        return [DueConnection(*row) for row in cursor.fetchall()]


def attend_connection(*, organisation_id: UUID, connection_id: UUID) -> bool:
    """Take the step that is due, unless somebody else takes it; tell whether we did."""
    with tenant(organisation_id):
        # Moving the moment ahead is the claim: should we die, the step comes due again.
        claimed = Connection.objects.filter(id=connection_id, check_at__lte=timezone.now()).update(
            check_at=soon(INTENT_SECONDS)
        )
        if not claimed:
            return False
        connection = Connection.objects.select_related("client").get(id=connection_id)
        step = _STEPS.get(ConnectionState(connection.state))
        if step is None:
            Connection.objects.filter(id=connection_id).update(check_at=None)
            return False
    step(connection)
    return True
