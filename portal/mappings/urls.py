"""Addresses of an organisation's mappings."""

from __future__ import annotations

from django.urls import path

from portal.mappings.views.editor import mapping_edit, mapping_new, mapping_preview
from portal.mappings.views.pages import mapping_detail, mapping_list, mapping_remove

app_name = "mappings"

urlpatterns = [
    path("o/<slug:slug>/mappings/", mapping_list, name="list"),
    path("o/<slug:slug>/mappings/new/", mapping_new, name="new"),
    path("o/<slug:slug>/mappings/preview/", mapping_preview, name="preview"),
    path("o/<slug:slug>/mappings/<uuid:mapping_id>/", mapping_detail, name="detail"),
    path("o/<slug:slug>/mappings/<uuid:mapping_id>/edit/", mapping_edit, name="edit"),
    path("o/<slug:slug>/mappings/<uuid:mapping_id>/remove/", mapping_remove, name="remove"),
]
