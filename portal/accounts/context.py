"""What every page's frame needs: the organisation at hand, the person's others, the vendor."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.http import HttpRequest

from portal.accounts.domain import VendorGroup
from portal.accounts.models import User
from portal.accounts.selectors import memberships_of


def shell(request: HttpRequest) -> dict[str, Any]:
    """Return the context of templates/base.html."""
    frame: dict[str, Any] = {
        "vendor_name": settings.VENDOR_NAME,
        "sandbox": bool(settings.DATADOG_SANDBOX_URL),
        "organisation": None,
        "membership": None,
    }
    user = getattr(request, "user", None)
    if isinstance(user, User) and user.is_authenticated:
        frame |= _of_person(user)
    member = getattr(request, "member", None)
    if member is not None:
        frame |= {"organisation": member.organisation, "membership": member}
    return frame


def _of_person(user: User) -> dict[str, Any]:
    groups = set(user.groups.values_list("name", flat=True))
    admin = user.is_superuser or VendorGroup.ADMIN in groups
    return {
        "my_organisations": [membership.organisation for membership in memberships_of(user=user)],
        "can_support": admin or VendorGroup.SUPPORT in groups,
        "can_review": admin or VendorGroup.REVIEWER in groups,
        "can_administer": user.is_staff,
    }
