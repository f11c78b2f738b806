"""The WSGI entry point of the web process."""

from __future__ import annotations

import os

from django.core.wsgi import get_wsgi_application
from django.utils.module_loading import import_string

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "portal.config.settings")

application = get_wsgi_application()
# A web process with a wrong or missing vault key does not start. By name, since the vault can be
# imported only after the line above.
import_string("portal.connections.vault.check_vault")()
