"""Where a file source's files lie: what is there, and bytes from the middle of one.

``LocalStorage`` is a directory; buckets.py has the ones behind fsspec.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from integrations.core.errors import RetryLaterError
from integrations.sources.errors import SourceFileError, SourceSetupError


@dataclass(frozen=True, slots=True)
class FileEntry:
    """A file as it was listed; ``modified`` is epoch seconds."""

    path: str
    size: int
    modified: float


class Storage(Protocol):
    """Files by their paths below a root."""

    def find(self, pattern: str) -> list[FileEntry]:
        """The files that match a glob pattern."""

    def read(self, path: str, *, offset: int, size: int) -> bytes:
        """Up to ``size`` bytes; fewer only at the end of the file."""


class LocalStorage:
    """Files below one directory. A link that leads out of it is not followed."""

    def __init__(self, root: Path) -> None:
        self._root = root.resolve()

    def find(self, pattern: str) -> list[FileEntry]:
        """See ``Storage.find``."""
        check_pattern(pattern)
        if not self._root.is_dir():
            raise SourceFileError("The source's directory is not there.", path=str(self._root))
        try:
            found = [path for path in self._root.glob(pattern) if self._is_inside(path)]
            return [self._entry(path) for path in found]
        except FileNotFoundError as exc:
            raise RetryLaterError("A file went away while the directory was listed.") from exc
        except OSError as exc:
            raise SourceFileError("The directory cannot be read.", path=str(self._root)) from exc

    def read(self, path: str, *, offset: int, size: int) -> bytes:
        """See ``Storage.read``."""
        try:
            with (self._root / path).open("rb") as file:
                file.seek(offset)
                return file.read(size)
        except FileNotFoundError as exc:
            raise RetryLaterError("A file went away while it was read.") from exc
        except OSError as exc:
            raise SourceFileError(f"{path} cannot be read.", path=path) from exc

    def _is_inside(self, path: Path) -> bool:
        return path.is_file() and path.resolve().is_relative_to(self._root)

    def _entry(self, path: Path) -> FileEntry:
        stat = path.stat()
        return FileEntry(str(path.relative_to(self._root)), stat.st_size, stat.st_mtime)


def check_pattern(pattern: str) -> None:
    """SourceSetupError for a pattern that leads out of the root."""
    steps = pattern.split("/")
    if not pattern or pattern.startswith("/") or ".." in steps or "\0" in pattern:
        raise SourceSetupError("A pattern of files is relative and stays below the directory.")
