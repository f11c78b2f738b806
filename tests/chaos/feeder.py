"""Appends records with numbers of their own to every feed while everything else breaks.

Remembers what was committed for certain, and what it cannot know of.
"""

from __future__ import annotations

import random
import threading
import time
from collections import defaultdict
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from itertools import count
from typing import Any
from uuid import UUID

import orjson
from django.db import Error, connection

from portal.common.tenancy import tenant
from portal.embedded.errors import EmbeddedPostgresError
from portal.mappings.models import Dataset
from portal.syncs.services.feeds import append_segment
from portal.syncs.services.schedules import make_due
from tests.chaos.books import Books
from tests.chaos.customers import SKIPPED, Way

Feed = tuple[UUID, UUID]
"""An organisation and its dataset."""

SKIP_EVERY, SPOIL_EVERY = 50, 37
LOT = (20, 150)
BACKLOG = 500
"""Records that no run has dealt with, over all mappings: workers are busy, and no queue builds up
in which a run would wait longer than for its recovery."""
_BACKLOG = """
SELECT sum(f.last_number - coalesce((s.cursor ->> 'number')::bigint, 0))
FROM syncs_schedule s
JOIN mappings_mapping m ON m.id = s.mapping_id
JOIN syncs_feed f ON f.organisation_id = s.organisation_id AND f.dataset_id = m.dataset_id
"""


def backlog(books: Books) -> int:
    return books.number(_BACKLOG)


def record(data_type: str, number: int, *, age: float) -> dict[str, Any]:
    """One that is sent, one that the mapping skips, or one that is two years old."""
    at = datetime.now(UTC) - timedelta(seconds=age, days=730 if number % SPOIL_EVERY == 0 else 0)
    moment = at.isoformat(timespec="milliseconds").replace("+00:00", "Z")
    kind = SKIPPED if number % SKIP_EVERY == 0 else "info"
    if data_type == "logs":
        return {"id": f"{number}", "occurred_at": moment, "level": kind, "message": "Served"}
    return {"resource": "web-1", "measure": kind, "measured_at": moment, "value": number}


def number_of(record: dict[str, Any]) -> int:
    return int(record["id"] if "id" in record else record["value"])


class Feeder(threading.Thread):
    """Feeds all while there is little to do for the workers."""

    def __init__(self, ways: Sequence[Way], books: Books, *, seed: int) -> None:
        super().__init__(name="feeder", daemon=True)
        self._feeds = {(way.organisation, way.dataset): way.data_type for way in ways}
        self._books, self._chance = books, random.Random(seed)
        self._numbers = count(1)
        self._stopping = threading.Event()
        self.kept: defaultdict[Feed, set[int]] = defaultdict(set)
        """Committed for certain."""
        self.unsure: defaultdict[Feed, set[int]] = defaultdict(set)
        """The commit was not answered: there as a whole or not at all."""

    def run(self) -> None:
        while not self._stopping.is_set():
            if backlog(self._books) > BACKLOG:
                time.sleep(0.05)
                continue
            feed = self._chance.choice(list(self._feeds))
            self.feed(feed, ages=[0.0] * self._chance.randint(*LOT))

    def stop(self) -> None:
        self._stopping.set()
        self.join()

    def feed(self, feed: Feed, *, ages: Sequence[float]) -> set[int]:
        """Append one lot of records of these ages; returns their numbers."""
        made = [record(self._feeds[feed], next(self._numbers), age=age) for age in ages]
        numbers = set(map(number_of, made))
        try:
            with tenant(feed[0]):
                dataset = Dataset.objects.get(pk=feed[1])
                append_segment(dataset=dataset, lines=[orjson.dumps(one) for one in made])
                make_due(dataset=dataset)
        except (Error, EmbeddedPostgresError):
            self.unsure[feed] |= numbers
            connection.close()
            time.sleep(0.1)
        else:
            self.kept[feed] |= numbers
        return numbers
