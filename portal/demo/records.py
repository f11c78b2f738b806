"""Made-up records of the demo's two datasets, the same for the same seed."""

from __future__ import annotations

import random
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from itertools import product
from typing import Any

RESOURCES = ("web-1", "web-2", "db-1", "queue-1")
MEASURES = {"cpu_utilization": 45.0, "memory_used": 70.0, "request_latency": 120.0}
MESSAGES = (
    ("info", "Request served"),
    ("info", "Session opened"),
    ("warning", "Slow query on orders"),
    ("error", "Payment provider did not answer in time"),
)


def metric_records(*, count: int, until: datetime, seed: int) -> Iterator[dict[str, Any]]:
    """Every measure of every resource once a second, the last ones at ``until``.

    Datadog keeps one value a second of a series, so no two records may share both.
    """
    chance = random.Random(seed)  # noqa: S311 - made-up values, no secrets
    series = list(product(RESOURCES, MEASURES.items()))
    for index in range(count):
        resource, (measure, usual) = series[index % len(series)]
        age = (count - 1 - index) // len(series)
        yield {
            "resource": resource,
            "measure": measure,
            "measured_at": _iso(until - timedelta(seconds=age)),
            "value": round(chance.gauss(usual, usual / 8), 3),
        }


def log_records(*, count: int, until: datetime, seed: int) -> Iterator[dict[str, Any]]:
    """Log lines of a shop, some milliseconds apart."""
    chance = random.Random(seed)  # noqa: S311 - made-up values, no secrets
    for index in range(count):
        level, message = chance.choice(MESSAGES)
        yield {
            "id": f"demo-{seed}-{index}",
            "occurred_at": _iso(until - timedelta(milliseconds=(count - 1 - index) * 40)),
            "level": level,
            "component": chance.choice(("checkout", "catalogue", "accounts")),
            "message": message,
        }


def spoilt(record: dict[str, Any]) -> dict[str, Any]:
    """The same record from a customer's clock that stands still, two years behind."""
    changed = dict(record)
    for name in ("measured_at", "occurred_at"):
        if name in changed:
            changed[name] = _iso(datetime.fromisoformat(changed[name]) - timedelta(days=730))
    return changed


def _iso(moment: datetime) -> str:
    return moment.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
