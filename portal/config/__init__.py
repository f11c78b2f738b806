"""Settings, URLs, Celery, WSGI: the only place that reads the environment."""
