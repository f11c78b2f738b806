"""How fast records leave: the portal's engine against a bare loop and against Datadog's client.

All in one run against one local sink. The best of several rounds counts: other programs of the
machine only ever take time away.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from bench import stage
from bench.places import say, write_figures
from bench.processes import Helper
from portal.accounts.models import User
from portal.mappings.models import Dataset

RECORDS = {"metrics": 200_000, "logs": 60_000}
PEER_RECORDS = 4_000
ROUNDS = 5
WORKERS = 2

Round = dict[str, dict[str, float]]
"""Who was measured, and what came out."""


@dataclass(frozen=True, slots=True)
class Course:
    """What is measured: one data type, its loaded feed and the processes that take turns."""

    data_type: str
    customers: list[stage.Customer]
    dataset: Dataset
    workers: list[Helper]
    floor: Helper
    peer: Helper

    @property
    def count(self) -> int:
        return RECORDS[self.data_type]


def measure() -> None:
    stage.fresh_database()
    owner = stage.make_person()
    with Helper("bench.sink") as sink:
        stage.use_sink(sink.greeting)
        figures = {kind: _figures(kind, owner=owner, port=sink.greeting) for kind in RECORDS}
    write_figures("push", figures)


def _figures(data_type: str, *, owner: User, port: int) -> dict[str, Any]:
    dataset = stage.dataset_of(data_type)
    customers = [stage.make_customer(f"{data_type} {n}", owner=owner) for n in range(WORKERS)]
    for customer in customers:
        stage.load(customer, dataset, data_type=data_type, count=RECORDS[data_type])
    with (
        Helper("bench", "worker") as first,
        Helper("bench", "worker") as second,
        Helper("bench.floor", data_type, str(RECORDS[data_type]), str(port)) as floor,
        Helper("bench.peer", data_type, str(PEER_RECORDS), str(port)) as peer,
    ):
        course = Course(data_type, customers, dataset, [first, second], floor, peer)
        return _summary([_round(course, number) for number in range(ROUNDS)])


def _round(course: Course, number: int) -> Round:
    """Each of them once, one after the other."""
    results = {
        "floor": course.floor.asked(),
        "one worker": _work(course, f"alone {number}", workers=1),
        "peer": course.peer.asked(),
        "two workers": _work(course, f"both {number}", workers=WORKERS),
    }
    shown = [
        f"{name} {result['records_per_s']:,.0f}/s ({result['cpu_us']:.2f} us)"
        for name, result in results.items()
    ]
    say(f"{course.data_type} {number}, and CPU a record: {', '.join(shown)}")
    return results


def _work(course: Course, name: str, *, workers: int) -> dict[str, float]:
    """New mappings over the loaded feeds, one for each worker, all at the same time."""
    runs = [_run(course, customer, name) for customer in course.customers[:workers]]
    pairs = list(zip(course.workers, course.customers, runs, strict=False))
    for worker, customer, run_id in pairs:
        worker.ask(f"{customer.organisation.id} {run_id}")
    results = [worker.answer() for worker, _, _ in pairs]
    for result in results:
        if result["sent"] != course.count:
            raise RuntimeError(f"{result['sent']} of {course.count} sent: {result['state']}")
    # Both begin at once, so the slower one's time is the time of both.
    return {
        "records_per_s": workers * course.count / max(result["seconds"] for result in results),
        "cpu_us": results[0]["cpu_seconds"] / course.count * 1e6,
        "rss_mb": max(result["rss_mb"] for result in results),
    }


def _run(course: Course, customer: stage.Customer, name: str) -> UUID:
    mapping = stage.add_mapping(customer, course.dataset, data_type=course.data_type, name=name)
    return stage.requested_run(customer, mapping)


def _summary(rounds: list[Round]) -> dict[str, Any]:
    """The contract's figures, and what they are made of."""
    speed = {name: max(one[name]["records_per_s"] for one in rounds) for name in rounds[0]}
    cpu = {name: min(one[name]["cpu_us"] for one in rounds) for name in rounds[0]}
    memory = [one[name]["rss_mb"] for one in rounds for name in ("one worker", "two workers")]
    return {
        "records_per_s": round(speed["one worker"]),
        "floor_records_per_s": round(speed["floor"]),
        "peer_records_per_s": round(speed["peer"]),
        "two_workers_ratio": round(speed["two workers"] / speed["one worker"], 2),
        "rss_mb": round(max(memory)),
        "share_of_floor": round(speed["one worker"] / speed["floor"], 2),
        "times_peer": round(speed["one worker"] / speed["peer"], 1),
        "cpu_us_a_record": {name: round(spent, 2) for name, spent in cpu.items()},
    }
