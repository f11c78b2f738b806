"""Reads about people and organisations."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from allauth.account.models import EmailAddress
from django.db.models import QuerySet

from portal.accounts.domain import ROLE_PERMISSIONS, Permission, Role, VendorGroup
from portal.accounts.models import AuditEntry, Invitation, Membership, Organisation, User
from portal.common.tenancy import person


@dataclass(frozen=True, slots=True)
class Member:
    """What a request knows of the person's place in the organisation at hand."""

    organisation: Organisation
    role: Role

    def may(self, permission: Permission) -> bool:
        return permission in ROLE_PERMISSIONS[self.role]


def memberships_of(*, user: User) -> list[Membership]:
    """Return the person's memberships with their organisations, by name."""
    with person(user.pk):
        return list(
            Membership.own.filter(user=user)
            .select_related("organisation")
            .order_by("organisation__name")
        )


def member_at(*, user: User, slug: str) -> Member | None:
    """Return the person's place in the organisation of that slug, or None for a stranger."""
    with person(user.pk):
        membership = (
            Membership.own.filter(user=user, organisation__slug=slug)
            .select_related("organisation")
            .first()
        )
    if membership is None:
        return None
    return Member(membership.organisation, Role(membership.role))


def member_of(*, user: User, organisation_id: UUID) -> Member | None:
    """Return the person's place in an organisation, or None for a stranger."""
    with person(user.pk):
        membership = (
            Membership.own.filter(user=user, organisation_id=organisation_id)
            .select_related("organisation")
            .first()
        )
    return Member(membership.organisation, Role(membership.role)) if membership else None


def members_of_organisation() -> QuerySet[Membership]:
    """Return the members of the current tenant."""
    return Membership.objects.select_related("user").order_by("joined_at")


def open_invitations() -> QuerySet[Invitation]:
    """Return the current tenant's invitations that nobody has accepted."""
    return Invitation.objects.filter(accepted_at__isnull=True).order_by("-invited_at")


def recent_audit(*, limit: int = 50) -> QuerySet[AuditEntry]:
    """Return the newest audit entries of the current tenant."""
    return AuditEntry.objects.order_by("-at")[:limit]


def organisation_owners() -> QuerySet[Membership]:
    """Return the current tenant's owners."""
    return Membership.objects.filter(role=Role.OWNER)


def vendor_groups_of(*, user: User) -> frozenset[VendorGroup]:
    """Return the vendor's groups that the person belongs to; a superuser to all."""
    if user.is_superuser:
        return frozenset(VendorGroup)
    names = set(user.groups.values_list("name", flat=True))
    return frozenset(group for group in VendorGroup if group.value in names)


def is_guest_reviewer(*, user: User) -> bool:
    """Tell whether the person is here to review only, and sees nothing of any customer's."""
    return vendor_groups_of(user=user) == {VendorGroup.REVIEWER} and not user.is_staff


def proven_emails_of(*, user: User) -> frozenset[str]:
    """Return the addresses that are the person's: the one to sign in with and verified ones."""
    verified = EmailAddress.objects.filter(user=user, verified=True)
    return frozenset(
        email.lower() for email in [user.email, *verified.values_list("email", flat=True)]
    )


def is_in_group(*, user: User, group: VendorGroup) -> bool:
    """Tell whether the person belongs to one of the vendor's groups; superusers to all."""
    return user.is_superuser or user.groups.filter(name=group.value).exists()
