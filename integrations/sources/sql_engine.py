"""Connections to vendors' databases: read-only, with timeouts, their errors in our words.

An engine is made once per process and database, after a fork; it is shared by threads.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import Connection, Engine, create_engine, make_url, text
from sqlalchemy.engine import URL
from sqlalchemy.exc import (
    ArgumentError,
    DBAPIError,
    InterfaceError,
    OperationalError,
    SQLAlchemyError,
)

from integrations.core.errors import IntegrationError, RetryLaterError
from integrations.core.secret import Secret
from integrations.sources.errors import SourceQueryError, SourceSetupError, SourceSignInError

CONNECT_TIMEOUT_S = 10
_POOL_SIZE = 2
# A worker reads few sources at a time, and a vendor's database has few connections to give.
_RECYCLE_S = 300
_ROWS_HELD = 1000
# How many rows of a result the client asks for at a time.

_DRIVERS = {
    "postgresql": "postgresql+psycopg",
    "postgres": "postgresql+psycopg",
    "mysql": "mysql+pymysql",
    "mariadb": "mariadb+pymysql",
}
_OPTIONS = frozenset(
    "host port sslmode sslrootcert ssl_ca ssl_verify_cert ssl_verify_identity charset".split()  # noqa: SIM905 - a list of words
)
# Others could read the server's files (MySQL's local_infile, read_default_file) or undo the below.

_SIGN_IN_CODES = frozenset({1044, 1045, 1049, 1130, 1698})
# MySQL: access denied, unknown database, host not allowed (mysqld error reference).
_QUERY_CODES = frozenset({1052, 1054, 1055, 1060, 1142, 1143, 1146, 1305, 1370})
# MySQL calls unknown columns and tables and missing grants operational, too.
_TIMEOUT_CODES = frozenset({"57014", 1969, 3024})
# PostgreSQL's query_canceled, MariaDB's and MySQL's statement time limit.
_REFUSED_BY_POSTGRESQL = ("authentication failed", "no pg_hba.conf entry")


def open_sql_engine(url: Secret, *, timeout_s: float) -> Engine:
    """An engine for ``postgresql://…``, ``mysql://…`` or ``mariadb://…``."""
    try:
        parsed = make_url(url.reveal())
    except (ArgumentError, ValueError) as exc:
        raise SourceSetupError("That is not the URL of a database.") from exc
    backend = parsed.get_backend_name()
    if backend not in _DRIVERS:
        raise SourceSetupError("Only PostgreSQL, MySQL and MariaDB are read.")
    unknown = set(parsed.query) - _OPTIONS
    if unknown:
        raise SourceSetupError(f'The option "{min(unknown)}" is not taken in the URL.')
    return create_engine(
        parsed.set(drivername=_DRIVERS[backend]),
        pool_size=_POOL_SIZE,
        max_overflow=_POOL_SIZE,
        pool_recycle=_RECYCLE_S,
        pool_pre_ping=True,
        hide_parameters=True,
        connect_args=_connect_args(parsed, timeout_s),
    )


@contextmanager
def read_only(engine: Engine, *, timeout_s: float) -> Iterator[Connection]:
    """One transaction that can write nothing, in UTC, whose results are streamed."""
    with _in_our_words(timeout_s), engine.connect() as connection:
        for statement in _opening(connection, timeout_s):
            connection.execute(text(statement))
        yield connection.execution_options(yield_per=_ROWS_HELD)


def _connect_args(url: URL, timeout_s: float) -> dict[str, object]:
    if url.get_backend_name() in ("mysql", "mariadb"):
        waits = {"read_timeout": int(timeout_s) + 5, "write_timeout": CONNECT_TIMEOUT_S}
        return {"connect_timeout": CONNECT_TIMEOUT_S, **waits}
    unheard_ms = int(timeout_s * 1000) + 5000
    return {"connect_timeout": CONNECT_TIMEOUT_S, "tcp_user_timeout": unheard_ms}


def _opening(connection: Connection, timeout_s: float) -> list[str]:
    if connection.dialect.name == "postgresql":
        return [
            "SET TRANSACTION READ ONLY",
            "SET LOCAL TIME ZONE 'UTC'",
            f"SET LOCAL statement_timeout = {int(timeout_s * 1000)}",
        ]
    limit = f"max_statement_time = {timeout_s}"
    if not getattr(connection.dialect, "is_mariadb", False):
        limit = f"max_execution_time = {int(timeout_s * 1000)}"
    zone = "SET SESSION time_zone = '+00:00'"
    return [zone, f"SET SESSION {limit}", "SET SESSION TRANSACTION READ ONLY"]


@contextmanager
def _in_our_words(timeout_s: float) -> Iterator[None]:
    try:
        yield
    except DBAPIError as exc:
        raise _translated(exc, timeout_s) from exc
    except SQLAlchemyError as exc:
        raise RetryLaterError("The database could not be read.") from exc


def _translated(exc: DBAPIError, timeout_s: float) -> IntegrationError:
    original = exc.orig
    number = next(iter(getattr(original, "args", ())), None)
    code = number if isinstance(number, int) else getattr(original, "sqlstate", None)
    words = _words(original)
    if code in _TIMEOUT_CODES:
        return RetryLaterError(
            f"The database was still searching after {timeout_s:g} seconds. An index on the "
            "organisation, cursor and key columns makes it quick."
        )
    if code in _SIGN_IN_CODES or any(text in words for text in _REFUSED_BY_POSTGRESQL):
        return SourceSignInError(f"The database refuses the sign-in: {words}")
    if isinstance(exc, OperationalError | InterfaceError) and code not in _QUERY_CODES:
        return RetryLaterError(f"The database cannot be reached: {words}")
    return SourceQueryError(f"The database refuses the query: {words}")


def _words(original: BaseException | None) -> str:
    """The first line of what the database says, without MySQL's number."""
    args = getattr(original, "args", ())
    said = str(args[-1]) if args else ""
    return (said.strip().splitlines() or ["no reason given."])[0][:300]
