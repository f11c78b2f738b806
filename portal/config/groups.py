"""What the vendor's own people may do. The screens of support and review ask for the groups; Django
admin and the two acts that touch a tenant's records ask for these permissions."""

from __future__ import annotations

from django.contrib.auth.models import Group, Permission
from django.db import DEFAULT_DB_ALIAS, transaction
from django.db.models import Q

from portal.accounts.domain import VendorGroup

# Payloads (syncs.view_reject_record) are not among them: a vendor gives that to single people.
SUPPORT_MAY = (
    "accounts.view_organisation",
    "connections.view_connection",
    "mappings.view_dataset",
    "mappings.view_mapping",
    "syncs.replay_syncrun",
    "syncs.view_reject",
    "syncs.view_schedule",
    "syncs.view_syncrun",
)


def grant_groups(*, using: str = DEFAULT_DB_ALIAS) -> dict[VendorGroup, int]:
    """Make the groups and add what they lack; returns how many permissions each should have.

    Adds only, so that what a vendor gave a group in Django admin stays.
    """
    granted = {
        VendorGroup.ADMIN: Permission.objects.using(using).all(),
        VendorGroup.SUPPORT: Permission.objects.using(using).filter(_any_of(SUPPORT_MAY)),
        # The review screens ask for the group itself.
        VendorGroup.REVIEWER: Permission.objects.using(using).none(),
    }
    with transaction.atomic(using=using):
        for vendor_group, permissions in granted.items():
            group, _created = Group.objects.using(using).get_or_create(name=vendor_group.value)
            group.permissions.add(*permissions)
    return {vendor_group: permissions.count() for vendor_group, permissions in granted.items()}


def _any_of(names: tuple[str, ...]) -> Q:
    wanted = Q(pk__in=[])
    for name in names:
        app_label, codename = name.split(".")
        wanted |= Q(content_type__app_label=app_label, codename=codename)
    return wanted
