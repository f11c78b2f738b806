"""Addresses: the support console."""

from __future__ import annotations

from django.urls import path

from portal.support.views import console, runs

app_name = "support"

urlpatterns = [
    path("", console.console, name="console"),
    path("runs/<uuid:run_id>/", runs.run_detail, name="run"),
    path("runs/<uuid:run_id>/replay/", runs.run_replay, name="replay"),
    path("runs/<uuid:run_id>/records/<uuid:reject_id>/", runs.record_open, name="record"),
]
