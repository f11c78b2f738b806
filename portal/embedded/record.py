"""What one embedded server remembers beside its data: passwords, and where its files are."""

from __future__ import annotations

import json
import os
import secrets
from dataclasses import asdict, dataclass, field
from pathlib import Path

from portal.embedded.errors import EmbeddedPostgresError
from portal.embedded.roles import RolePasswords

FILE_NAME = "server.json"


@dataclass(frozen=True, slots=True)
class ServerRecord:
    """Kept in a file that only the user of the portal can read."""

    identity: str
    """Names the socket directory, so that a deleted server's last breath removes no new socket."""
    home: str | None
    """Where the server's files are, if not in the portal's directory."""
    short_socket_directory: str | None = None
    """Used when a socket in `home` would have too long a path."""
    admin: str = field(default="", repr=False)
    owner: str = field(default="", repr=False)
    app: str = field(default="", repr=False)
    support: str = field(default="", repr=False)

    @property
    def passwords(self) -> RolePasswords:
        return RolePasswords(owner=self.owner, app=self.app, support=self.support)


def new_record(*, home: Path | None) -> ServerRecord:
    """A record with fresh passwords."""
    words = [secrets.token_urlsafe(24) for _ in range(4)]
    return ServerRecord(
        secrets.token_hex(4),
        str(home) if home else None,
        admin=words[0],
        owner=words[1],
        app=words[2],
        support=words[3],
    )


def load_record(directory: Path) -> ServerRecord | None:
    path = directory / FILE_NAME
    try:
        return ServerRecord(**json.loads(path.read_bytes()))
    except FileNotFoundError:
        return None
    except (ValueError, TypeError) as error:
        raise EmbeddedPostgresError(
            f"{path} is damaged. Restore it, or delete {directory} to start with an empty database."
        ) from error


def save_record(directory: Path, record: ServerRecord) -> None:
    """Replace the file in one step: a kill leaves the old one or the new one."""
    fresh = directory / f"{FILE_NAME}.new"
    descriptor = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC, 0o600)
    with os.fdopen(descriptor, "w") as file:
        json.dump(asdict(record), file, indent=2)
        file.flush()
        os.fsync(file.fileno())
    fresh.replace(directory / FILE_NAME)
