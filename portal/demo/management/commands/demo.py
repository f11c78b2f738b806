"""Runs the whole portal on this machine against the sandbox, with a vendor and its customers."""

from __future__ import annotations

import time
from functools import partial
from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError, CommandParser

from portal.accounts.models import Organisation
from portal.demo import cast, report, seed, stage
from portal.demo.linking import link
from portal.embedded.processes import run_processes

FIRST_SYNC_RECORDS = 1_200
"""Metric records for each customer; a third as many logs."""
FIRST_SYNC_SECONDS = 75
"""More than ten times what two cores need."""


class Command(BaseCommand):
    help = "Run the portal against the sandbox. It starts over each time, and ends with Ctrl-C."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--once", action="store_true", help="End after the first full sync.")
        parser.add_argument(
            "--empty", action="store_true", help="No customers: to walk in from the tile."
        )

    def handle(self, *args: Any, **options: Any) -> None:
        if not settings.LOCAL:
            raise CommandError(
                "The demo empties its database. It runs without DATABASE_URL only, on the "
                "PostgreSQL that it brings along."
            )
        if not settings.DATADOG_SANDBOX_URL:
            raise CommandError("Set DATADOG_SANDBOX_URL, or use `make demo`, which does.")
        try:
            stage.check_addresses()
        except stage.StageError as error:
            raise CommandError(str(error)) from error
        call_command("migrate", verbosity=0)
        seed.empty_database()
        code = run_processes(
            stage.processes(with_vendor=not (options["once"] or options["empty"])),
            ready=partial(self._play, once=options["once"], empty=options["empty"]),
        )
        if code:
            raise CommandError(
                "The demo did not end well; the lines above say where.", returncode=code
            )

    def _play(self, *, once: bool, empty: bool) -> int | None:
        password = settings.DEMO_PASSWORD
        seed.seed_vendor(password=password)
        organisations = [] if empty else self._bring_customers(password)
        if not once:
            self._tell(password, organisations)
            return None
        found = _first_sync(organisations)
        self.stdout.write("\n" + report.table(found) + "\n")
        return 0 if found and all(row.whole for row in found) else 1

    def _bring_customers(self, password: str) -> list[Organisation]:
        organisations = []
        for number, (entry, organisation, owner) in enumerate(
            seed.seed_customers(password=password), start=1
        ):
            for domain, site in entry.sites.items():
                connection = link(organisation, site=site, domain=domain, by=owner)
                seed.map_everything(connection, by=owner)
            seed.push_records(organisation, count=FIRST_SYNC_RECORDS, seed=number)
            organisations.append(organisation)
            self.stdout.write(f"{organisation.name}: {', '.join(entry.sites)}")
        return organisations

    def _tell(self, password: str, organisations: list[Organisation]) -> None:
        base = settings.PORTAL_BASE_URL
        tile = "site=https://bigcorp.datadoghq.eu&domain=datadoghq.eu"
        people = [(entry.owner, f"owner of {entry.name}") for entry in cast.ORGANISATIONS]
        people = people if organisations else []
        people += [(email, group.value) for group, email in cast.VENDOR_PEOPLE.items()]
        lines = [
            f"Portal          {base}/",
            f"From the tile   {base}/connect/?{tile}",
            f"Sandbox         {settings.DATADOG_SANDBOX_URL}/_sandbox/stats",
            f"E-mail          {settings.VAR_DIR / 'mail'}   (kept as files, not sent)",
            f"Password        {password}   (for everyone below)",
            *[f"                {email:<24} {what}" for email, what in people],
            "Ctrl-C ends it.",
        ]
        self.stdout.write("\n" + "\n".join(lines) + "\n")
        self.stdout.flush()


def _first_sync(organisations: list[Organisation]) -> list[report.Row]:
    """Wait until every record pushed has been dealt with, or for as long as is sensible."""
    until = time.monotonic() + FIRST_SYNC_SECONDS
    while time.monotonic() < until:
        found = report.rows(organisations)
        if all(row.settled for row in found):
            return found
        time.sleep(0.5)
    return report.rows(organisations)
