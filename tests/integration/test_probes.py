"""Attempts to cross from one tenant to another with raw SQL, as the role of web and workers."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import psycopg
import pytest
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.db import DatabaseError, connection, connections, transaction
from psycopg_pool import ConnectionPool

from portal.accounts.models import Organisation
from portal.common.ids import uuid7
from portal.common.startup import refuse_powerful_role
from portal.common.tenancy import ORGANISATION_SETTING, tenant
from tests.factories import MappingFactory, SyncRunFactory, make_organisation

pytestmark = pytest.mark.django_db

TENANTS_IN_TURN = 200


def run_sql(statement: str, *params: Any) -> int:
    with connection.cursor() as cursor:
        cursor.execute(statement, params)
        return cursor.rowcount


@pytest.fixture
def mine() -> Organisation:
    return make_organisation(name="Mine")


@pytest.fixture
def theirs() -> Any:
    """A run of another tenant."""
    return SyncRunFactory(organisation=make_organisation(name="Theirs"))


READS_AND_WRITES = [
    "SELECT * FROM syncs_syncrun WHERE id = %s",
    "SELECT * FROM syncs_syncrun WHERE id = %s FOR UPDATE",
    "UPDATE syncs_syncrun SET reason = 'x' WHERE id = %s",
    "DELETE FROM syncs_syncrun WHERE id = %s",
    "UPDATE syncs_syncrun SET reason = 'x' WHERE id = %s OR true",
    "WITH gone AS (DELETE FROM syncs_syncrun WHERE id = %s OR true RETURNING 1) SELECT * FROM gone",
]


@pytest.mark.parametrize("statement", READS_AND_WRITES)
def test_a_row_of_another_tenant_cannot_be_touched(mine, theirs, statement):
    with tenant(mine.pk):
        assert run_sql(statement, theirs.pk) == 0
    with tenant(theirs.organisation_id):
        assert run_sql("SELECT 1 FROM syncs_syncrun WHERE id = %s AND reason = ''", theirs.pk) == 1


@pytest.mark.parametrize("statement", READS_AND_WRITES)
def test_without_a_tenant_there_are_no_rows(theirs, statement):
    assert run_sql(statement, theirs.pk) == 0


def refused(statement: str, *params: Any) -> bool:
    try:
        with transaction.atomic():
            run_sql(statement, *params)
            run_sql("SET CONSTRAINTS ALL IMMEDIATE")
    except DatabaseError:
        return True
    return False


def test_a_row_cannot_be_inserted_for_another_tenant(mine, theirs):
    with tenant(mine.pk):
        assert refused(
            "INSERT INTO accounts_auditentry (id, organisation_id, at, actor_name, action, "
            "object_type, object_id, details) VALUES (%s, %s, now(), 'x', 'x', '', '', '{}')",
            uuid7(),
            theirs.organisation_id,
        )


def test_a_row_cannot_be_moved_to_another_tenant(mine, theirs):
    run = SyncRunFactory(organisation=mine)
    with tenant(mine.pk):
        assert refused(
            "UPDATE syncs_syncrun SET organisation_id = %s WHERE id = %s",
            theirs.organisation_id,
            run.pk,
        )


def test_a_row_cannot_point_at_another_tenants_row(mine, theirs):
    mapping = MappingFactory(organisation=mine)
    with tenant(mine.pk):
        assert refused(
            "UPDATE syncs_syncrun SET mapping_id = %s WHERE id = %s",
            theirs.mapping_id,
            SyncRunFactory(organisation=mine, mapping=mapping).pk,
        )


@pytest.mark.parametrize(
    "statement",
    [
        "TRUNCATE syncs_syncrun",
        "ALTER TABLE syncs_syncrun DISABLE ROW LEVEL SECURITY",
        "DROP POLICY tenant ON syncs_syncrun",
        "SET ROLE portal_owner",
        "SET ROLE portal_support",
        "SET SESSION AUTHORIZATION portal_owner",
        "CREATE TABLE mine (id int)",
        "CREATE VIEW mine AS SELECT * FROM syncs_syncrun",
        "DELETE FROM accounts_auditentry",
        "UPDATE accounts_auditentry SET action = 'x'",
        "DELETE FROM accounts_supportaccess",
        "COPY syncs_syncrun TO PROGRAM 'cat'",
    ],
)
def test_what_goes_around_the_policies_is_refused(mine, statement):
    with tenant(mine.pk):
        assert refused(statement)


def test_turning_row_security_off_raises_instead_of_showing_more(mine, theirs):
    with tenant(mine.pk):
        run_sql("SET LOCAL row_security = off")
        assert refused("SELECT * FROM syncs_syncrun")


def test_the_work_lists_switch_opens_nothing_to_the_application(theirs):
    with transaction.atomic():
        run_sql("SELECT set_config('app.work_list', 'on', true)")
        assert run_sql("SELECT 1 FROM syncs_syncrun") == 0


def test_a_malformed_tenant_raises(theirs):
    with transaction.atomic():
        run_sql("SELECT set_config(%s, 'everything', true)", ORGANISATION_SETTING)
        assert refused("SELECT * FROM syncs_syncrun")


@pytest.fixture
def pool() -> Iterator[ConnectionPool[Any]]:
    """One connection that all tenants share in turn, as behind a connection pool."""
    params = connections["default"].get_connection_params()
    params = {k: v for k, v in params.items() if k not in ("cursor_factory", "context")}
    with ConnectionPool(kwargs=params, min_size=1, max_size=1, open=False) as pool:
        pool.open()
        yield pool


@pytest.mark.django_db(transaction=True, databases=["default", "owner"])
def test_a_pool_of_one_connection_keeps_no_tenant(pool):
    tenants = [make_organisation(name=f"Tenant {number}").pk for number in range(2)]
    for turn in range(TENANTS_IN_TURN):
        wanted = tenants[turn % 2]
        with pool.connection() as shared, shared.transaction():
            shared.execute("SELECT set_config(%s, %s, true)", [ORGANISATION_SETTING, str(wanted)])
            assert seen(shared) == {wanted}
        with pool.connection() as shared:
            assert seen(shared) == set()


def seen(shared: psycopg.Connection[Any]) -> set[Any]:
    return {row[0] for row in shared.execute("SELECT organisation_id FROM accounts_membership")}


@pytest.mark.django_db(transaction=True, databases=["default", "owner"])
def test_an_error_leaves_no_tenant_behind(mine):
    with pytest.raises(ZeroDivisionError), tenant(mine.pk):
        raise ZeroDivisionError
    assert run_sql("SELECT 1 FROM accounts_membership") == 0
    assert settings.DATABASES["default"]["CONN_MAX_AGE"]


@pytest.mark.parametrize("alias", ["default", "support", "owner"])
@pytest.mark.django_db(databases=["default", "support", "owner"])
def test_the_portals_roles_may_start(alias):
    refuse_powerful_role(alias)


@pytest.mark.parametrize(
    ("role", "reason"), [("admin", "is a superuser"), ("owner", "owns the portal's tables")]
)
@pytest.mark.django_db(transaction=True, databases=["default", "support", "owner"])
def test_a_process_with_a_powerful_role_does_not_start(role, reason):
    wrong = connections["support"]
    right = wrong.settings_dict["OPTIONS"]
    wrong.close()
    wrong.settings_dict["OPTIONS"] = {**right, "embedded_role": role}
    try:
        with pytest.raises(ImproperlyConfigured, match=reason):
            refuse_powerful_role("support")
    finally:
        wrong.close()
        wrong.settings_dict["OPTIONS"] = right
