"""Runs the portal's processes side by side on one machine and leaves none of them behind.

Our own and not honcho (2.0): that one has no readiness, runs commands through a shell, and kill -9
of its manager leaves every command running. Here each command ends with its manager.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass, field
from http.client import HTTPConnection, HTTPException
from itertools import cycle
from pathlib import Path
from types import FrameType
from typing import BinaryIO, TextIO
from urllib.parse import urlsplit

from portal.embedded.launcher import end_session

Probe = str | Callable[[], bool]
"""Ready when this URL answers below 400, or when this function says so."""

GRACE_S = 10.0
"""Longer than a worker's batch in flight, shorter than a person's patience after Ctrl-C."""
_LAUNCHER = Path(__file__).with_name("launcher.py")
_SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
_COLOURS = (36, 33, 32, 35, 34, 31)
"""ANSI foreground colours, the easily confused ones far apart."""
_LONGEST_LINE = 16_384


class ProcessFailedError(Exception):
    """A process ended by itself or did not become ready."""


@dataclass(frozen=True, slots=True)
class ProcessSpec:
    """One command: its name in front of each line, and how to tell that it is ready."""

    name: str
    command: Sequence[str]
    ready: Probe | None = None
    ready_timeout_s: float = 60
    environment: Mapping[str, str] = field(default_factory=dict)
    """Added to this process's own."""


def run_processes(
    specs: Sequence[ProcessSpec],
    *,
    ready: Callable[[], int | None] | None = None,
    grace_s: float = GRACE_S,
    out: TextIO = sys.stdout,
) -> int:
    """Run until Ctrl-C or SIGTERM (0), until one process ends (1), or until `ready` gives a code.

    `ready` is called once all are ready; with None as its answer they stay up.
    """
    try:
        with running_processes(specs, grace_s=grace_s, out=out):
            code = ready() if ready else None
            while code is None:
                signal.pause()
    except ProcessFailedError as error:
        out.write(f"{error}\n")
        return 1
    except KeyboardInterrupt:
        return 0
    return code


@contextmanager
def running_processes(
    specs: Sequence[ProcessSpec], *, grace_s: float = GRACE_S, out: TextIO = sys.stdout
) -> Iterator[None]:
    """All are ready inside the block and gone after it. Call it from the main thread.

    A signal or the end of a process interrupts the block with KeyboardInterrupt or
    ProcessFailedError.
    """
    group = _Group(specs, grace_s=grace_s, out=out)
    # nohup ignores SIGHUP and means it; a shell's & ignores SIGINT and does not.
    numbers = _SIGNALS if signal.getsignal(signal.SIGHUP) != signal.SIG_IGN else _SIGNALS[:2]
    before = {number: signal.signal(number, group.interrupt) for number in numbers}
    try:
        group.start()
        group.wait_until_ready()
        yield
    finally:
        try:
            for number in numbers:
                signal.signal(number, signal.SIG_IGN)  # stopping takes at most the grace
        finally:
            group.stop()
            for number, handler in before.items():
                signal.signal(number, handler)


class _Group:
    def __init__(self, specs: Sequence[ProcessSpec], *, grace_s: float, out: TextIO) -> None:
        self._specs, self._grace_s, self._out = specs, grace_s, out
        self._processes: list[subprocess.Popen[bytes]] = []
        self._threads: list[threading.Thread] = []
        self._failed: str | None = None
        self._interrupted = False
        self._stopping = False

    def start(self) -> None:
        width = max((len(spec.name) for spec in self._specs), default=0)
        for spec, colour in zip(self._specs, cycle(_COLOURS)):
            prefix = f"{spec.name:<{width}} | "
            if self._out.isatty():
                prefix = f"\x1b[{colour}m{prefix}\x1b[0m"
            process = self._launch(spec)
            self._processes.append(process)
            self._thread(self._copy_output, process.stdout, prefix)
            self._thread(self._watch, spec.name, process)

    def _launch(self, spec: ProcessSpec) -> subprocess.Popen[bytes]:
        # -I -S: the launcher needs no packages, and starts in a third of the time without.
        launcher = [sys.executable, "-I", "-S", str(_LAUNCHER), str(self._grace_s)]
        return subprocess.Popen(  # noqa: S603 - the caller's own command
            [*launcher, *spec.command],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            env={**os.environ, **spec.environment},
            start_new_session=True,  # Ctrl-C in the terminal reaches the manager alone
        )

    def _thread(self, target: Callable[..., None], *arguments: object) -> None:
        thread = threading.Thread(target=target, args=arguments, daemon=True)
        thread.start()
        self._threads.append(thread)

    def _copy_output(self, stream: BinaryIO, prefix: str) -> None:
        with stream:
            for line in iter(lambda: stream.readline(_LONGEST_LINE), b""):
                self._out.write(f"{prefix}{line.decode(errors='replace').rstrip()}\n")
                self._out.flush()

    def _watch(self, name: str, process: subprocess.Popen[bytes]) -> None:
        code = process.wait()
        if not self._stopping and self._failed is None:
            self._failed = f"{name} ended with code {code}; everything else is stopped."
            signal.pthread_kill(threading.main_thread().ident or 0, signal.SIGTERM)

    def interrupt(self, _number: int, _frame: FrameType | None) -> None:
        if self._interrupted:  # the first one is being obeyed
            return
        self._interrupted = True
        if self._failed is not None:
            raise ProcessFailedError(self._failed)
        raise KeyboardInterrupt

    def wait_until_ready(self) -> None:
        began = time.monotonic()
        for spec in self._specs:
            while spec.ready is not None and not _is_ready(spec.ready):
                if time.monotonic() - began > spec.ready_timeout_s:
                    seconds = f"{spec.ready_timeout_s:g}"
                    raise ProcessFailedError(f"{spec.name} is not ready after {seconds} seconds.")
                time.sleep(0.1)

    def stop(self) -> None:
        """Let go of every launcher; each ends its session within the grace."""
        self._stopping = True
        for process in self._processes:
            if process.stdin:
                process.stdin.close()
        for process in self._processes:
            process.wait()
            end_session(process.pid, deadline=0)  # only a launcher that was killed left something
        for thread in self._threads:
            thread.join(timeout=1)


def _is_ready(probe: Probe) -> bool:
    return probe() if callable(probe) else _answers(probe)


def _answers(url: str) -> bool:
    """Plain HTTP to this machine, past any proxy of the environment."""
    parts = urlsplit(url)
    address = HTTPConnection(parts.hostname or "127.0.0.1", parts.port, timeout=2)
    with suppress(OSError, HTTPException), closing(address) as connection:
        connection.request("GET", f"{parts.path or '/'}?{parts.query}")
        return connection.getresponse().status < 400
    return False
