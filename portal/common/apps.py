"""Django's handle on this app."""

from __future__ import annotations

from typing import Any

from django.apps import AppConfig
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.backends.signals import connection_created

from portal.common.startup import refuse_powerful_role

_checked: set[str] = set()


def check_role_once(connection: BaseDatabaseWrapper, **kwargs: Any) -> None:
    """Check the role of an alias on the process's first connection, whichever command it runs."""
    if connection.alias not in _checked:
        _checked.add(connection.alias)
        try:
            refuse_powerful_role(connection.alias)
        except BaseException:
            _checked.discard(connection.alias)
            raise


class CommonConfig(AppConfig):
    name = "portal.common"
    label = "common"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        connection_created.connect(check_role_once, dispatch_uid="common.check_role_once")
