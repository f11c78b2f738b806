"""The portal's database as its administrator sees it: past row-level security, after a crash."""

from __future__ import annotations

import os
import signal
import threading
import time
from contextlib import suppress
from pathlib import Path
from typing import Any, NamedTuple

import psycopg

from portal.embedded.errors import EmbeddedPostgresError
from portal.embedded.place import data_of
from portal.embedded.postgres import ensure_running

PATIENCE_SECONDS = 30.0

Row = tuple[Any, ...]


class Held(NamedTuple):
    """A run under a lease."""

    run: str
    token: int
    pid: int


class Books:
    """One connection for one thread, made anew when the server was killed."""

    def __init__(self, var: Path) -> None:
        self._directory = var / "postgres"
        self._local = threading.local()

    def rows(self, sql: str, *values: object) -> list[Row]:
        """Ask; as often as it takes until there is a server that answers."""
        ends = time.monotonic() + PATIENCE_SECONDS
        while True:
            try:
                return self._connection().execute(sql, values).fetchall()
            except (psycopg.OperationalError, EmbeddedPostgresError):
                self._local.connection = None
                if time.monotonic() > ends:
                    raise
                time.sleep(0.05)

    def _connection(self) -> psycopg.Connection[Row]:
        known: psycopg.Connection[Row] | None = getattr(self._local, "connection", None)
        if known is None:
            admin = ensure_running(self._directory).admin
            known = psycopg.connect(admin.for_psycopg(), dbname="portal", autocommit=True)
            self._local.connection = known
        return known

    def number(self, sql: str, *values: object) -> int:
        return int(self.rows(sql, *values)[0][0] or 0)

    def held(self) -> list[Held]:
        """Runs that a worker has, or had when it died."""
        found = self.rows(
            "SELECT id, lease_token, lease_owner FROM syncs_syncrun WHERE state = 'running'"
        )
        return [
            Held(str(run), token, int(owner.rpartition(":")[2]))
            for run, token, owner in found
            if owner
        ]

    def kill_server(self) -> float:
        """Kill -9 of the postmaster; returns the seconds until the database answers again."""
        pid = int((data_of(self._directory) / "postmaster.pid").read_text().split()[0])
        began = time.monotonic()
        with suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)
        self._local.connection = None
        self.number("SELECT 1")
        return time.monotonic() - began
