"""Django's admin with the portal's own site. Apart from the site itself, which needs models."""

from __future__ import annotations

from django.contrib.admin.apps import AdminConfig


class PortalAdminConfig(AdminConfig):
    default_site = "portal.common.admin_site.PortalAdminSite"
