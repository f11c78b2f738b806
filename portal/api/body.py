"""A request's body as bounded plain bytes: decompressed a block at a time, counted and hashed.

Knows neither records nor requests; whatever is over a limit or torn raises ProblemError.
"""

from __future__ import annotations

import hashlib
import zlib
from typing import Protocol

from portal.api.domain import MAX_RAW_BYTES, ProblemError

_GZIP = 31
# zlib's "window bits" for a gzip header and 32 KiB of window.


class Readable(Protocol):
    def read(self, size: int, /) -> bytes: ...


class Body:
    """The plain bytes. ``fingerprint`` tells bodies apart once everything was read."""

    def __init__(self, stream: Readable, *, length: int, gzipped: bool, context: str) -> None:
        sent = _Sent(stream, length)
        self._source: Readable = _Inflated(sent) if gzipped else sent
        self._digest = hashlib.sha256(context.encode())
        self._size = 0

    def read(self, size: int, /) -> bytes:
        block = self._source.read(size)
        self._size += len(block)
        if self._size > MAX_RAW_BYTES:
            raise ProblemError(
                "too-large", f"The body is larger than {MAX_RAW_BYTES:,} bytes when decompressed."
            )
        self._digest.update(block)
        return block

    @property
    def fingerprint(self) -> bytes:
        return self._digest.digest()


class _Sent:
    """What comes over the network, which has to be as long as it was announced."""

    def __init__(self, stream: Readable, length: int) -> None:
        self._stream = stream
        self._missing = length

    def read(self, size: int, /) -> bytes:
        block = self._stream.read(min(size, self._missing)) if self._missing else b""
        if self._missing and not block:
            raise ProblemError(
                "malformed-request", f"The body ended {self._missing:,} bytes before its length."
            )
        self._missing -= len(block)
        return block


class _Inflated:
    """One gzip member, decompressed in blocks of bounded size whatever its ratio."""

    def __init__(self, source: Readable) -> None:
        self._source = source
        self._inflater = zlib.decompressobj(_GZIP)

    def read(self, size: int, /) -> bytes:
        while not self._inflater.eof:
            data = self._inflater.unconsumed_tail or self._source.read(size)
            plain = self._decompressed(data, size)
            if plain:
                return plain
            # Without input, zlib gave what it still held; now there is nothing more.
            if not data and not self._inflater.eof:
                raise ProblemError("malformed-request", "The gzip body is cut off.")
        if self._inflater.unused_data or self._source.read(1):
            raise ProblemError("malformed-request", "Something follows the end of the gzip body.")
        return b""

    def _decompressed(self, data: bytes, size: int) -> bytes:
        try:
            return self._inflater.decompress(data, size)
        except zlib.error as error:
            raise ProblemError("malformed-request", "The body is not valid gzip.") from error
