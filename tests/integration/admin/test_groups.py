"""What the vendor's groups may do."""

from __future__ import annotations

import pytest
from django.contrib.auth.models import Group, Permission
from django.core.management import call_command

from portal.accounts.domain import VendorGroup
from portal.config.groups import SUPPORT_MAY, grant_groups
from tests.factories import make_vendor_person

pytestmark = pytest.mark.django_db


def test_granting_twice_changes_nothing():
    grant_groups()
    before = {group.name: group.permissions.count() for group in Group.objects.all()}
    grant_groups()
    assert {group.name: group.permissions.count() for group in Group.objects.all()} == before


def test_each_permission_of_support_exists():
    assert grant_groups()[VendorGroup.SUPPORT] == len(SUPPORT_MAY)


def test_a_vendors_admin_may_everything_and_support_its_work():
    grant_groups()
    admin, supporter, reviewer = (make_vendor_person(group) for group in VendorGroup)
    assert len(admin.get_all_permissions()) == Permission.objects.count()
    assert supporter.get_all_permissions() == set(SUPPORT_MAY)
    assert reviewer.get_all_permissions() == set()


def test_support_does_not_see_records_by_itself():
    grant_groups()
    assert not make_vendor_person(VendorGroup.SUPPORT).has_perm("syncs.view_reject_record")


def test_what_a_group_was_given_by_hand_stays():
    grant_groups()
    group = Group.objects.get(name=VendorGroup.SUPPORT.value)
    group.permissions.add(Permission.objects.get(codename="view_reject_record"))
    call_command("grant_groups")
    assert group.permissions.filter(codename="view_reject_record").exists()
