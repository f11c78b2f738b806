"""``manage.py create_api_token``: a token for the vendor's backend, printed once."""

from __future__ import annotations

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand

from portal.api.domain import Scope
from portal.api.services.tokens import create_token


class Command(BaseCommand):
    help = "Make an API token and print it: the only time that it can be seen."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("name", help="who uses it, such as 'billing backend'")
        parser.add_argument(
            "--scope",
            action="append",
            choices=[scope.value for scope in Scope],
            help=f"may be given several times; {Scope.RECORDS_WRITE} if not given",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        scopes = [Scope(scope) for scope in options["scope"] or [Scope.RECORDS_WRITE]]
        token, plain = create_token(name=options["name"], scopes=scopes, by=None)
        self.stderr.write(f"{token}: keep it now, it is not shown again.")
        self.stdout.write(plain.reveal())
