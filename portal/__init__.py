"""Who, when and what happened: the Django application around ``integrations``."""
