"""Who the current tenant is, for the ORM and for PostgreSQL's row-level security.

The tenant is set with ``set_config(…, is_local => true)`` inside a transaction and nowhere else: a
session-wide setting would leak to the next request through a connection pool.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from uuid import UUID

from django.db import connection, transaction

ORGANISATION_SETTING = "app.organisation"
PERSON_SETTING = "app.person"
SUPPORT_ALIAS = "support"
"""The database alias that may read across tenants. Whoever uses it records the use."""

_organisation: ContextVar[UUID | None] = ContextVar("organisation", default=None)


class NoTenantError(RuntimeError):
    """A tenant table was asked for without saying which tenant."""


class TenantMismatchError(RuntimeError):
    """One tenant's block was opened inside another's."""


def current_organisation_id() -> UUID:
    """Return the tenant of the surrounding ``tenant()`` block."""
    organisation_id = _organisation.get()
    if organisation_id is None:
        raise NoTenantError("Open `with tenant(organisation_id):` before reading a tenant's rows.")
    return organisation_id


def in_tenant() -> bool:
    """Tell whether a ``tenant()`` block surrounds the caller."""
    return _organisation.get() is not None


@contextmanager
def tenant(organisation_id: UUID) -> Iterator[None]:
    """Open a transaction in which the rows of one organisation can be seen and changed."""
    outer = _organisation.get()
    if outer is not None and outer != organisation_id:
        raise TenantMismatchError("Close one tenant's block before opening another's.")
    with _local_setting(ORGANISATION_SETTING, organisation_id, already=outer is not None):
        token = _organisation.set(organisation_id)
        try:
            yield
        finally:
            _organisation.reset(token)


@contextmanager
def person(user_id: int) -> Iterator[None]:
    """Open a transaction in which a person's own memberships and organisations can be seen."""
    with _local_setting(PERSON_SETTING, user_id, already=False):
        yield


@contextmanager
def _local_setting(name: str, value: object, *, already: bool) -> Iterator[None]:
    nested = connection.in_atomic_block
    with transaction.atomic():
        if already:
            yield
            return
        _set_local(name, str(value))
        yield
        if nested:
            # Releasing a savepoint keeps the setting until the outer transaction ends.
            _set_local(name, "")


def _set_local(name: str, value: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT set_config(%s, %s, true)", [name, value])
