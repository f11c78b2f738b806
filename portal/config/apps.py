"""Django's handle on the configuration package, which brings the commands over the whole portal."""

from django.apps import AppConfig


class ConfigConfig(AppConfig):
    name = "portal.config"
    label = "config"
