"""How items stand together in one body, per data type and form. Knows no compression and no HTTP.

A framing never opens an item: what was encoded once goes out as it is.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from operator import attrgetter
from types import MappingProxyType
from typing import Protocol

from integrations.core.records import Item

OTLP_PROTOBUF = "otlp_protobuf"
OTLP_JSON = "otlp_json"
AGENT_FORMS = ("agent_v0.3_json", "agent_v0.4_json", "agent_v0.3_msgpack", "agent_v0.4_msgpack")


class Framing(Protocol):
    """Puts items into a body of at most ``frame_bytes`` + every item and its ``item_bytes``."""

    @property
    def frame_bytes(self) -> int: ...
    @property
    def item_bytes(self) -> int: ...

    def framed(self, items: Sequence[Item]) -> bytes:
        """One body of the items, in their order or, where they form groups, group by group."""


@dataclass(frozen=True, slots=True)
class Delimited:
    """``prefix`` + items joined by ``separator`` + ``suffix``.

    All three are empty for a lone item, and for protobuf: items that are whole fields of a message
    make that message by standing one behind the other (protobuf's encoding guide, last one wins).
    """

    prefix: bytes = b""
    separator: bytes = b""
    suffix: bytes = b""

    @property
    def frame_bytes(self) -> int:
        return len(self.prefix) + len(self.suffix)

    @property
    def item_bytes(self) -> int:
        return len(self.separator)

    def framed(self, items: Sequence[Item]) -> bytes:
        return self.prefix + self.separator.join([item.encoded for item in items]) + self.suffix


@dataclass(frozen=True, slots=True)
class JsonTraces:
    """A list of traces, each a list of spans, as JSON; a line each, so that they can be counted."""

    frame_bytes: int = 2
    item_bytes: int = 4  # at most, for a trace of its own: [ ] , and a line's end

    def framed(self, items: Sequence[Item]) -> bytes:
        traces = [b"[%b]" % b",".join(spans) for spans in _traces(items)]
        return b"[" + b",\n".join(traces) + b"]"

    def count(self, body: bytes) -> int:
        """Traces in a body; encoded JSON has no line end of its own."""
        return body.count(b"\n") + 1


@dataclass(frozen=True, slots=True)
class MsgpackTraces:
    """The same as MessagePack: each list has its length in front, in the longest form."""

    frame_bytes: int = 5
    item_bytes: int = 5

    def framed(self, items: Sequence[Item]) -> bytes:
        traces = _traces(items)
        parts = [_array_head(len(traces))]
        for spans in traces:
            parts.append(_array_head(len(spans)))
            parts += spans
        return b"".join(parts)

    def count(self, body: bytes) -> int:
        """Traces in a body, as its first bytes tell."""
        return int.from_bytes(body[1:5], "big")


TracesFraming = JsonTraces | MsgpackTraces


def _array_head(length: int) -> bytes:
    """MessagePack's ``array 32``: one form for every length keeps sizes easy to foretell."""
    return b"\xdd" + length.to_bytes(4, "big")


def _traces(items: Sequence[Item]) -> list[list[bytes]]:
    """Spans by trace; the Agent takes a span whose parent is elsewhere for a service's entry."""
    key = attrgetter("group")
    return [
        [item.encoded for item in group] for _, group in groupby(sorted(items, key=key), key=key)
    ]


_LIST = Delimited(b"[", b",", b"]")
_SERIES = Delimited(b'{"series":[', b",", b"]}")
LONE = Delimited()

FRAMINGS: Mapping[tuple[str, str], Framing] = MappingProxyType(
    {
        ("metrics", ""): _SERIES,
        ("distributions", ""): _SERIES,
        ("logs", ""): _LIST,
        ("events", "v1"): LONE,
        ("events", "v2"): LONE,
        ("service_checks", ""): _LIST,
        ("traces", OTLP_PROTOBUF): Delimited(),
        ("traces", OTLP_JSON): Delimited(b'{"resourceSpans":[', b",", b"]}"),
        ("incidents", ""): LONE,
    }
)
TRACES_FRAMINGS: Mapping[str, TracesFraming] = MappingProxyType(
    {form: JsonTraces() if form.endswith("json") else MsgpackTraces() for form in AGENT_FORMS}
)


def framing_of(data_type: str, form: str = "") -> Framing:
    """The framing of a data type's form, which has to exist."""
    if data_type == "traces" and form in TRACES_FRAMINGS:
        return TRACES_FRAMINGS[form]
    return FRAMINGS[data_type, form]
