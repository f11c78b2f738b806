"""The server is there while somebody uses it, and no longer."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import psycopg

from portal.embedded.cluster import server_pid, wait_until
from portal.embedded.postgres import ensure_running, release
from tests.unit.embedded.conftest import USER, StartUser


def said(process: subprocess.Popen[str]) -> str:
    assert process.stdout is not None
    return process.stdout.readline().strip()


def test_the_last_release_leaves_nothing_running(directory: Path) -> None:
    connections = ensure_running(directory, durable=False)
    with psycopg.connect(connections.app.for_psycopg()) as connection:
        assert connection.execute("SELECT current_user").fetchone() == ("portal_app",)
    release()
    assert server_pid(directory / "data") is None
    assert not list(Path(connections.app.host).iterdir())


def test_a_running_server_is_used_again(directory: Path, start_user: StartUser) -> None:
    assert said(start_user(directory)) == "up"
    first = server_pid(directory / "data")
    ensure_running(directory, durable=False)
    ensure_running(directory, durable=False)
    assert server_pid(directory / "data") == first


def test_a_release_does_not_stop_it_under_another_user(
    directory: Path, start_user: StartUser
) -> None:
    other = start_user(directory)
    assert said(other) == "up"
    connections = ensure_running(directory, durable=False)
    release()
    psycopg.connect(connections.app.for_psycopg()).close()
    other.communicate()
    assert server_pid(directory / "data") is None


def test_two_that_start_at_once_share_one_server(
    fresh_directory: Path, start_user: StartUser
) -> None:
    directory = fresh_directory
    users = [start_user(directory) for _ in range(3)]
    assert [said(user) for user in users] == ["up"] * 3
    assert (directory / "server.log").read_text().count("ready to accept connections") == 1
    for user in users:
        user.communicate()
    assert server_pid(directory / "data") is None


def test_a_killed_user_leaves_a_server_that_the_next_one_uses_and_stops(
    directory: Path, start_user: StartUser
) -> None:
    killed = start_user(directory)
    assert said(killed) == "up"
    killed.kill()
    killed.wait()
    left = server_pid(directory / "data")
    assert left is not None
    ensure_running(directory, durable=False)
    assert server_pid(directory / "data") == left
    release()
    assert server_pid(directory / "data") is None


def test_a_forked_child_counts_as_a_user_while_it_lives(directory: Path) -> None:
    forks = USER.replace("sys.stdin.read()", "import os\nif os.fork() == 0: sys.stdin.read()")
    command = [sys.executable, "-c", forks, str(directory)]
    pipe = subprocess.PIPE
    with subprocess.Popen(command, stdin=pipe, stdout=pipe, text=True) as parent:
        assert said(parent) == "up"
        parent.wait()
        assert server_pid(directory / "data") is not None
        assert parent.stdin is not None
        parent.stdin.close()
        assert wait_until(lambda: server_pid(directory / "data") is None, timeout_s=10)


def test_a_killed_server_comes_back_with_its_data(directory: Path) -> None:
    connections = ensure_running(directory)
    with psycopg.connect(connections.owner.for_psycopg()) as connection:
        connection.execute("CREATE TABLE kept (id int)")
    killed = server_pid(directory / "data")
    assert killed is not None
    os.kill(killed, signal.SIGKILL)
    assert wait_until(lambda: server_pid(directory / "data") is None, timeout_s=5)
    connections = ensure_running(directory)
    with psycopg.connect(connections.app.for_psycopg()) as connection:
        assert connection.execute("SELECT count(*) FROM kept").fetchone() == (0,)
