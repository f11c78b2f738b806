"""Django's handle on this app."""

from django.apps import AppConfig


class SyncsConfig(AppConfig):
    name = "portal.syncs"
    label = "syncs"
    default_auto_field = "django.db.models.BigAutoField"
