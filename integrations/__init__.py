"""How data moves: plain typed Python that knows neither Django nor Celery nor settings."""
