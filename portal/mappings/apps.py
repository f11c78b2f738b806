"""Django's handle on this app."""

from django.apps import AppConfig


class MappingsConfig(AppConfig):
    name = "portal.mappings"
    label = "mappings"
    default_auto_field = "django.db.models.BigAutoField"
