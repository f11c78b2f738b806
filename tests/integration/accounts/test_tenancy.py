"""Two walls keep tenants apart: the scoped managers and PostgreSQL's row-level security."""

from __future__ import annotations

import pytest
from django.db import connection

from portal.accounts.models import Membership
from portal.common.tenancy import NoTenantError, TenantMismatchError, tenant
from tests.factories import make_organisation

pytestmark = pytest.mark.django_db


def count_memberships() -> int:
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM accounts_membership")
        return int(cursor.fetchone()[0])


def test_without_a_tenant_the_manager_raises():
    with pytest.raises(NoTenantError):
        Membership.objects.count()


def test_without_a_tenant_the_database_shows_no_rows():
    make_organisation()
    assert count_memberships() == 0


def test_a_tenant_sees_its_own_rows_only():
    one, _other = make_organisation(name="One"), make_organisation(name="Other")
    with tenant(one.id):
        assert count_memberships() == 1
        assert Membership.objects.get().organisation_id == one.id


def test_a_second_tenant_cannot_be_opened_inside_the_first():
    one, other = make_organisation(name="One"), make_organisation(name="Other")
    with tenant(one.id), pytest.raises(TenantMismatchError), tenant(other.id):
        pass


def test_no_context_survives_the_block():
    one = make_organisation()
    with tenant(one.id):
        pass
    assert count_memberships() == 0
