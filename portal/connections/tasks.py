"""Background work on connections: ids in, one service call."""

from __future__ import annotations

from uuid import UUID

from celery import shared_task

from portal.connections.services.attending import attend_connection, due_connections
from portal.connections.services.refreshing import refresh_access_token


@shared_task(name="connections.attend_due")
def attend_due() -> None:
    """Ring for every connection whose token or background step is due."""
    for due in due_connections():
        ids = str(due.organisation_id), str(due.connection_id)
        if due.refresh:
            refresh.delay(*ids)
        if due.attend:
            attend.delay(*ids)


@shared_task(name="connections.attend")
def attend(organisation_id: str, connection_id: str) -> None:
    attend_connection(organisation_id=UUID(organisation_id), connection_id=UUID(connection_id))


@shared_task(name="connections.refresh")
def refresh(organisation_id: str, connection_id: str) -> None:
    refresh_access_token(organisation_id=UUID(organisation_id), connection_id=UUID(connection_id))
