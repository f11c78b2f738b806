"""Addresses of an organisation's overview and its sync runs."""

from __future__ import annotations

from django.urls import path

from portal.syncs.views.overview import overview
from portal.syncs.views.run import run_detail
from portal.syncs.views.runs import run_list

app_name = "syncs"

urlpatterns = [
    path("o/<slug:slug>/", overview, name="overview"),
    path("o/<slug:slug>/runs/", run_list, name="list"),
    path("o/<slug:slug>/runs/<uuid:run_id>/", run_detail, name="run"),
]
