"""The portal's processes on free ports, with all they keep in one directory: started and killed.

Knows no Django: what the processes are told is their environment.
"""

from __future__ import annotations

import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from http.client import HTTPConnection, HTTPException
from pathlib import Path
from urllib.parse import urlsplit

from tests.chaos.plan import Plan

ROOT = Path(__file__).resolve().parents[2]
LAUNCHER = ROOT / "portal" / "embedded" / "launcher.py"
"""Ends a process when this one dies, also by kill -9: nothing is left behind."""
GRACE_SECONDS = "5"
START_SECONDS = 60.0


class ChaosError(Exception):
    """The harness cannot go on; the sentence says why."""


def until(true: Callable[[], object], *, seconds: float, what: str) -> None:
    """Wait for it."""
    ends = time.monotonic() + seconds
    while not true():
        if time.monotonic() > ends:
            raise ChaosError(f"After {seconds:g} seconds: {what}.")
        time.sleep(0.05)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def children_of(pid: int) -> list[int]:
    with suppress(OSError):  # ended by now
        return [
            int(child)
            for thread in Path(f"/proc/{pid}/task").iterdir()
            for child in (thread / "children").read_text().split()
        ]
    return []


def environment_of(plan: Plan, var: Path) -> dict[str, str]:
    """What every process of the portal is told, this one included."""
    told = {
        "DJANGO_SETTINGS_MODULE": "portal.config.settings",
        "PORTAL_VAR_DIR": str(var),
        "PORTAL_BASE_URL": f"http://127.0.0.1:{free_port()}",
        "DATADOG_SANDBOX_URL": f"http://127.0.0.1:{free_port()}",
        "PORTAL_SYNC_LEASE_SECONDS": str(plan.lease_seconds),
        "PORTAL_SYNC_CHUNK_RECORDS": str(plan.chunk_records),
        "PORTAL_SYNC_SEND_CONCURRENCY": str(plan.send_concurrency),
        "PORTAL_SYNC_EVERY_SECONDS": "2",
        "PORTAL_DISPATCH_SECONDS": "0.5",
        "PORTAL_LOG_LEVEL": "WARNING",
    }
    if plan.redis:
        told["CELERY_BROKER_URL"] = f"redis://127.0.0.1:{free_port()}/0"
    return told


class Stage:
    """All processes by name; a name that is started again replaces the dead one."""

    def __init__(self, plan: Plan, var: Path) -> None:
        self.var = var
        self.portal, self.sandbox = os.environ["PORTAL_BASE_URL"], os.environ["DATADOG_SANDBOX_URL"]
        self.broker = os.environ.get("CELERY_BROKER_URL", "")
        self.workers = [f"worker{number}" for number in range(1, plan.workers + 1)]
        self._slots = plan.slots
        self._processes: dict[str, subprocess.Popen[bytes]] = {}
        (var / "log").mkdir(exist_ok=True)

    def start(self, name: str) -> None:
        launcher = [sys.executable, "-I", "-S", str(LAUNCHER), GRACE_SECONDS]
        with (self.var / "log" / f"{name}.log").open("ab") as log:
            self._processes[name] = subprocess.Popen(
                [*launcher, *self._command(name)],
                cwd=ROOT,
                stdin=subprocess.PIPE,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )

    def _command(self, name: str) -> list[str]:
        port = {at: str(urlsplit(at).port) for at in (self.portal, self.sandbox, self.broker)}
        celery = [sys.executable, "-m", "celery", "--app", "portal.config"]
        if name in self.workers:
            pool = ["--concurrency", str(self._slots), "--without-gossip", "--without-mingle"]
            return [*celery, "worker", *pool, "--loglevel", "WARNING", "-n", f"{name}@%h"]
        if name.startswith("beat"):
            return [*celery, "beat", "-s", str(self.var / name), "--loglevel", "WARNING"]
        return {
            "sandbox": [sys.executable, "manage.py", "sandbox", "--port", port[self.sandbox]],
            "web": [
                *[sys.executable, "-m", "gunicorn", "portal.config.wsgi", "--threads", "4"],
                *["--bind", f"127.0.0.1:{port[self.portal]}", "--log-level", "warning"],
            ],
            "redis": [
                "redis-server",
                "--port",
                port[self.broker],
                "--save",
                "",
                "--dir",
                str(self.var),
            ],
        }[name]

    def family(self, name: str) -> list[int]:
        """The process with its children; its launcher is not one of them."""
        found, parents = [], [self._processes[name].pid]
        while parents:
            children = children_of(parents.pop())
            found += children
            parents += children
        return found

    def slots_of(self, name: str) -> list[int]:
        """The processes of a worker that do its work; none while it starts."""
        return self.family(name)[1:]

    def pids_of_workers(self) -> set[int]:
        return {pid for name in self.workers for pid in self.family(name)}

    def kill(self, name: str) -> set[int]:
        """Kill -9 of everything that it is, and wait for its launcher; returns the pids."""
        family = self.family(name)
        for pid in family:
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        self._let_go(name)
        return set(family)

    def _let_go(self, name: str) -> None:
        process = self._processes.pop(name)
        if process.stdin:
            process.stdin.close()
        process.wait()

    def restart_ended(self) -> list[str]:
        """Do what a service manager does; returns what has ended by itself, and how."""
        ended = {
            name: process.returncode
            for name, process in self._processes.items()
            if process.poll() is not None
        }
        for name in ended:
            self._let_go(name)
            self.start(name)
        return [f"{name} ended by itself with code {code}" for name, code in ended.items()]

    def note(self, what: str) -> None:
        """A line in the campaign's own log, to be read beside those of the processes."""
        with (self.var / "log" / "campaign.log").open("a") as log:
            log.write(f"{datetime.now(UTC):%Y-%m-%d %H:%M:%S.%f} {what}\n")

    def stop(self, name: str) -> None:
        """In order, as a service manager stops a service."""
        if name in self._processes:
            self._let_go(name)

    def stop_all(self) -> None:
        for process in self._processes.values():
            if process.stdin:
                process.stdin.close()
        for name in list(self._processes):
            self._let_go(name)

    def answers(self, url: str) -> bool:
        parts = urlsplit(url)
        address = HTTPConnection(parts.hostname or "", parts.port, timeout=2)
        with suppress(OSError, HTTPException):
            address.request("GET", parts.path)
            return address.getresponse().status < 400
        return False

    def wait_for(self, url: str) -> None:
        until(lambda: self.answers(url), seconds=START_SECONDS, what=f"no answer at {url}")


@contextmanager
def own_directory(keep: Path | None) -> Iterator[Path]:
    """A directory that PostgreSQL's own account can reach, gone at the end unless it is given."""
    var = keep or Path(f"/tmp/portal-chaos-{os.getpid()}")
    var.mkdir(mode=0o711, parents=True, exist_ok=True)
    try:
        yield var
    finally:
        if keep is None:
            shutil.rmtree(var, ignore_errors=True)
