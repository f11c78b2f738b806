"""How the sandbox misbehaves: a share of faulty answers all the time, and a site that is down."""

from __future__ import annotations

from collections import Counter
from typing import Any

import requests

INTAKES = "/api/v2/[sl]*s"
"""Series and logs; not OAuth."""
DOWN = "site down"
SLOW_MS = 15.0
"""Every answer takes this long, as over a network: kills find batches on their way."""
ASK_SECONDS = 120.0
"""Everything that has arrived is asked for at once at the end."""


def standing(lease_seconds: float) -> dict[str, dict[str, Any]]:
    """What goes wrong all the time. The first that fits is used, so the last is the rule."""
    return {
        "503": {"status": 503, "probability": 0.04},
        "429": {"status": 429, "headers": {"X-RateLimit-Reset": "1"}, "probability": 0.03},
        "dropped before": {"disconnect": "before", "probability": 0.02},
        "answer lost": {"disconnect": "after", "probability": 0.03},
        # Longer than a request may take, which is 0.4 of the lease.
        "answer late": {"latency_ms": lease_seconds * 500, "probability": 0.01},
        "slow": {"latency_ms": SLOW_MS},
    }


class Weather:
    """Orders the faults and counts how often each was used."""

    def __init__(self, sandbox: str, *, lease_seconds: float) -> None:
        self._controls = f"{sandbox}/_sandbox"
        self._standing = standing(lease_seconds)
        self._names: dict[int, str] = {}
        self.used: Counter[str] = Counter()

    def rough(self, *, down: str | None = None) -> None:
        """The standing faults; with ``down``, that site answers nothing but 503."""
        self.clear()
        if down:
            self._add(DOWN, {"path": INTAKES, "site": down}, {"status": 503})
        for name, fault in self._standing.items():
            self._add(name, {"path": INTAKES}, fault)

    def _add(self, name: str, match: dict[str, str], fault: dict[str, Any]) -> None:
        answer = requests.post(
            f"{self._controls}/faults", json={"match": match, **fault}, timeout=10
        )
        answer.raise_for_status()
        self._names[answer.json()["id"]] = name

    def clear(self) -> None:
        for fault in self._ask("faults")["faults"]:
            self.used[self._names.pop(fault["id"], "unknown")] += fault["used"]
        requests.delete(f"{self._controls}/faults", timeout=10).raise_for_status()

    def uses(self, name: str) -> int:
        """How often one of the faults that hold now was used."""
        faults = self._ask("faults")["faults"]
        return sum(fault["used"] for fault in faults if self._names.get(fault["id"]) == name)

    def keep_everything(self) -> None:
        """The sandbox forgets nothing that arrived."""
        order = {"items_kept": 5_000_000}
        requests.post(f"{self._controls}/settings", json=order, timeout=10).raise_for_status()

    def arrived(self, *, site: str, data_type: str) -> list[dict[str, Any]]:
        found = self._ask(f"items?type={data_type}&site={site}&limit=10000000")
        items: list[dict[str, Any]] = found["items"]
        if len(items) != found["total"]:
            raise RuntimeError("The sandbox has forgotten items; take fewer kills or records.")
        return items

    def discarded(self) -> int:
        """What the sandbox took with a 202 and dropped, as Datadog drops what is too old."""
        totals = self._ask("stats")["totals"]
        return sum(int(figures["discarded"]) for figures in totals.values())

    def _ask(self, control: str) -> dict[str, Any]:
        answer = requests.get(f"{self._controls}/{control}", timeout=ASK_SECONDS)
        answer.raise_for_status()
        told: dict[str, Any] = answer.json()
        return told
