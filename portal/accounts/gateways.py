"""E-mails that this app sends."""

from __future__ import annotations

from django.conf import settings
from django.core.mail import send_mail
from django.template.loader import render_to_string

from portal.accounts.models import Invitation, Organisation


def mail_invitation(invitation: Invitation, *, organisation: Organisation, path: str) -> None:
    """Send the link to the invited person. The address is built from settings, never the Host."""
    context = {
        "invitation": invitation,
        "organisation": organisation,
        "vendor_name": settings.VENDOR_NAME,
        "url": f"{settings.PORTAL_BASE_URL}{path}",
    }
    # A name with a line break would end the subject, and mail servers refuse that.
    name = " ".join(organisation.name.split())
    send_mail(
        subject=f"Join {name} on {settings.VENDOR_NAME} for Datadog",
        message=render_to_string("accounts/mail/invitation.txt", context),
        from_email=None,
        recipient_list=[invitation.email],
    )
