"""A sink in memory, and items to send to it."""

from __future__ import annotations

import gzip
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from uuid import UUID

import orjson
import zstandard

from integrations.core.records import Item
from integrations.datadog.framing import Delimited, Framing
from integrations.datadog.limits import LIMITS, DataTypeLimits
from integrations.http.client import Answer

NAMESPACE = UUID("6f7a6f0e-2a27-4f5c-9df3-0f7d0a9f2f11")

LIST = Delimited(b"[", b",", b"]")

SMALL = replace(
    LIMITS["logs"],
    max_records=5,
    max_item_bytes=120,
    goal_raw_bytes=200,
    max_raw_bytes=240,
    goal_compressed_bytes=90,
    max_compressed_bytes=110,
)
# Limits that a handful of short items meets.

_OPEN: dict[str, Callable[[bytes], bytes]] = {
    "zstd": lambda body: zstandard.ZstdDecompressor().decompress(body),
    "gzip": gzip.decompress,
    "deflate": zlib.decompress,
    "identity": lambda body: body,
}


def accepted() -> Answer:
    return Answer(status=202, headers={}, body=b"{}", elapsed_ms=3, received_at=0.0)


@dataclass
class MemorySink:
    """Answers every send as ``answer`` does; keeps what it got."""

    limits: DataTypeLimits = SMALL
    content_encoding: str = "zstd"
    answer: Callable[[bytes], Answer] = lambda body: accepted()
    data_type: str = "logs"
    framing: Framing = LIST
    sent: list[tuple[str, bytes]] = field(default_factory=list)

    def send(self, body: bytes, *, batch_id: str) -> Answer:
        self.sent.append((batch_id, body))
        return self.answer(body)

    def opened(self, body: bytes) -> bytes:
        return _OPEN[self.content_encoding](body)


def scripted(*outcomes: Answer | Exception) -> Callable[[bytes], Answer]:
    """Answers one outcome after the other."""
    remaining: Iterator[Answer | Exception] = iter(outcomes)

    def answer(body: bytes) -> Answer:
        outcome = next(remaining)
        if isinstance(outcome, Exception):
            raise outcome
        return outcome

    return answer


def item(number: int, text: str = "", *, occurred_at: float | None = None) -> Item:
    encoded = orjson.dumps({"n": number, "t": text})
    return Item(number, f"r{number}", encoded, occurred_at)
