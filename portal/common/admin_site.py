"""The admin site of the vendor's people: who gets in, and what it is called.

Not the place for any model; each app's ``admin`` module registers its own.
"""

from __future__ import annotations

from typing import Any

from allauth.account.decorators import secure_admin_login
from django.conf import settings
from django.contrib import admin
from django.http import Http404, HttpRequest


class PortalAdminSite(admin.AdminSite):
    """Signs in through the portal's own page, so that its limits on guessing hold here, too."""

    enable_nav_sidebar = False

    def __init__(self, name: str = "admin") -> None:
        super().__init__(name)
        self.site_header = f"{settings.VENDOR_NAME} for Datadog: administration"
        self.site_title = f"{settings.VENDOR_NAME} administration"
        self.index_title = settings.VENDOR_NAME

    def login(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> Any:
        """Lead strangers to the sign-in page; customers learn nothing of this place."""
        if request.user.is_authenticated and not self.has_permission(request):
            raise Http404("No such page.")
        secured: Any = secure_admin_login(super().login)
        return secured(request, extra_context)
