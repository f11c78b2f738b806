"""Inviting people by e-mail. The link is signed; whether it still holds, the row says."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from functools import partial
from uuid import UUID

from django.core import signing
from django.db import transaction
from django.utils import timezone

from portal.accounts.domain import AccountsError, Role
from portal.accounts.gateways import mail_invitation
from portal.accounts.models import Invitation, Membership, User
from portal.accounts.selectors import open_invitations, proven_emails_of
from portal.accounts.services.audit import record_audit
from portal.accounts.services.members import check_may_give
from portal.common.tenancy import tenant

VALID_FOR = timedelta(days=7)
MAX_OPEN = 50
"""Open invitations of one organisation: the portal is no machine for mail to strangers."""
_SALT = "accounts.invitation"


@transaction.atomic
def invite_member(*, email: str, role: Role, by: User, link: Callable[[str], str]) -> Invitation:
    """Invite someone, or renew their open invitation, and send the link once all is committed.

    ``link`` turns a token into the path of the page that accepts it.
    """
    check_may_give(role, by=by)
    email = email.strip().lower()
    if Membership.objects.filter(user__email__iexact=email).exists():
        raise AccountsError(f"{email} is a member already.")
    if open_invitations().exclude(email=email).count() >= MAX_OPEN:
        raise AccountsError(f"{MAX_OPEN} invitations are open. Revoke some of them first.")
    invitation, _created = open_invitations().update_or_create(
        email=email,
        defaults={"role": role, "invited_by": by, "expires_at": timezone.now() + VALID_FOR},
    )
    record_audit(action="member invited", by=by, target=invitation, person=email, role=role)
    send = partial(
        mail_invitation,
        invitation,
        organisation=invitation.organisation,
        path=link(token_for(invitation)),
    )
    # A mail server that is down must not undo the invitation: it can be sent again.
    transaction.on_commit(send, robust=True)
    return invitation


@transaction.atomic
def revoke_invitation(*, invitation: Invitation, by: User) -> None:
    """Make an open invitation's link worthless."""
    check_may_give(Role(invitation.role), by=by)
    record_audit(action="invitation revoked", by=by, target=invitation, person=invitation.email)
    invitation.delete()


def token_for(invitation: Invitation) -> str:
    """Return what the link carries: organisation and invitation, signed."""
    return signing.dumps([str(invitation.organisation_id), str(invitation.pk)], salt=_SALT)


def invitation_for(token: str) -> Invitation:
    """Return the open invitation that the token stands for."""
    organisation_id, invitation_id = _ids_in(token)
    with tenant(organisation_id):
        invitation = (
            Invitation.objects.filter(pk=invitation_id)
            .select_related("organisation", "invited_by")
            .first()
        )
    if invitation is None:
        raise AccountsError("This invitation was revoked. Ask the person who sent it for another.")
    if invitation.accepted_at:
        raise AccountsError("This invitation has been used. Sign in to open the organisation.")
    if invitation.expires_at < timezone.now():
        raise AccountsError("This invitation is too old. Ask the person who sent it for another.")
    return invitation


def accept_invitation(*, token: str, by: User) -> Invitation:
    """Make the signed-in person a member. Outside of ``tenant()``: the token says which."""
    invitation = invitation_for(token)
    if invitation.email.lower() not in proven_emails_of(user=by):
        raise AccountsError(f"This invitation is for {invitation.email}.")
    with tenant(invitation.organisation_id):
        used = Invitation.objects.filter(pk=invitation.pk, accepted_at__isnull=True).update(
            accepted_at=timezone.now(), accepted_by=by
        )
        if not used:
            raise AccountsError("This invitation has just been used or revoked.")
        membership, _created = Membership.objects.get_or_create(
            user=by, defaults={"role": invitation.role}
        )
        record_audit(action="invitation accepted", by=by, target=membership, role=invitation.role)
    return invitation


def _ids_in(token: str) -> tuple[UUID, UUID]:
    try:
        organisation_id, invitation_id = signing.loads(token, salt=_SALT)
    except signing.BadSignature as error:
        raise AccountsError(
            "This is not a complete invitation link. Open it from the e-mail once more."
        ) from error
    return UUID(organisation_id), UUID(invitation_id)
