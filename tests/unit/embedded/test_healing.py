"""What a killed run or an unlucky directory leaves behind heals, or is told in a sentence."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Callable
from pathlib import Path

import psycopg
import pytest

from portal.embedded.cluster import server_pid
from portal.embedded.errors import EmbeddedPostgresError
from portal.embedded.postgres import ensure_running, release
from tests.unit.embedded.conftest import remove


def answers(directory: Path) -> bool:
    connections = ensure_running(directory, durable=False)
    with psycopg.connect(connections.app.for_psycopg()) as connection:
        return connection.execute("SELECT 1").fetchone() == (1,)


def write_strangers_pid(directory: Path) -> None:
    (directory / "data" / "postmaster.pid").write_text(f"{os.getpid()}\n{directory}/data\n1\n5432")


def write_empty_pid_file(directory: Path) -> None:
    (directory / "data" / "postmaster.pid").touch()


def leave_a_socket(directory: Path) -> None:
    for sockets in directory.glob("run-*"):
        (sockets / ".s.PGSQL.5432").touch()
        (sockets / ".s.PGSQL.5432.lock").write_text(f"{os.getpid()}\n")


def leave_half_an_initdb(directory: Path) -> None:
    shutil.rmtree(directory / "data")
    (directory / "new-killed" / "data" / "base").mkdir(parents=True)


def lose_the_bootstrap(directory: Path) -> None:
    (directory / "bootstrapped").unlink()


@pytest.mark.parametrize(
    "leave",
    [
        write_strangers_pid,
        write_empty_pid_file,
        leave_a_socket,
        leave_half_an_initdb,
        lose_the_bootstrap,
    ],
)
def test_it_heals(directory: Path, leave: Callable[[Path], None]) -> None:
    leave(directory)
    assert answers(directory)
    assert not list(directory.glob("new-*"))


def test_a_moved_directory_still_works(directory: Path) -> None:
    moved = directory.rename(directory.with_name("moved"))
    assert answers(moved)
    release()
    moved.rename(directory)


def test_a_lost_socket_is_made_again(directory: Path) -> None:
    connections = ensure_running(directory, durable=False)
    (Path(connections.app.host) / ".s.PGSQL.5432").unlink()
    assert answers(directory)


def test_a_path_too_long_for_a_socket_gets_a_short_one(fresh_directory: Path) -> None:
    deep = fresh_directory / ("d" * 90)
    try:
        assert answers(deep)
        sockets = Path(ensure_running(deep, durable=False).app.host)
        assert sockets.stat().st_mode & 0o777 == 0o700
        release()
        assert answers(deep)
        assert Path(ensure_running(deep, durable=False).app.host) == sockets
        release()
        sockets.rmdir()
    finally:
        remove(deep)


@pytest.mark.skipif(os.geteuid() != 0, reason="only root runs it as another account")
def test_root_may_start_it_in_a_closed_directory() -> None:
    closed = Path(tempfile.mkdtemp())
    try:
        assert answers(closed / "postgres")
        assert closed.stat().st_mode & 0o777 == 0o700
    finally:
        remove(closed / "postgres")
        closed.rmdir()


def test_the_data_of_another_major_version_is_refused(directory: Path) -> None:
    (directory / "data" / "PG_VERSION").write_text("15\n")
    with pytest.raises(EmbeddedPostgresError, match="made by PostgreSQL 15 and this is"):
        ensure_running(directory, durable=False)


def test_a_failing_start_shows_the_end_of_the_log(directory: Path) -> None:
    with (directory / "data" / "postgresql.conf").open("a") as file:
        file.write("max_connections = many\n")
    with pytest.raises(EmbeddedPostgresError, match=r"(?s)does not start.*max_connections"):
        ensure_running(directory, durable=False)
    assert server_pid(directory / "data") is None


def test_lost_passwords_are_told_before_anything_is_touched(directory: Path) -> None:
    record = (directory / "server.json").rename(directory / "away")
    with pytest.raises(EmbeddedPostgresError, match=r"server\.json is missing"):
        ensure_running(directory, durable=False)
    record.rename(directory / "server.json")
    assert answers(directory)
