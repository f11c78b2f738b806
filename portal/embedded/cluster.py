"""Makes, starts and stops one PostgreSQL cluster; its callers hold the startup lock.

Must not know the portal's roles. Reads /proc, so it runs on Linux.
"""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from portal.embedded.errors import EmbeddedPostgresError
from portal.embedded.place import PORT, Place

ADMIN = "postgres"

START_TIMEOUT_S = 60
"""pg_ctl's own default; crash recovery of a large database takes some of it."""
START_ATTEMPTS = 3
"""The memory of a killed server is free only a moment after its processes are gone."""
NEVER_A_PID = 2**22 + 1
"""Above the highest pid that Linux gives out (PID_MAX_LIMIT in proc(5))."""
LOG_KEPT_BYTES = 10_000_000
"""A log beyond this is put aside at the next start: weeks of a machine in use."""
LOG_LINES_SHOWN = 12

_ACCESS = "# Passwords only, and only on the socket.\nlocal all all scram-sha-256\n"

# Statements and the rows in error details may hold secrets and never reach the log.
_SETTINGS = """\
listen_addresses = ''
port = {port}
unix_socket_directories = '{sockets}'
unix_socket_permissions = 0700
password_encryption = 'scram-sha-256'
max_connections = 200
shared_buffers = '128MB'
wal_level = minimal
max_wal_senders = 0
jit = off
timezone = 'UTC'
log_timezone = 'UTC'
log_line_prefix = '%m [%p] %u@%d '
log_min_error_statement = panic
log_error_verbosity = terse
"""
_NOT_DURABLE = "fsync = off\nsynchronous_commit = off\nfull_page_writes = off\n"

# PG* variables of the caller would redirect the server's programs.
_ENVIRONMENT = {"PATH": "/usr/bin:/bin", "LC_ALL": "C"}


def create(place: Place, *, password: str, durable: bool) -> None:
    """Make the data directory in one step: it is whole, or it is not there."""
    for leftover in place.home.glob("new-*"):
        shutil.rmtree(leftover, ignore_errors=True)
    fresh = Path(tempfile.mkdtemp(prefix="new-", dir=place.home))
    data = fresh / "data"
    data.mkdir(mode=0o700)
    fresh.chmod(0o711)
    place.give(data)
    _write(place, path=fresh / "password", text=password)
    options = [f"--pwfile={fresh / 'password'}", *([] if durable else ["--no-sync"])]
    _run_initdb(place, data=data, options=options)
    _write(place, path=data / "pg_hba.conf", text=_ACCESS)
    with (data / "postgresql.conf").open("a") as file:
        file.write("\ninclude 'portal.conf'\n")
    data.rename(place.data)
    shutil.rmtree(fresh)


def start(place: Place, *, durable: bool) -> None:
    """Start the server and wait until it answers."""
    _check_version(place)
    _clear_remains(place)
    sockets = str(place.sockets).replace("'", "''")
    text = _SETTINGS.format(port=PORT, sockets=sockets) + ("" if durable else _NOT_DURABLE)
    _write(place, path=place.data / "portal.conf", text=text)
    if place.log.exists() and place.log.stat().st_size > LOG_KEPT_BYTES:
        place.log.replace(place.log.with_suffix(".log.1"))
    command = ["pg_ctl", "start", "-w", "-t", str(START_TIMEOUT_S), "-D", str(place.data)]
    for _ in range(START_ATTEMPTS):
        # A failure with a server there: a killed starter's pg_ctl was still at work.
        if not _run(place, command) or server_pid(place.data):
            return
        time.sleep(0.2)
    raise EmbeddedPostgresError(failure(place, "PostgreSQL does not start"))


def stop(data: Path) -> None:
    """Stop the server: first in order, and by force if it does not listen."""
    pid = server_pid(data)
    if pid is None:
        return
    # SIGINT ends sessions and writes a checkpoint, SIGQUIT leaves that to the next start.
    for number, patience_s in ((signal.SIGINT, 30), (signal.SIGQUIT, 5), (signal.SIGKILL, 5)):
        os.kill(pid, number)
        if wait_until(lambda: not _is_server(pid, data), timeout_s=patience_s):
            return


