"""One campaign: the faults of a plan on a portal under load, then quiet, then the sum."""

from __future__ import annotations

import os
import random
import signal
import threading
import time
from collections import Counter
from collections.abc import Callable
from contextlib import suppress
from functools import partial
from pathlib import Path

import redis

from tests.chaos.books import Books, Held
from tests.chaos.customers import Way, prepare_portal
from tests.chaos.feeder import Feeder, backlog
from tests.chaos.ledger import Ledger, Outage, close_ledger
from tests.chaos.plan import KILLS, Fault, Plan
from tests.chaos.report import Figures
from tests.chaos.stage import ChaosError, Stage, until
from tests.chaos.watch import Watch
from tests.chaos.weather import DOWN, Weather

PAUSE_SECONDS = (0.0, 0.1)
BUSY_SECONDS = 60.0
"""In this time a worker has to be found at work, or something is stuck."""
DRAIN_SECONDS = 240.0
"""Waits after three tries in a row take up to 45 seconds each."""
DOWN_SECONDS = 12.0
SECOND_BEAT_SECONDS = 5.0
HOUR = 3_600.0
RECOVERY_SECONDS = 5.0
"""Beyond the lease and what any new run has to wait for a free process: the next beat, a bell, and
another one when that process is killed, too."""
MOST_LOGS_IN_A_BATCH = 1_000
_DEALT_WITH = "SELECT coalesce(sum((cursor ->> 'number')::bigint), 0) FROM syncs_schedule"
_LONGEST_QUEUE = "SELECT extract(epoch FROM max(started_at - requested_at)) FROM syncs_syncrun"
_UNDONE = """
SELECT (SELECT count(*) FROM syncs_syncrun WHERE state IN ('queued', 'running'))
     + (SELECT count(*) FROM syncs_chunk WHERE state = 'open')
     + (SELECT count(*) FROM syncs_batch WHERE state = 'open')
"""


