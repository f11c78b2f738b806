"""An embedded PostgreSQL for one machine: there while a process of the portal needs it.

Every process holds a shared lock on a file; the last one to end stops the server. A killed one
frees its lock with its last breath, and what it left running is used by the next.
"""

from __future__ import annotations

import atexit
import os
from pathlib import Path

import psycopg
from psycopg import sql

from portal.embedded import cluster, roles
from portal.embedded.connections import Connection, Connections
from portal.embedded.errors import EmbeddedPostgresError
from portal.embedded.locks import exclusive, hold_shared, nobody_holds
from portal.embedded.place import PORT, SOCKET_NAME, Place, data_of, find_place

_STARTUP_LOCK = "startup.lock"
_USERS_LOCK = "users.lock"
_BOOTSTRAPPED = "bootstrapped"

_held: dict[Path, int] = {}
"""The users lock that this process, or the one it was forked from, holds per directory."""
_known: dict[Path, tuple[Place, Connections]] = {}
"""Servers that this process has found up: asking again takes no lock and no connection."""


def ensure_running(directory: Path, *, durable: bool = True) -> Connections:
    """Start the server in this directory unless it is up, and keep it up until `release`.

    `durable=False` trades safety in a power cut for speed and suits a test suite in a directory
    of its own: whoever starts the server decides.
    """
    directory = directory.resolve()
    known = _known.get(directory)
    if known and _is_reachable(known[0]):
        return known[1]
    try:
        directory.mkdir(parents=True, exist_ok=True)
        with exclusive(directory / _STARTUP_LOCK):
            _hold(directory)
            _known[directory] = _bring_up(directory, durable=durable)
    except PermissionError as error:
        raise EmbeddedPostgresError(
            f"{error.filename} cannot be used: the embedded database belongs to another user of "
            "this machine. Run the portal as that user, or set DATABASE_URL."
        ) from error
    except (OSError, psycopg.Error) as error:
        log = directory / "server.log"
        message = f"The embedded PostgreSQL in {directory} cannot be used ({error}). See {log}."
        raise EmbeddedPostgresError(message) from error
    return _known[directory][1]


def release(directory: Path | None = None) -> None:
    """Let go of one server, or of all; the last user stops it. Also runs at exit."""
    for path in [directory.resolve()] if directory else list(_held):
        descriptor = _held.pop(path, None)
        if descriptor is None:
            continue
        _known.pop(path, None)
        os.close(descriptor)
        if path.exists():
            _stop_if_unused(path)


def create_database(
    connections: Connections, name: str, *, owner: str = roles.OWNER, template: str | None = None
) -> None:
    """Make a database with the portal's privileges, for instance for a test run."""
    dsn = connections.admin.for_psycopg()
    with psycopg.connect(dsn, autocommit=True) as connection:
        roles.make_database(connection, name, owner=owner, template=template)
    roles.prepare_database(dsn, name, owner=owner)


def drop_database(connections: Connections, name: str) -> None:
    """Drop the database if it exists, with whatever is still connected to it."""
    statement = sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name))
    with psycopg.connect(connections.admin.for_psycopg(), autocommit=True) as connection:
        connection.execute(statement)


def _hold(directory: Path) -> None:
    if directory in _held:
        return
    if not _held:
        atexit.unregister(release)
        atexit.register(release)
    _held[directory] = hold_shared(directory / _USERS_LOCK)


def _stop_if_unused(directory: Path) -> None:
    # The startup lock keeps a newcomer from finding the server just before it stops.
    with exclusive(directory / _STARTUP_LOCK):
        if nobody_holds(directory / _USERS_LOCK):
            cluster.stop(data_of(directory))


def _bring_up(directory: Path, *, durable: bool) -> tuple[Place, Connections]:
    place = find_place(directory)
    if not place.data.exists():
        (directory / _BOOTSTRAPPED).unlink(missing_ok=True)
        cluster.create(place, password=place.record.admin, durable=durable)
    if not _is_reachable(place):
        cluster.stop(place.data)
        cluster.start(place, durable=durable)
    connections = _connections(place)
    _wait_for_answer(place, connections.admin)
    if not (directory / _BOOTSTRAPPED).exists():
        roles.bootstrap(connections.admin.for_psycopg(), passwords=place.record.passwords)
        (directory / _BOOTSTRAPPED).touch()
    return place, connections


def _is_reachable(place: Place) -> bool:
    """Up, with its socket where we look for it: a moved clone or a cleaned /tmp loses it."""
    if cluster.server_pid(place.data) is None:
        return False
    # A server makes its socket within milliseconds after the file with its pid.
    return cluster.wait_until((place.sockets / SOCKET_NAME).exists, timeout_s=1)


def _connections(place: Place) -> Connections:
    passwords = place.record.passwords.by_role()

    def connection(user: str, password: str, database: str = roles.DATABASE) -> Connection:
        return Connection(str(place.sockets), PORT, database, user, password)

    return Connections(
        app=connection(roles.APP, passwords[roles.APP]),
        owner=connection(roles.OWNER, passwords[roles.OWNER]),
        support=connection(roles.SUPPORT, passwords[roles.SUPPORT]),
        admin=connection(cluster.ADMIN, place.record.admin, "postgres"),
    )


def _wait_for_answer(place: Place, admin: Connection) -> None:
    """A server that a killed process had just started may still be recovering."""

    def answers() -> bool:
        try:
            psycopg.connect(admin.for_psycopg(), connect_timeout=10).close()
        except psycopg.OperationalError as error:
            if "starting up" in str(error) or "recovery" in str(error):
                return False
            raise
        return True

    if not cluster.wait_until(answers, timeout_s=cluster.START_TIMEOUT_S):
        raise EmbeddedPostgresError(cluster.failure(place, "PostgreSQL does not answer"))
