"""Changing who belongs to an organisation, and as what. All inside ``tenant()``.

An organisation always keeps an owner, and only owners make or unmake owners.
"""

from __future__ import annotations

from django.db import transaction

from portal.accounts.domain import AccountsError, Role, VendorGroup, roles_to_give
from portal.accounts.models import Membership, User
from portal.accounts.selectors import is_in_group, organisation_owners
from portal.accounts.services.audit import record_audit

NO_OWNER_LEFT = "An organisation needs an owner. Make somebody else an owner first."


@transaction.atomic
def change_role(*, membership: Membership, role: Role, by: User) -> None:
    """Give a member another role."""
    before = Role(membership.role)
    check_may_give(before, by=by)
    check_may_give(role, by=by)
    if before is role:
        return
    if before is Role.OWNER:
        _check_not_last_owner(membership)
    membership.role = role
    membership.save(update_fields=["role"])
    record_audit(
        action="role changed",
        by=by,
        target=membership,
        person=membership.user.email,
        before=before,
        after=role,
    )


@transaction.atomic
def remove_member(*, membership: Membership, by: User) -> None:
    """Take a member out of the organisation; everybody may take themselves out."""
    if membership.user_id != by.pk:
        check_may_give(Role(membership.role), by=by)
    if membership.role == Role.OWNER:
        _check_not_last_owner(membership)
    action = "member left" if membership.user_id == by.pk else "member removed"
    record_audit(action=action, by=by, target=membership, person=membership.user.email)
    membership.delete()


def check_may_give(role: Role, *, by: User) -> None:
    """Raise unless the person may give that role, or take it away."""
    if role not in roles_to_give(authority_of(by)):
        raise AccountsError(
            "Only an owner can make somebody an owner or change an owner."
            if role is Role.OWNER
            else "Ask an owner or admin to change members."
        )


def authority_of(user: User) -> Role:
    """Return the role by which a person acts here; the vendor's admins act like owners."""
    membership = Membership.objects.filter(user=user).first()
    if membership is not None:
        return Role(membership.role)
    return Role.OWNER if is_in_group(user=user, group=VendorGroup.ADMIN) else Role.VIEWER


def _check_not_last_owner(membership: Membership) -> None:
    # Locked, so that two owners who demote each other at once cannot both succeed.
    owners = organisation_owners().select_for_update().order_by("pk")
    if all(owner.pk == membership.pk for owner in owners):
        raise AccountsError(NO_OWNER_LEFT)
