"""The process manager leaves nothing running, however it ends."""

from __future__ import annotations

import io
import os
import signal
import subprocess
import sys
import uuid
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from threading import Thread

import pytest

from portal.embedded.cluster import wait_until
from portal.embedded.processes import ProcessSpec, run_processes

MANAGER = """
import sys
from portal.embedded.processes import ProcessSpec, run_processes
specs = [ProcessSpec(name, ["sh", "-c", script]) for name, script in {scripts!r}.items()]
sys.exit(run_processes(specs, ready=lambda: print("ready", flush=True), grace_s=0.5))
"""


@pytest.fixture
def marker() -> Iterator[str]:
    """A word in the command line of every process that a test starts."""
    word = f"marker-{uuid.uuid4()}"
    yield word
    for pid in running(word):
        os.kill(pid, signal.SIGKILL)


def running(word: str) -> list[int]:
    found = []
    for entry in Path("/proc").glob("[0-9]*"):
        try:
            if word.encode() in (entry / "cmdline").read_bytes():
                found.append(int(entry.name))
        except OSError:  # it has just ended
            continue
    return found


def manager(**scripts: str) -> subprocess.Popen[str]:
    command = [sys.executable, "-c", MANAGER.format(scripts=scripts)]
    return subprocess.Popen(command, stdout=subprocess.PIPE, text=True)


def shell(name: str, script: str) -> ProcessSpec:
    return ProcessSpec(name, ["sh", "-c", script])


@pytest.fixture
def heard_hangups() -> Iterator[None]:
    """Whoever runs the tests under nohup ignores SIGHUP, and the manager would do so, too."""
    before = signal.signal(signal.SIGHUP, signal.SIG_DFL)
    yield
    signal.signal(signal.SIGHUP, before)


@pytest.mark.usefixtures("heard_hangups")
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP, signal.SIGKILL])
@pytest.mark.parametrize("habit", ["", "trap '' TERM INT;"], ids=["tame", "stubborn"])
def test_nothing_is_left_after_a_signal(marker: str, number: int, habit: str) -> None:
    family = f"{habit} (sleep 300; : {marker}) & sleep 300; : {marker}"
    with manager(web=family, worker=family) as process:
        assert wait_until(lambda: len(running(f"; : {marker}")) >= 5, timeout_s=5)
        assert process.stdout is not None
        assert process.stdout.readline() == "ready\n"
        process.send_signal(number)
        process.wait()
    # A killed manager cannot wait for the end of what it started.
    patience_s = 5 if number == signal.SIGKILL else 0
    assert wait_until(lambda: not running(marker), timeout_s=patience_s)
    assert process.returncode == (-number if number == signal.SIGKILL else 0)


def test_nothing_is_left_when_a_launcher_is_killed(marker: str) -> None:
    def kill_the_launcher() -> None:
        assert wait_until(lambda: len(running(marker)) == 3, timeout_s=5)
        os.kill(min(running(marker)), signal.SIGKILL)
        signal.pause()

    web = shell("web", f"(sleep 300; : {marker}) & sleep 300; : {marker}")
    out = io.StringIO()
    assert run_processes([web], ready=kill_the_launcher, out=out) == 1
    assert "web ended with code -9" in out.getvalue()
    assert not running(marker)


def test_a_command_may_end_its_children_in_its_own_way(marker: str) -> None:
    """As a worker does that lets its pool finish."""
    pool = f"(trap 'echo cut off' TERM; sleep 0.6; echo finished; : {marker}) &"
    worker = shell("worker", f"trap 'wait; exit' TERM; {pool} wait; : {marker}")
    out = io.StringIO()

    def stop_soon() -> int:
        assert wait_until(lambda: len(running(marker)) == 3, timeout_s=5)
        return 0

    run_processes([worker], ready=stop_soon, out=out)
    assert "finished" in out.getvalue()
    assert "cut off" not in out.getvalue()


def test_the_end_of_one_ends_all_and_is_told(marker: str) -> None:
    out = io.StringIO()
    specs = [shell("web", f"sleep 300; : {marker}"), shell("beat", "echo bye; exit 3")]
    assert run_processes(specs, grace_s=1, out=out) == 1
    assert "beat | bye\n" in out.getvalue()
    assert "beat ended with code 3" in out.getvalue()
    assert not running(marker)


def test_a_command_that_does_not_exist_is_named() -> None:
    out = io.StringIO()
    assert run_processes([ProcessSpec("web", ["/no/such/program"])], out=out) == 1
    assert "web | /no/such/program: No such file" in out.getvalue()


def test_the_answer_of_ready_ends_the_run(marker: str) -> None:
    out = io.StringIO()
    spec = shell("worker", f"echo $COLOUR; sleep 300; : {marker}")
    spec = ProcessSpec(spec.name, spec.command, environment={"COLOUR": "green"})
    assert run_processes([spec], ready=lambda: len(running(marker)) and 7, out=out) == 7
    assert not running(marker)


def test_ready_is_called_when_every_probe_has_answered() -> None:
    server = HTTPServer(("127.0.0.1", 0), BaseHTTPRequestHandler)
    Ready.late = 2
    server.RequestHandlerClass = Ready
    with server:
        Thread(target=server.serve_forever, daemon=True).start()
        url = f"http://127.0.0.1:{server.server_port}/healthz"
        spec = ProcessSpec("web", ["sleep", "300"], ready=url)
        assert run_processes([spec], ready=lambda: Ready.late, out=io.StringIO()) == 0
        server.shutdown()


class Ready(BaseHTTPRequestHandler):
    """Answers 503 for a while, as a web process does that waits for its database."""

    late = 0

    def do_GET(self) -> None:
        self.send_response(503 if Ready.late else 200)
        Ready.late = max(Ready.late - 1, 0)
        self.end_headers()

    def log_message(self, *_: object) -> None:
        return


def test_a_process_that_does_not_get_ready_is_named() -> None:
    out = io.StringIO()
    never = ProcessSpec("web", ["sleep", "300"], ready=lambda: False, ready_timeout_s=0.2)
    assert run_processes([never], out=out) == 1
    assert "web is not ready after 0.2 seconds" in out.getvalue()
