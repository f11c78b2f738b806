"""All addresses of the portal."""

from __future__ import annotations

from django.contrib import admin
from django.urls import include, path

from portal.accounts.views.home import home
from portal.config.health import healthz, metrics, readyz

urlpatterns = [
    path("", home, name="home"),
    path("accounts/", include("allauth.urls")),
    path("", include("portal.accounts.urls")),
    path("", include("portal.connections.urls")),
    path("", include("portal.mappings.urls")),
    path("", include("portal.syncs.urls")),
    path("support/", include("portal.support.urls")),
    path("review/", include("portal.review.urls")),
    path("api/", include("portal.api.urls")),
    path("admin/", admin.site.urls),
    path("healthz", healthz, name="healthz"),
    path("readyz", readyz, name="readyz"),
    path("metrics", metrics, name="metrics"),
]
