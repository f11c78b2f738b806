"""What is done to the portal and in which order: the same for the same seed."""

from __future__ import annotations

import random
from dataclasses import dataclass
from enum import StrEnum


class Fault(StrEnum):
    """One thing that goes wrong."""

    KILL_SLOT = "kill -9 of a busy worker process"
    KILL_IDLE = "kill -9 of any worker process, idle or not"
    KILL_WORKER = "kill -9 of a worker with all its processes"
    STOP_SLOT = "SIGSTOP past the lease, then SIGCONT"
    KILL_BEAT = "kill -9 of beat"
    SECOND_BEAT = "a second beat"
    KILL_WEB = "kill -9 of web"
    EMPTY_BROKER = "broker emptied"
    KILL_POSTGRES = "kill -9 of PostgreSQL"
    OUTAGE = "a Datadog site down until records are too old"


KILLS = (Fault.KILL_SLOT, Fault.KILL_IDLE, Fault.KILL_WORKER)
# One of these for so many kills, and at least one.
_ONE_IN = {
    Fault.KILL_WORKER: 8,
    Fault.KILL_IDLE: 10,
    Fault.STOP_SLOT: 15,
    Fault.EMPTY_BROKER: 25,
    Fault.KILL_POSTGRES: 40,
    Fault.KILL_BEAT: 40,
    Fault.KILL_WEB: 60,
    Fault.SECOND_BEAT: 100,
}


@dataclass(frozen=True, slots=True)
class Plan:
    """``kills`` counts kills of worker processes; the other faults come on top."""

    kills: int
    seed: int
    workers: int = 2
    slots: int = 2
    """Processes of one worker."""
    lease_seconds: float = 3.0
    chunk_records: int = 25
    send_concurrency: int = 2
    records_between: int = 150
    """Records that have to be dealt with from one fault to the next: faults come as fast as the
    machine works, and find it working."""
    redis: bool = False

    def steps(self) -> list[Fault]:
        often = {fault: max(1, self.kills // each) for fault, each in _ONE_IN.items()}
        others = often[Fault.KILL_WORKER] + often[Fault.KILL_IDLE]
        often[Fault.KILL_SLOT] = max(0, self.kills - others)
        steps = [fault for fault, times in often.items() for _ in range(times)]
        random.Random(self.seed).shuffle(steps)
        # Early: runs that waited for the site have to come to their end among the kills.
        return [*steps[: len(steps) // 4], Fault.OUTAGE, *steps[len(steps) // 4 :]]
