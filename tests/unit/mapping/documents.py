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
DISTRIBUTIONS: dict[str, Any] = {
    "target": "distributions",
    "measures": [{"name": {"template": "aws.{measure}"}, "value": {"field": "value"}}],
    "timestamp": {"field": "measured_at"},
    "tags": [{"key": "resource", "value": {"field": "resource"}}],
}
EVENTS: dict[str, Any] = {
    "target": "events",
    "title": {"template": "Deployed {app}"},
    "text": {"field": "message"},
    "timestamp": {"field": "occurred_at"},
    "alert_type": {"value": {"field": "level"}, "map": {"error": ["FATAL"]}, "default": "info"},
}
CHANGES: dict[str, Any] = {
    "target": "events",
    "title": {"field": "message"},
    "change": {
        "resource": {"field": "app"},
        "resource_type": "configuration",
        "author": {"name": {"field": "user"}, "type": "user"},
        "new_value": {"field": "after"},
    },
}
ALERTS: dict[str, Any] = {
    "target": "events",
    "title": {"field": "message"},
    "text": {"field": "details", "default": ""},
    "timestamp": {"field": "occurred_at"},
    "alert": {
        "status": {"value": {"field": "level"}, "map": {"warn": ["WARNING"], "ok": ["INFO"]}},
        "priority": {"value": {"constant": 2}},
        "links": [{"url": {"template": "https://acme.example/{app}"}, "category": "runbook"}],
        "custom": "all",
    },
}
CHECKS: dict[str, Any] = {
    "target": "service_checks",
    "check": {"constant": "acme.backup"},
    "host": {"field": "machine"},
    "status": {"value": {"field": "level"}, "map": {"ok": ["INFO"], "critical": ["ERROR", 2]}},
    "message": {"field": "message"},
    "timestamp": {"field": "occurred_at"},
}
SPANS: dict[str, Any] = {
    "target": "traces",
    "trace_id": {"field": "trace"},
    "span_id": {"field": "span"},
    "parent_id": {"field": "parent"},
    "name": {"constant": "http.request"},
    "service": {"field": "app"},
    "resource": {"field": "message"},
    "start": {"field": "occurred_at"},
    "duration": {"value": {"field": "took"}, "unit": "milliseconds"},
    "error": {"value": {"field": "failed"}, "map": {"error": [True]}, "default": "ok"},
}
INCIDENTS: dict[str, Any] = {
    "target": "incidents",
    "title": {"field": "message"},
    "customer_impacted": {"value": {"field": "failed"}, "default": "false"},
    "customer_impact_scope": {"constant": "All of them"},
    "fields": [
        {
            "name": "severity",
            "type": "dropdown",
            "value": {"field": "level"},
            "map": {"SEV-1": ["FATAL"]},
            "default": "UNKNOWN",
        }
    ],
}
NEW_TARGETS = [DISTRIBUTIONS, EVENTS, CHANGES, ALERTS, CHECKS, SPANS, INCIDENTS]


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


def happening(**changes: Any) -> dict[str, Any]:
    """A record's data that events, checks, spans and incidents map well at NOW."""
    told = {"message": "started", "level": "INFO", "occurred_at": NOW, "machine": "h1"}
    ids = {"trace": "t-1", "span": "s-1", "took": 12.5}
    return {**told, **ids, "app": "shop", "user": "ada", "after": {"n": 1}, **changes}


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
