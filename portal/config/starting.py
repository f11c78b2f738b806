"""What web and worker check before they serve: the roles of the database and the vault's keys."""

from __future__ import annotations

from django.db import connections
from django.utils.module_loading import import_string


def check_start() -> None:
    """Raise ImproperlyConfigured when this process must not start."""
    # By name: this module is imported before Django's models can be.
    refuse_powerful_role = import_string("portal.common.startup.refuse_powerful_role")
    for alias in ("default", "support"):
        refuse_powerful_role(alias)
    import_string("portal.connections.vault.check_vault")()
    # A worker forks after this, and no child may share a connection.
    connections.close_all()
