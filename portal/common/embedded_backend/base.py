"""Django's PostgreSQL backend, with a server that starts when something first connects.

Commands that touch no database (the sandbox, the type checker) therefore start none.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from django.db.backends.postgresql import base

from portal.embedded.postgres import ensure_running


class DatabaseWrapper(base.DatabaseWrapper):
    """Fills in address and password of the embedded server's role."""

    def get_connection_params(self) -> dict[str, Any]:
        settings = dict(self.settings_dict)
        options = dict(settings["OPTIONS"])
        server = ensure_running(Path(options.pop("embedded_directory")))
        role = getattr(server, options.pop("embedded_role"))
        self.settings_dict = {
            **settings,
            "OPTIONS": options,
            "HOST": role.host,
            "PORT": str(role.port),
            "USER": role.user,
            "PASSWORD": role.password,
        }
        try:
            return super().get_connection_params()
        finally:
            self.settings_dict["OPTIONS"] = settings["OPTIONS"]
