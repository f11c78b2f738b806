"""Moving a connection from state to state, by the table of the domain only."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.utils import timezone

from portal.common.tenancy import tenant
from portal.connections.domain import TRANSITIONS, ApiKeyState, ConnectionsError, ConnectionState
from portal.connections.models import Connection

PROBLEM_LENGTH, FIX_LENGTH = 300, 500
_SOON_CHECKS = 15


def restore_check_after(checks: int) -> timedelta:
    """How long until a refused key is looked at again.

    Each minute at first, in case it was a hiccup or somebody puts it right at once, then each hour:
    a revoked key can be restored in Datadog for seven days (account_management/api-app-keys).
    """
    return timedelta(minutes=1) if checks < _SOON_CHECKS else timedelta(hours=1)


def locked(connection_id: UUID) -> Connection:
    """Return the row, locked until the caller's transaction ends."""
    return Connection.objects.select_for_update().get(id=connection_id)


def move(connection: Connection, to: ConnectionState, **fields: Any) -> None:
    """Set the state and other fields of a locked row; what was wrong before is forgotten."""
    now = ConnectionState(connection.state)
    if to not in TRANSITIONS[now]:
        raise ConnectionsError(
            f"A connection that is {now.value.replace('_', ' ')} cannot become "
            f"{to.value.replace('_', ' ')}.",
            "Wait a moment and load the page again.",
        )
    change(connection, **{"state": to, "problem": "", "fix": "", **fields})


def change(connection: Connection, **fields: Any) -> None:
    """Set fields of a locked row."""
    for name, value in fields.items():
        setattr(connection, name, value)
    connection.save(update_fields=list(fields))


def said(problem: str, fix: str) -> dict[str, str]:
    """The two sentences as the columns hold them."""
    return {"problem": problem[:PROBLEM_LENGTH], "fix": fix[:FIX_LENGTH]}


def soon(seconds: float) -> datetime:
    return timezone.now() + timedelta(seconds=seconds)


def mark_needs_reconnect(
    *,
    organisation_id: UUID,
    connection_id: UUID,
    problem: str,
    fix: str,
    key_refused: bool = False,
) -> bool:
    """Stop a working connection until a person acts; False when it was not working anyway.

    With ``key_refused`` the API key is checked now and then, and when Datadog takes it again the
    connection works again by itself.
    """
    working = (ConnectionState.CONNECTED, ConnectionState.CHECKING_KEY)
    with tenant(organisation_id):
        connection = locked(connection_id)
        if connection.state not in working:
            return False
        move(connection, ConnectionState.NEEDS_RECONNECT, check_at=None, **said(problem, fix))
        if key_refused:
            change(
                connection,
                api_key_state=ApiKeyState.REFUSED,
                check_at=timezone.now() + restore_check_after(0),
                check_count=0,
            )
    return True
