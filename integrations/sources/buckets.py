"""Files in S3 and the like, through fsspec. Needs the extra ``s3``; nothing else imports this."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import fsspec
from fsspec.spec import AbstractFileSystem

from integrations.core.errors import RetryLaterError
from integrations.sources.errors import SourceFileError
from integrations.sources.file_storage import FileEntry, check_pattern

_TIMES = ("LastModified", "mtime", "last_modified", "created")
# How fsspec's file systems call the time of the last change; S3's is the first.


class BucketStorage:
    """Objects below a root such as ``bucket/prefix``."""

    def __init__(self, filesystem: AbstractFileSystem, root: str) -> None:
        self._filesystem = filesystem
        self._root = root.strip("/")

    def find(self, pattern: str) -> list[FileEntry]:
        """See ``Storage.find``."""
        check_pattern(pattern)
        self._filesystem.invalidate_cache()  # a worker lives longer than a listing is true
        try:
            found = self._filesystem.glob(f"{self._root}/{pattern}", detail=True)
        except PermissionError as exc:
            raise SourceFileError("The bucket refuses the credentials.", path=self._root) from exc
        except OSError as exc:
            raise RetryLaterError("The bucket could not be listed.") from exc
        return [
            FileEntry(self._below_root(path), int(info["size"] or 0), _modified(info))
            for path, info in found.items()
            if info["type"] == "file"
        ]

    def read(self, path: str, *, offset: int, size: int) -> bytes:
        """See ``Storage.read``."""
        try:
            data = self._filesystem.cat_file(
                f"{self._root}/{path}", start=offset, end=offset + size
            )
        except PermissionError as exc:
            raise SourceFileError(f"{path} cannot be read.", path=path) from exc
        except OSError as exc:
            raise RetryLaterError("A file could not be read.") from exc
        return bytes(data)

    def _below_root(self, path: str) -> str:
        return path.lstrip("/").removeprefix(f"{self._root}/")


def open_s3(root: str, **options: Any) -> BucketStorage:
    """S3 or what speaks like it; ``options`` are s3fs's (key, secret, endpoint_url …)."""
    return BucketStorage(fsspec.filesystem("s3", **options), root)


def _modified(info: dict[str, Any]) -> float:
    for name in _TIMES:
        value = info.get(name)
        if isinstance(value, datetime):
            return value.replace(tzinfo=value.tzinfo or UTC).timestamp()
        if isinstance(value, int | float):
            return float(value)
    return 0.0
