"""What one machine needs and production brings itself: a PostgreSQL server and a process manager.

Knows neither Django nor the environment; the settings hand it a directory.
"""
