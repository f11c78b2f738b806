"""``manage.py grant_groups``: what ``migrate`` does at its end, by hand."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand

from portal.config.groups import grant_groups


class Command(BaseCommand):
    help = "Make the vendor's groups and give them the permissions they lack."

    def handle(self, *args: Any, **options: Any) -> None:
        for group, count in grant_groups().items():
            self.stdout.write(f"{group.value}: {count} permissions")
