"""Addresses: the seven steps."""

from __future__ import annotations

from django.urls import path

from portal.review import views

app_name = "review"

urlpatterns = [
    path("", views.steps, name="steps"),
    path("steps/<slug:key>/", views.step, name="step"),
]
