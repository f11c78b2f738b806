"""The demo's vendor at work: pushes made-up records of every customer, some of them bad."""

from __future__ import annotations

import time
from itertools import count
from typing import Any

from django.core.management.base import BaseCommand
from django.db import InterfaceError, OperationalError, connections

from portal.accounts.models import Organisation
from portal.accounts.services.audit import record_support_access
from portal.demo import seed

EVERY_SECONDS = 10
RECORDS = 60
SPOIL_EVERY = 45
"""One record in so many comes from a clock two years behind: there are rejects to look at."""


class Command(BaseCommand):
    help = "Push made-up records until stopped; part of `make demo`."

    def handle(self, *args: Any, **options: Any) -> None:
        record_support_access(purpose="demo: push records of every customer", by=None)
        for beat in count(1_000):
            time.sleep(EVERY_SECONDS)
            try:
                _push(beat)
            except (OperationalError, InterfaceError) as error:
                connections.close_all()
                self.stderr.write(f"The database is away; the next records come later. {error}")


def _push(beat: int) -> None:
    for organisation in Organisation.across_tenants.order_by("name"):
        seed.push_records(organisation, count=RECORDS, seed=beat, spoil_every=SPOIL_EVERY)
