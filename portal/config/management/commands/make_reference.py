"""Writes docs/reference out of the code."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand

from portal.config.reference import FOLDER, pages


class Command(BaseCommand):
    help = "Write the pages of docs/reference."
    requires_system_checks: list[str] = []

    def handle(self, *args: Any, **options: Any) -> None:
        FOLDER.mkdir(parents=True, exist_ok=True)
        for name, text in pages().items():
            (FOLDER / name).write_text(text)
            self.stdout.write(f"docs/reference/{name}")
