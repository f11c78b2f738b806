"""Real databases for the SQL source: the embedded PostgreSQL, and a MariaDB where one answers."""

from __future__ import annotations

import os
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sqlalchemy import URL, create_engine, text

from integrations.core.secret import Secret
from portal.embedded.postgres import create_database, drop_database, ensure_running

ROOT = Path(__file__).resolve().parents[3]
MARIADB = ("127.0.0.1", 3306)


@dataclass(frozen=True)
class Database:
    """A database that a test may write to; ``table`` is its own."""

    url: Secret
    name: str
    table: str

    def run(self, *statements: str, **values: Any) -> None:
        driver = {"postgresql": "postgresql+psycopg", "mariadb": "mariadb+pymysql"}[self.name]
        engine = create_engine(self.url.reveal().replace(f"{self.name}://", f"{driver}://", 1))
        with engine.begin() as connection:
            for statement in statements:
                connection.execute(text(statement.replace("TABLE_NAME", self.table)), values)
        engine.dispose()


@contextmanager
def postgresql() -> Iterator[Database]:
    server = ensure_running(ROOT / "var" / "postgres")
    name = f"test_sources_{os.getpid()}"
    create_database(server, name)
    url = URL.create(
        "postgresql",
        username=server.admin.user,
        password=server.admin.password,
        database=name,
        query={"host": server.admin.host, "port": str(server.admin.port)},
    )
    try:
        yield Database(Secret(url.render_as_string(hide_password=False)), "postgresql", "orders")
    finally:
        drop_database(server, name)


@contextmanager
def mariadb() -> Iterator[Database]:
    url = "mariadb://root@{}:{}/test".format(*MARIADB)
    database = Database(Secret(url), "mariadb", f"orders_{os.getpid()}")
    try:
        yield database
    finally:
        database.run("DROP TABLE IF EXISTS TABLE_NAME")


def mariadb_answers() -> bool:
    try:
        socket.create_connection(MARIADB, timeout=0.5).close()
    except OSError:
        return False
    return True
