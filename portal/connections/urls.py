"""Addresses: linking Datadog. The first two are registered with Datadog and never change."""

from __future__ import annotations

from django.urls import path

from portal.connections.views import linking, onboarding, pages

app_name = "connections"

_ONE = "o/<slug:slug>/connections/<uuid:connection_id>"

urlpatterns = [
    path("connect/", onboarding.onboarding, name="onboarding"),
    path("connect/callback/", linking.callback, name="callback"),
    path("connect/continue/", onboarding.onboarding_continue, name="continue"),
    path("connect/failed/", linking.failure, name="failed"),
    path("o/<slug:slug>/connections/", pages.connection_list, name="list"),
    path("o/<slug:slug>/connections/new/", linking.connection_new, name="new"),
    path(f"{_ONE}/", pages.connection_detail, name="detail"),
    path(f"{_ONE}/linked/", pages.connection_finished, name="finished"),
    path(f"{_ONE}/reconnect/", linking.connection_reconnect, name="reconnect"),
    path(f"{_ONE}/disconnect/", pages.connection_disconnect, name="disconnect"),
    path(f"{_ONE}/check-key/", pages.key_check, name="check_key"),
]
