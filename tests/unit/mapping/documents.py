"""Mapping documents and records that the tests of this room start from."""

from __future__ import annotations

from typing import Any

import orjson

from integrations.core.records import Record
from integrations.mapping import CompiledMapping, Mapped, compile_mapping, decode_mapping

NOW = 1_700_000_000.0  # 2023-11-14T22:13:20Z

METRICS: dict[str, Any] = {
    "target": "metrics",
    "measures": [
        {"name": {"template": "aws.{measure}"}, "type": "gauge", "value": {"field": "value"}}
    ],
    "timestamp": {"field": "measured_at"},
    "tags": [{"key": "resource", "value": {"field": "resource"}}],
}
LOGS: dict[str, Any] = {
    "target": "logs",
    "source": "openstack",
    "message": {"field": "message"},
    "status": {"field": "level"},
    "timestamp": {"field": "occurred_at"},
}


def compiled(document: dict[str, Any], **changes: Any) -> CompiledMapping:
    return compile_mapping(decode_mapping({**document, **changes}))


def record(data: dict[str, Any], *, number: int = 1) -> Record:
    return Record(number, f"r{number}", repr(data).encode(errors="replace"), data)


def point(**changes: Any) -> dict[str, Any]:
    """A record's data that METRICS maps well at NOW."""
    return {"resource": "i-1", "measure": "cpu", "measured_at": NOW, "value": 0.5, **changes}


def entry(**changes: Any) -> dict[str, Any]:
    """A record's data that LOGS maps well at NOW."""
    return {"message": "started", "level": "INFO", "occurred_at": NOW, **changes}


def mapped(document: dict[str, Any], data: dict[str, Any], **changes: Any) -> Mapped:
    return compiled(document, **changes).apply([record(data)], now=NOW)


def payload(document: dict[str, Any], data: dict[str, Any], **changes: Any) -> list[Any]:
    """What one record becomes; fails when it becomes nothing."""
    result = mapped(document, data, **changes)
    assert result.rejects == []
    entries: list[Any] = orjson.loads(b"[" + result.items[0].encoded + b"]")
    return entries


def rejection(document: dict[str, Any], data: dict[str, Any], **changes: Any) -> tuple[str, str]:
    """Code and message of the reject that one record becomes."""
    result = mapped(document, data, **changes)
    assert result.items == []
    return result.rejects[0].code, result.rejects[0].message
