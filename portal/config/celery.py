"""The Celery application. Tasks live in the apps' ``tasks`` modules."""

from __future__ import annotations

import os
from typing import Any

from celery import Celery
from celery.signals import worker_init
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured

from portal.config.starting import check_start

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "portal.config.settings")

app = Celery("portal")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks(lambda: [name for name in settings.INSTALLED_APPS if "portal." in name])


@worker_init.connect
def check_worker_start(**kwargs: Any) -> None:
    """A worker with a powerful database role or a wrong vault key does not start."""
    try:
        check_start()
    except ImproperlyConfigured as error:
        # Celery logs what a signal's receiver raises and goes on; only an exit stops the worker.
        raise SystemExit(str(error)) from error
