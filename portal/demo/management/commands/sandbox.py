"""Starts the local stand-in for Datadog, alone and without a database."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from portal.demo.gateways import serve_sandbox


class Command(BaseCommand):
    help = "Serve the Datadog sandbox: nine sites, OAuth, intakes, faults on command."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--port", type=int, default=9000)
        parser.add_argument("--host", default="127.0.0.1")

    def handle(self, *args: Any, **options: Any) -> None:
        serve_sandbox(host=options["host"], port=options["port"])
