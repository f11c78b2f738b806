"""What PostgreSQL's own catalog says about tenants: policies, keys, roles and functions.

Not the code's intentions: a table that somebody adds without a policy is found here.
"""

from __future__ import annotations

from typing import Any

import pytest
from django.apps import apps
from django.db import connection

pytestmark = pytest.mark.django_db

UNGUARDED = {"accounts_supportaccess"}
"""Tables with a column for a tenant that belong to the vendor: the log of its own people."""

DEFINER_FUNCTIONS = {
    "claim_datadog_organisation",
    "claim_due_schedules",
    "connections_due",
    "organisation_by_external_id",
    "release_datadog_organisation",
    "runs_to_ring",
}
"""Functions that run with the owner's rights. Each was read with tenancy in mind."""


def rows(query: str, *params: Any) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(query, params)
        return cursor.fetchall()


def names(query: str, *params: Any) -> set[str]:
    return {str(name) for (name, *_rest) in rows(query, *params)}


TENANT_TABLES = """
SELECT c.relname FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid
WHERE c.relkind IN ('r', 'p') AND c.relnamespace = 'public'::regnamespace
  AND a.attname = 'organisation_id' AND NOT a.attisdropped
"""


def test_the_tenant_tables_are_those_of_the_models():
    by_models = {
        model._meta.db_table
        for model in apps.get_models()
        if any(field.column == "organisation_id" for field in model._meta.local_fields)
    }
    assert names(TENANT_TABLES) == by_models
    assert len(by_models) >= 15


def test_each_tenant_table_forces_row_level_security():
    forced = names("SELECT relname FROM pg_class WHERE relrowsecurity AND relforcerowsecurity")
    assert names(TENANT_TABLES) - UNGUARDED <= forced
    assert "accounts_organisation" in forced


def test_each_tenant_table_has_the_tenants_policy_for_reading_and_writing():
    guarded = rows(
        "SELECT tablename, qual, with_check FROM pg_policies "
        "WHERE policyname = 'tenant' AND cmd = 'ALL' AND 'portal_app' = ANY(roles)"
    )
    rule = "app.organisation"
    assert all(rule in qual and rule in check for _table, qual, check in guarded)
    assert names(TENANT_TABLES) <= {table for table, _qual, _check in guarded}


def test_no_other_policy_lets_the_application_see_more():
    policies = rows(
        "SELECT policyname, tablename, cmd, roles::text[] FROM pg_policies WHERE policyname <> %s",
        "tenant",
    )
    for name, table, command, roles in policies:
        assert "portal_app" not in roles, (name, table)
        assert "public" not in roles, (name, table)
        assert name != "support" or (command == "SELECT" and roles == ["portal_support"])


def test_unique_keys_of_tenant_tables_start_with_the_tenant():
    found = rows(
        f"""
        SELECT c.relname, i.indexrelid::regclass::text FROM pg_index i
        JOIN pg_class c ON c.oid = i.indrelid
        LEFT JOIN pg_attribute a ON a.attrelid = i.indrelid AND a.attnum = i.indkey[0]
        WHERE i.indisunique AND NOT i.indisprimary AND c.relname IN ({TENANT_TABLES})
          AND a.attname IS DISTINCT FROM 'organisation_id'
        """
    )
    assert found == [], "A key over all tenants tells one of them what another has."


FOREIGN_KEYS = """
SELECT con.conrelid::regclass::text, con.confrelid::regclass::text,
       (SELECT array_agg(a.attname ORDER BY k.place)
        FROM unnest(con.conkey) WITH ORDINALITY k(number, place)
        JOIN pg_attribute a ON a.attrelid = con.conrelid AND a.attnum = k.number)::text[]
FROM pg_constraint con WHERE con.contype = 'f'
"""


def test_a_link_between_tenants_rows_carries_the_tenant():
    tenant_tables = names(TENANT_TABLES)
    between = [
        (source, target, columns)
        for source, target, columns in rows(FOREIGN_KEYS)
        if source in tenant_tables and target in tenant_tables
    ]
    single = {(s, t, columns[0]) for s, t, columns in between if len(columns) == 1}
    carrying = {(s, t, columns[1]) for s, t, columns in between if columns[0] == "organisation_id"}
    assert single <= carrying
    assert carrying


ROLES = ("portal_app", "portal_support")


@pytest.mark.parametrize("role", ROLES)
def test_a_role_that_serves_has_no_power(role):
    [power] = rows(
        "SELECT rolsuper, rolbypassrls, rolcreaterole, rolcreatedb, rolreplication "
        "FROM pg_roles WHERE rolname = %s",
        role,
    )
    assert not any(power)
    assert not names("SELECT relname FROM pg_class WHERE relowner = %s::regrole", role)
    assert not names("SELECT proname FROM pg_proc WHERE proowner = %s::regrole", role)
    assert not rows("SELECT 1 FROM pg_auth_members WHERE member = %s::regrole", role)


@pytest.mark.parametrize("privilege", ["TRUNCATE", "REFERENCES", "TRIGGER", "MAINTAIN"])
@pytest.mark.parametrize("role", ROLES)
def test_a_role_that_serves_cannot_go_around_the_rows(role, privilege):
    assert not names(
        "SELECT relname FROM pg_class WHERE relkind IN ('r', 'p') "
        "AND relnamespace = 'public'::regnamespace AND has_table_privilege(%s, oid, %s)",
        role,
        privilege,
    )


@pytest.mark.parametrize("privilege", ["INSERT", "UPDATE", "DELETE"])
def test_support_only_reads(privilege):
    assert not names(
        "SELECT relname FROM pg_class WHERE relkind IN ('r', 'p') "
        "AND relnamespace = 'public'::regnamespace AND has_table_privilege(%s, oid, %s)",
        "portal_support",
        privilege,
    )


@pytest.mark.parametrize("table", ["accounts_auditentry", "accounts_supportaccess"])
@pytest.mark.parametrize("privilege", ["UPDATE", "DELETE"])
def test_the_logs_are_only_added_to(table, privilege):
    assert rows("SELECT has_table_privilege('portal_app', %s, %s)", table, privilege) == [(False,)]


def test_functions_with_the_owners_rights_are_the_known_ones_with_a_pinned_path():
    found = rows(
        "SELECT proname, proconfig FROM pg_proc "
        "WHERE prosecdef AND pronamespace = 'public'::regnamespace"
    )
    assert {name for name, _config in found} == DEFINER_FUNCTIONS
    assert all("search_path=public, pg_temp" in config for _name, config in found)


def test_nobody_but_the_application_may_call_them():
    assert not names(
        "SELECT proname FROM pg_proc WHERE prosecdef AND pronamespace = 'public'::regnamespace "
        "AND (has_function_privilege('portal_support', oid, 'EXECUTE') "
        "OR EXISTS (SELECT 1 FROM aclexplode(coalesce(proacl, acldefault('f', proowner))) "
        "WHERE grantee = 0))"
    )


def test_there_are_no_views():
    assert not names(
        "SELECT relname FROM pg_class WHERE relkind IN ('v', 'm') "
        "AND relnamespace = 'public'::regnamespace"
    )


def test_strangers_may_make_nothing_in_the_schema():
    for role in ROLES:
        assert rows("SELECT has_schema_privilege(%s, 'public', 'CREATE')", role) == [(False,)]