class Campaign:
    """Everything that takes part, and the tally of what was done to it."""

    def __init__(self, plan: Plan, var: Path) -> None:
        self.plan = plan
        self.books = Books(var)
        self.stage = Stage(plan, var)
        self.weather = Weather(self.stage.sandbox, lease_seconds=plan.lease_seconds)
        self.watch = Watch(self.books)
        self.ways: list[Way] = []
        self.done: Counter[Fault] = Counter()
        self.in_flight = 0
        """Runs that were held when their worker was killed, stopped or cut from the database."""
        self.ended_by_themselves: list[str] = []
        self.database_back = 0.0
        self.outage: Outage | None = None
        self._chance = random.Random(plan.seed)
        self._stopped: set[int] = set()
        self._timers: list[threading.Timer] = []

    def run(self) -> Figures:
        began = time.monotonic()
        try:
            feeder = self._open()
            for fault in self.plan.steps():
                self._await_progress()
                self._do(fault, feeder)
            self._drain(feeder)
            ledger = close_ledger(self.ways, self.books, self.weather, feeder, outage=self.outage)
            return self._figures(ledger, seconds=time.monotonic() - began)
        finally:
            self.watch.stop()
            self.stage.stop_all()

    def _open(self) -> Feeder:
        stage = self.stage
        if stage.broker:
            stage.start("redis")
        stage.start("sandbox")
        stage.wait_for(f"{stage.sandbox}/_sandbox/stats")
        self.ways = prepare_portal()
        self.weather.keep_everything()
        self.weather.rough()
        for name in (*stage.workers, "beat", "web"):
            stage.start(name)
        stage.wait_for(f"{stage.portal}/readyz")
        feeder = Feeder(self.ways, self.books, seed=self.plan.seed)
        feeder.start()
        self.watch.start()
        return feeder

    def _await_progress(self) -> None:
        before = self.books.number(_DEALT_WITH)
        until(
            lambda: (
                self._attend()
                and self.books.number(_DEALT_WITH) >= before + self.plan.records_between
            ),
            seconds=BUSY_SECONDS,
            what="records are left and no run gets on",
        )

    def _attend(self) -> bool:
        """Do what a service manager does, between the faults."""
        self.ended_by_themselves += self.stage.restart_ended()
        time.sleep(self._chance.uniform(*PAUSE_SECONDS))
        return True

    def _do(self, fault: Fault, feeder: Feeder) -> None:
        acts: dict[Fault, Callable[[], None]] = {
            Fault.KILL_SLOT: self._kill_slot,
            Fault.KILL_IDLE: self._kill_idle,
            Fault.KILL_WORKER: self._kill_worker,
            Fault.STOP_SLOT: self._stop_slot,
            Fault.KILL_BEAT: lambda: self._kill_service("beat"),
            Fault.SECOND_BEAT: self._second_beat,
            Fault.KILL_WEB: self._kill_web,
            Fault.EMPTY_BROKER: self._empty_broker,
            Fault.KILL_POSTGRES: self._kill_postgres,
            Fault.OUTAGE: lambda: self._site_down(feeder),
        }
        acts[fault]()
        self.stage.note(fault.value)
        self.done[fault] += 1

    def _busy(self) -> Held:
        """A run that one of our processes has right now."""
        found: list[Held] = []

        def look() -> bool:
            ours = self.stage.pids_of_workers() - self._stopped
            found[:] = [held for held in self.books.held() if held.pid in ours]
            return bool(found)

        until(look, seconds=BUSY_SECONDS, what="no worker is at work although there is some")
        return self._chance.choice(found)

    def _kill_slot(self) -> None:
        pid = self._busy().pid
        with suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)
        self._orphaned({pid}, Fault.KILL_SLOT, since=time.monotonic())

    def _kill_idle(self) -> None:
        """Whichever it is: one that waits for work must not take the others along.

        Of a worker that has started: Celery gives up when a process dies during the start.
        """
        name = self._worker_of(self._busy().pid)
        pid = self._chance.choice(self.stage.slots_of(name) or [0])
        if pid:
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
            self._orphaned({pid}, Fault.KILL_IDLE, since=time.monotonic())

    def _worker_of(self, pid: int) -> str:
        """The first one, when it has ended meanwhile."""
        workers = self.stage.workers
        return next((name for name in workers if pid in self.stage.family(name)), workers[0])

    def _kill_worker(self) -> None:
        name = self._worker_of(self._busy().pid)
        since = time.monotonic()
        pids = self.stage.kill(name)
        self._orphaned(pids, Fault.KILL_WORKER, since=since)
        self.stage.start(name)

    def _orphaned(self, pids: set[int], fault: Fault, *, since: float) -> None:
        held = [one for one in self.books.held() if one.pid in pids]
        self.stage.note(f"{fault.value}: {sorted(pids)} with {len(held)} runs")
        self.in_flight += len(held)
        self.watch.note(held, fault, since=since)

    def _stop_slot(self) -> None:
        """The others take its run over; then it wakes up and must not commit anything."""
        held = self._busy()
        with suppress(ProcessLookupError):
            os.kill(held.pid, signal.SIGSTOP)
        self._stopped.add(held.pid)
        self._orphaned({held.pid}, Fault.STOP_SLOT, since=time.monotonic())
        self._later(self.plan.lease_seconds + 2, lambda: self._wake(held.pid))

    def _wake(self, pid: int) -> None:
        with suppress(ProcessLookupError):
            os.kill(pid, signal.SIGCONT)
        self._stopped.discard(pid)

    def _later(self, seconds: float, act: Callable[[], None]) -> None:
        timer = threading.Timer(seconds, act)
        timer.daemon = True
        timer.start()
        self._timers.append(timer)

    def _kill_service(self, name: str) -> None:
        self.stage.kill(name)
        self.stage.start(name)

    def _kill_web(self) -> None:
        self._kill_service("web")
        self.stage.wait_for(f"{self.stage.portal}/readyz")

    def _second_beat(self) -> None:
        self.stage.start("beat2")
        self._later(SECOND_BEAT_SECONDS, lambda: self.stage.stop("beat2"))

    def _empty_broker(self) -> None:
        if self.stage.broker:
            redis.Redis.from_url(self.stage.broker).flushdb()
            return
        for message in (self.stage.var / "broker").rglob("*.msg"):
            message.unlink(missing_ok=True)

    def _kill_postgres(self) -> None:
        self._busy()
        since = time.monotonic()
        self.database_back = max(self.database_back, self.books.kill_server())
        held = self.books.held()
        self.in_flight += len(held)
        self.watch.note(held, Fault.KILL_POSTGRES, since=since)

    def _site_down(self, feeder: Feeder) -> None:
        """For three hours, told by the records: they become too old while the site is down."""
        way = next(way for way in self.ways if way.data_type == "metrics")
        feed = (way.organisation, way.dataset)
        self.weather.rough(down=way.site)
        ages = [self._chance.uniform(HOUR - DOWN_SECONDS / 2, HOUR - 1) for _ in range(100)]
        ages += [self._chance.uniform(HOUR + 1, 3 * HOUR) for _ in range(100)]
        numbers = feeder.feed(feed, ages=ages)
        while not numbers <= feeder.kept[feed]:  # the database was away
            numbers = feeder.feed(feed, ages=ages)
        self.outage = Outage(way.mapping, numbers)
        down = partial(self.weather.uses, DOWN)
        until(down, seconds=BUSY_SECONDS, what=f"nobody has tried to send to {way.site}")
        self._later(DOWN_SECONDS, self.weather.rough)

    def _drain(self, feeder: Feeder) -> None:
        """No more records and no more faults: everything has to come to its end."""
        feeder.stop()
        for timer in self._timers:
            timer.join()
        self.weather.clear()
        until(
            lambda: self._attend() and not backlog(self.books),
            seconds=DRAIN_SECONDS,
            what="records are left that no run has dealt with",
        )
        self.books.rows("UPDATE syncs_schedule SET state = 'paused' RETURNING 1")
        until(
            lambda: self._attend() and not self.books.number(_UNDONE),
            seconds=DRAIN_SECONDS,
            what="runs, chunks or batches are left open",
        )
        until(lambda: not self.watch.waiting(), seconds=5, what="a run was never taken again")

    def _figures(self, ledger: Ledger, *, seconds: float) -> Figures:
        plan, done = self.plan, self.done
        recovery = self.watch.longest()
        queue = float(self.books.rows(_LONGEST_QUEUE)[0][0] or 0)
        return Figures(
            kills=sum(done[fault] for fault in KILLS),
            seed=plan.seed,
            broker="redis" if plan.redis else "files",
            seconds=round(seconds, 1),
            faults={fault.value: done[fault] for fault in Fault},
            bad_answers=dict(self.weather.used),
            records=ledger.fed,
            sent=ledger.sent,
            rejected=ledger.rejected,
            skipped=ledger.skipped,
            too_old=ledger.late,
            outage_rejected=ledger.outage_rejected,
            lost=ledger.lost,
            duplicated_batches=ledger.duplicated_batches,
            duplicated_bound=self.in_flight * _lot(plan) + ledger.in_doubt,
            duplicated_records=ledger.duplicated_records,
            in_doubt=ledger.in_doubt,
            rejected_though_arrived=ledger.rejected_though_arrived,
            recovery=recovery,
            longest_recovery=max(recovery.values(), default=0.0),
            longest_queue=round(queue, 2),
            recovery_bound=round(
                plan.lease_seconds + RECOVERY_SECONDS + queue + self.database_back, 2
            ),
            database_back=round(self.database_back, 2),
            wrong=ledger.wrong + self.ended_by_themselves,
        )


def _lot(plan: Plan) -> int:
    """Batches that leave side by side: a chunk of few records is a single one."""
    return min(plan.send_concurrency, -(-plan.chunk_records // MOST_LOGS_IN_A_BATCH))


def run(plan: Plan, var: Path) -> Figures:
    campaign = Campaign(plan, var)
    try:
        return campaign.run()
    except ChaosError as error:
        raise ChaosError(f"{error} Logs are under {var / 'log'}.") from error
