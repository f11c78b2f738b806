"""Addresses of an organisation's overview and its sync runs."""

from __future__ import annotations

from django.urls import path

from portal.syncs.views import actions
from portal.syncs.views.overview import overview
from portal.syncs.views.run import run_detail
from portal.syncs.views.runs import run_list

app_name = "syncs"

urlpatterns = [
    path("o/<slug:slug>/", overview, name="overview"),
    path("o/<slug:slug>/runs/", run_list, name="list"),
    path("o/<slug:slug>/runs/<uuid:run_id>/", run_detail, name="run"),
    path("o/<slug:slug>/runs/<uuid:run_id>/cancel/", actions.run_cancel, name="cancel"),
    path("o/<slug:slug>/runs/<uuid:run_id>/replay/", actions.run_replay, name="replay"),
    path("o/<slug:slug>/syncs/<uuid:mapping_id>/start/", actions.run_start, name="start"),
    path("o/<slug:slug>/syncs/<uuid:mapping_id>/pause/", actions.schedule_pause, name="pause"),
    path("o/<slug:slug>/syncs/<uuid:mapping_id>/resume/", actions.schedule_resume, name="resume"),
]
