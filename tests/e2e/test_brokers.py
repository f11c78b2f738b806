"""The same portal on every broker: the whole first sync, as real processes."""

from __future__ import annotations

import os
import re
import socket
import subprocess
import sys
import threading
from collections.abc import Callable
from pathlib import Path

import pytest
import redis

ROOT = Path(__file__).resolve().parents[2]
REDIS, RABBITMQ = "redis://127.0.0.1:6379/15", "amqp://guest:guest@127.0.0.1:5672//"
SITES, DATA_TYPES = 9, 2

pytestmark = [pytest.mark.heavy, pytest.mark.broker]


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def needs_server(port: int) -> None:
    with socket.socket() as probe:
        if probe.connect_ex(("127.0.0.1", port)) != 0:
            pytest.skip(f"nothing answers on 127.0.0.1:{port}")


def first_sync(var: Path, broker: str | None) -> subprocess.Popen[str]:
    """Start ``make demo ONCE=1`` on this broker, without the make."""
    environment = {
        **os.environ,
        "DJANGO_SETTINGS_MODULE": "portal.config.settings",
        "PORTAL_VAR_DIR": str(var),
        "PORTAL_BASE_URL": f"http://127.0.0.1:{free_port()}",
        "DATADOG_SANDBOX_URL": f"http://127.0.0.1:{free_port()}",
        **({"CELERY_BROKER_URL": broker} if broker else {}),
    }
    return subprocess.Popen(
        [sys.executable, "manage.py", "demo", "--once"],
        cwd=ROOT,
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )


def assert_whole(process: subprocess.Popen[str]) -> None:
    output, _ = process.communicate(timeout=110)
    assert process.returncode == 0, output
    assert len(re.findall(r"whole$", output, re.MULTILINE)) == SITES * DATA_TYPES


@pytest.mark.parametrize(
    ("broker", "port"), [(None, None), (REDIS, 6379), (RABBITMQ, 5672)], ids=str
)
def test_the_first_sync_is_whole_on_every_broker(
    tmp_path: Path, broker: str | None, port: int | None
) -> None:
    if port:
        needs_server(port)
    assert_whole(first_sync(tmp_path, broker))


def test_the_first_sync_is_whole_when_the_broker_forgets_everything_all_the_time(
    tmp_path: Path,
) -> None:
    needs_server(6379)
    process = first_sync(tmp_path, REDIS)
    with flushing(redis.Redis.from_url(REDIS)):
        assert_whole(process)


class flushing:
    """Empties the broker's database every half second, queues included."""

    def __init__(self, server: redis.Redis) -> None:
        self._forget: Callable[[], object] = server.flushdb
        self._done = threading.Event()
        self._thread = threading.Thread(target=self._flush)

    def _flush(self) -> None:
        while not self._done.wait(0.5):
            self._forget()

    def __enter__(self) -> None:
        self._thread.start()

    def __exit__(self, *_: object) -> None:
        self._done.set()
        self._thread.join()
