"""Who had which run when it was killed, and how long it took until somebody else took it."""

from __future__ import annotations

import threading
import time
from dataclasses import dataclass, field

from tests.chaos.books import Books, Held
from tests.chaos.plan import Fault

LOOK_SECONDS = 0.05
_LIVE = (
    "SELECT id::text, lease_token, state FROM syncs_syncrun WHERE state IN ('queued', 'running')"
)


@dataclass
class Orphan:
    """A run whose worker is gone."""

    held: Held
    fault: Fault
    since: float
    taken_after: float | None = None


@dataclass
class Watch:
    """Looks at the runs of dead workers until each is taken by another."""

    books: Books
    orphans: list[Orphan] = field(default_factory=list)
    _stopping: threading.Event = field(default_factory=threading.Event)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def start(self) -> None:
        threading.Thread(target=self._look, name="watch", daemon=True).start()

    def stop(self) -> None:
        self._stopping.set()

    def note(self, held: list[Held], fault: Fault, *, since: float) -> None:
        with self._lock:
            self.orphans += [Orphan(one, fault, since) for one in held]

    def waiting(self) -> list[Orphan]:
        with self._lock:
            return [orphan for orphan in self.orphans if orphan.taken_after is None]

    def longest(self) -> dict[str, float]:
        """The longest wait after each kind of fault."""
        found: dict[str, float] = {}
        for orphan in self.orphans:
            name = orphan.fault.value
            found[name] = max(found.get(name, 0.0), round(orphan.taken_after or 0.0, 2))
        return found

    def _look(self) -> None:
        while not self._stopping.wait(LOOK_SECONDS):
            waiting = self.waiting()
            if waiting:
                live = {run: (token, state) for run, token, state in self.books.rows(_LIVE)}
                now = time.monotonic()
                for orphan in waiting:
                    if live.get(orphan.held.run) != (orphan.held.token, "running"):
                        orphan.taken_after = now - orphan.since
