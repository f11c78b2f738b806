"""Addresses of the API for the vendor's backend."""

from __future__ import annotations

from django.urls import path, re_path

from portal.api import views

app_name = "api"

urlpatterns = [
    # A path, not a str: an external id is the vendor's own and may have slashes.
    path(
        "v1/organisations/<path:external_id>/datasets/<slug:name>/records",
        views.records,
        name="records",
    ),
    path("v1/openapi.json", views.openapi, name="openapi"),
    # Not a path: an address may have a newline, too.
    re_path(r"^(?P<rest>[\s\S]*)\Z", views.nothing_here, name="nothing_here"),
]
