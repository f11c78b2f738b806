"""PostgreSQL for Django, embedded: the server starts when something first connects."""