def server_pid(data: Path) -> int | None:
    """The running server's pid; None also when its pid file points at a stranger."""
    try:
        pid = int((data / "postmaster.pid").read_text().split("\n", 1)[0])
    except (FileNotFoundError, ValueError):
        return None
    return pid if _is_server(pid, data) else None


def wait_until(condition: Callable[[], bool], *, timeout_s: float) -> bool:
    """Ask again and again; False when the time is up."""
    deadline = time.monotonic() + timeout_s
    while not condition():
        if time.monotonic() > deadline:
            return False
        time.sleep(0.01)
    return True


def failure(place: Place, sentence: str) -> str:
    """The sentence and the last lines of the server's log."""
    lines = place.log.read_text(errors="replace").splitlines() if place.log.exists() else []
    return "\n".join([f"{sentence}. The end of {place.log}:", *lines[-LOG_LINES_SHOWN:]])


def _is_server(pid: int, data: Path) -> bool:
    """Every process of a PostgreSQL server works in its data directory."""
    try:
        program = Path(f"/proc/{pid}/exe").readlink().name
        return program.startswith("postgres") and Path(f"/proc/{pid}/cwd").readlink() == data
    except OSError:  # gone, or another account's
        return False


def _check_version(place: Place) -> None:
    found = (place.data / "PG_VERSION").read_text().strip()
    command = [str(place.programs / "postgres"), "--version"]
    words = subprocess.check_output(command, text=True).split()  # noqa: S603 - the wheel's program
    if found != words[2].split(".")[0]:
        raise EmbeddedPostgresError(
            f"{place.data} was made by PostgreSQL {found} and this is PostgreSQL {words[2]}. "
            f"Move the data over with that version's pg_dump, or delete {place.directory} "
            "to start with an empty database."
        )


def _clear_remains(place: Place) -> None:
    """What a killed server leaves: children, sockets, and a pid that somebody else has by now."""
    for entry in Path("/proc").glob("[0-9]*"):
        if _is_server(int(entry.name), place.data):
            os.kill(int(entry.name), signal.SIGKILL)
    for socket in place.sockets.iterdir():
        socket.unlink()
    path = place.data / "postmaster.pid"
    lines = path.read_text().split("\n") if path.exists() else []
    if not lines:
        return
    if not lines[0].isdigit():  # killed while it wrote the file
        path.unlink()
        return
    # The other lines stay: by them PostgreSQL finds out whether its memory is still in use.
    with path.open("r+") as file:
        file.write("\n".join([str(NEVER_A_PID), *lines[1:]]))
        file.truncate()


def _run_initdb(place: Place, *, data: Path, options: list[str]) -> None:
    command = ["initdb", "-D", str(data), "-U", ADMIN, "--encoding=UTF8", *options]
    # Without these two, initdb lets every local user in as superuser.
    command += ["--auth-local=scram-sha-256", "--auth-host=scram-sha-256"]
    # The same order of text on every machine, whatever locales it has.
    command += ["--locale=C", "--locale-provider=builtin", "--builtin-locale=C.UTF-8"]
    if _run(place, command):
        raise EmbeddedPostgresError(failure(place, "PostgreSQL cannot make its data directory"))


def _run(place: Place, command: list[str]) -> int:
    """Run a program of the wheel as the server's account; its words go to the log."""
    account = place.account
    descriptor = os.open(place.log, os.O_WRONLY | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC, 0o600)
    with os.fdopen(descriptor, "wb") as log:
        return subprocess.run(  # noqa: S603 - one of the wheel's programs
            [str(place.programs / command[0]), *command[1:]],
            check=False,
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            cwd="/",
            env=_ENVIRONMENT,
            umask=0o077,
            user=account.uid if account else None,
            group=account.gid if account else None,
            extra_groups=[] if account else None,
        ).returncode


def _write(place: Place, *, path: Path, text: str) -> None:
    """Write a file that only the server's account can read."""
    path.touch(mode=0o600)
    path.write_text(text)
    place.give(path)
