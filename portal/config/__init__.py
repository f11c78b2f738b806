"""Settings, URLs, Celery, WSGI: the only place that reads the environment."""

from portal.config.celery import app as celery_app

__all__ = ["celery_app"]
