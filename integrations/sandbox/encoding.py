"""Undoes Content-Encoding without ever holding more than the limit: a bomb is refused early."""

from __future__ import annotations

import io
import zlib
from collections.abc import Callable

import zstandard

from integrations.sandbox.answers import Refuse
from integrations.sandbox.limits import BodyLimits

TOO_LARGE = 413
BAD_REQUEST = 400
_ZLIB_WBITS, _GZIP_WBITS = 15, 31


def _inflate(data: bytes, limit: int, wbits: int) -> bytes:
    machine = zlib.decompressobj(wbits)
    raw = machine.decompress(data, limit + 1)
    if len(raw) <= limit and not machine.eof:
        raise zlib.error("incomplete stream")
    return raw


def _zstd(data: bytes, limit: int) -> bytes:
    with zstandard.ZstdDecompressor().stream_reader(
        io.BytesIO(data), read_across_frames=True
    ) as reader:
        return reader.read(limit + 1)


_DECODERS: dict[str, Callable[[bytes, int], bytes]] = {
    "identity": lambda data, limit: data,
    "deflate": lambda data, limit: _inflate(data, limit, _ZLIB_WBITS),
    "gzip": lambda data, limit: _inflate(data, limit, _GZIP_WBITS),
    "zstd": _zstd,
    "zstd1": _zstd,
}


def decoded(data: bytes, *, encoding: str, limits: BodyLimits, refuse: Refuse) -> bytes:
    """The body as it was before compression; 413 beyond a limit, 400 when it does not open."""
    name = encoding.strip().lower() or "identity"
    if name not in limits.encodings:
        raise refuse(BAD_REQUEST, f"Unsupported Content-Encoding: {name[:40]}")
    if len(data) > limits.sent_bytes:
        raise refuse(TOO_LARGE, "Payload too large")
    try:
        raw = _DECODERS[name](data, limits.raw_bytes)
    except (zlib.error, zstandard.ZstdError) as error:
        raise refuse(BAD_REQUEST, f"Payload cannot be decompressed as {name}") from error
    if len(raw) > limits.raw_bytes:
        raise refuse(TOO_LARGE, "Payload too large: decompressed size above the limit")
    return raw
