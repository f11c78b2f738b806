"""The WSGI entry point of the web process."""

from __future__ import annotations

import os

from django.core.wsgi import get_wsgi_application

from portal.config.starting import check_start

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "portal.config.settings")

application = get_wsgi_application()
check_start()
