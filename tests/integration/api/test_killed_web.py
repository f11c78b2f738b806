"""Web processes killed with -9 while records are pushed: nothing is lost, nothing kept twice."""

from __future__ import annotations

import http.client
import random
import socket
import subprocess
import threading
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress

import psutil
import pytest

from tests.integration.api.conftest import NDJSON, Backend, make_backend, ndjson, record
from tests.integration.syncs.processes import start_process

pytestmark = pytest.mark.django_db(transaction=True, databases=["default", "support", "owner"])

RECORDS = 20
PATIENCE = 60.0
SERVER = """
from django.core.handlers.wsgi import WSGIHandler
from gunicorn.app.base import BaseApplication
class Web(BaseApplication):
    def load_config(self):
        for name, value in {{"bind": "127.0.0.1:{port}", "threads": 4, "preload_app": True,
                            "loglevel": "error", "control_socket_disable": True}}.items():
            self.cfg.set(name, value)
    def load(self):
        return WSGIHandler()
Web().run()
"""


@contextmanager
def web(port: int) -> Iterator[psutil.Process]:
    """A gunicorn on the test's database, whose workers come back when they are killed."""
    server = start_process(SERVER.format(port=port))
    try:
        wait_for_answer(port, server)
        yield psutil.Process(server.pid)
    finally:
        server.terminate()
        server.communicate(timeout=PATIENCE)


def wait_for_answer(port: int, server: subprocess.Popen[str]) -> None:
    until = time.monotonic() + PATIENCE
    while time.monotonic() < until:
        assert server.poll() is None, server.communicate()
        with suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=1):
            return
        time.sleep(0.05)
    pytest.fail("The web server did not start.")


def push_until_answered(backend: Backend, port: int, body: bytes, key: str) -> int:
    """Push with one key until there is an answer; return how often it took."""
    headers = {
        "Authorization": f"Bearer {backend.token}",
        "Content-Type": NDJSON,
        "Idempotency-Key": key,
    }
    until = time.monotonic() + PATIENCE
    tries = 0
    while time.monotonic() < until:
        tries += 1
        with suppress(OSError, http.client.HTTPException):
            status = pushed(port, backend.path, body, headers)
            assert status == 202
            return tries
        time.sleep(0.02)
    pytest.fail("There was no answer.")


def pushed(port: int, path: str, body: bytes, headers: dict[str, str]) -> int:
    with closing(http.client.HTTPConnection("127.0.0.1", port, timeout=10)) as connection:
        connection.request("POST", path, body, headers)
        with connection.getresponse() as answer:
            answer.read()
            return answer.status


def kill_workers(server: psutil.Process, *, times: int) -> None:
    chance = random.Random(7)
    for _ in range(times):
        time.sleep(chance.uniform(0.02, 0.2))
        for worker in server.children():
            with suppress(psutil.NoSuchProcess):
                worker.kill()


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@pytest.mark.parametrize(
    "kills", [15, pytest.param(200, marks=[pytest.mark.heavy, pytest.mark.timeout(600)])]
)
def test_killed_web_processes_lose_and_double_no_record(kills: int) -> None:
    backend, port = make_backend(), free_port()
    pushes = tries = 0
    with web(port) as server:
        killer = threading.Thread(target=kill_workers, args=(server,), kwargs={"times": kills})
        killer.start()
        while killer.is_alive():
            first = pushes * RECORDS
            body = ndjson(record(number) for number in range(first, first + RECORDS))
            tries += push_until_answered(backend, port, body, f"push-{pushes}")
            pushes += 1
        killer.join()
    ids = [one["id"] for one in backend.kept()]
    assert ids == [f"m-{number}" for number in range(pushes * RECORDS)]
    assert tries > pushes, "no push was hit"
