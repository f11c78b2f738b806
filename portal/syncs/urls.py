"""Addresses: runs."""

from __future__ import annotations

from django.urls import URLPattern

app_name = "syncs"

urlpatterns: list[URLPattern] = []
