"""Django's ``migrate``, as the role that owns the tables; afterwards the vendor's groups fit."""

from __future__ import annotations

from typing import Any

from django.core.management.commands import migrate
from django.db import DEFAULT_DB_ALIAS

from portal.config.groups import grant_groups


class Command(migrate.Command):
    """The application's role must not change tables, so the owner's alias is the default here."""

    def handle(self, *args: Any, **options: Any) -> None:
        if options["database"] == DEFAULT_DB_ALIAS:
            options["database"] = "owner"
        super().handle(*args, **options)
        # Permissions are made after the last migration, so no migration could grant them.
        if not (options["app_label"] or options["plan"] or options["check_unapplied"]):
            grant_groups(using=options["database"])
