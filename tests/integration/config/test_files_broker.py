"""The embedded broker: a message is whole or not there, and its folder may go away."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from queue import Empty
from typing import Any

import pytest
from kombu import Connection, Queue

QUEUE = "celery"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "broker" / "messages"


@pytest.fixture
def connection(folder: Path) -> Iterator[Connection]:
    options = {"data_folder_in": str(folder), "data_folder_out": str(folder)}
    with Connection(
        "filesystem://localhost//",
        transport="portal.config.files_broker:Transport",
        transport_options=options,
    ) as opened:
        yield opened


def taken(connection: Connection) -> list[Any]:
    found: list[Any] = []
    with connection.SimpleQueue(QUEUE) as queue:
        while True:
            try:
                message = queue.get(block=False)
            except Empty:
                return found
            message.ack()
            found.append(message.payload)


def put(connection: Connection, payload: str) -> None:
    with connection.SimpleQueue(QUEUE) as queue:
        queue.put(payload)


def test_the_portal_uses_it_where_no_broker_is_given(tmp_path: Path) -> None:
    asked = (
        "from portal.config import celery_app;"
        "print(type(celery_app.connection_for_write().default_channel).__module__)"
    )
    environment = {**os.environ, "PORTAL_VAR_DIR": str(tmp_path)}
    environment["DJANGO_SETTINGS_MODULE"] = "portal.config.settings"
    environment.pop("CELERY_BROKER_URL", None)
    answer = subprocess.run(
        [sys.executable, "-c", asked], env=environment, capture_output=True, text=True, check=True
    )
    assert answer.stdout.strip() == "portal.config.files_broker"


def test_messages_come_in_their_order(connection: Connection) -> None:
    for number in range(3):
        put(connection, f"bell {number}")
    assert taken(connection) == ["bell 0", "bell 1", "bell 2"]


@pytest.mark.parametrize("left_behind", ["", '{"body": "e30', "\x00\x00"])
def test_what_a_killed_writer_left_is_dropped(
    connection: Connection, folder: Path, left_behind: str
) -> None:
    put(connection, "a bell")
    (folder / f"0_a.{QUEUE}.msg").write_text(left_behind)
    assert taken(connection) == ["a bell"]
    assert not list(folder.iterdir())


def test_a_message_under_way_is_not_seen(connection: Connection, folder: Path) -> None:
    put(connection, "a bell")
    (folder / "0_a.draft").write_text("")
    assert taken(connection) == ["a bell"]


def test_a_deleted_folder_costs_the_bells_in_it_and_no_more(
    connection: Connection, folder: Path
) -> None:
    put(connection, "lost")
    shutil.rmtree(folder.parent)
    assert taken(connection) == []
    put(connection, "heard")
    assert taken(connection) == ["heard"]


class EventLoop:
    """Of a worker, as far as the transport asks anything of it."""

    def call_repeatedly(self, seconds: float, call: Callable[[], None]) -> None:
        self.tick = call


def test_a_worker_hears_in_its_event_loop(connection: Connection) -> None:
    heard: list[str] = []
    put(connection, "a bell")
    loop = EventLoop()
    connection.transport.register_with_event_loop(connection, loop)
    with connection.Consumer(
        [Queue(QUEUE)], no_ack=True, callbacks=[lambda body, message: heard.append(body)]
    ):
        loop.tick()
    assert heard == ["a bell"]
    assert connection.transport.implements.asynchronous, "or its processes share one pipe"
