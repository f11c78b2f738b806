"""Django's handle on this app."""

from django.apps import AppConfig


class AccountsConfig(AppConfig):
    name = "portal.accounts"
    label = "accounts"
    verbose_name = "Organisations and people"  # allauth has an "Accounts" of its own
    default_auto_field = "django.db.models.BigAutoField"
