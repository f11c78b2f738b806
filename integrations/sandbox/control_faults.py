"""Control calls that order misbehaviour."""

from __future__ import annotations

from http import HTTPStatus
from typing import Any

import msgspec
import orjson

from integrations.sandbox.answers import refuse
from integrations.sandbox.faults import Disconnect, Fault, Match
from integrations.sandbox.orders import BAD_REQUEST, FaultOrder, check_site
from integrations.sandbox.world import World


def add_fault(world: World, order: FaultOrder) -> dict[str, Any]:
    """Without status, disconnect and latency a fault would do nothing: refused."""
    if order.status is None and not order.disconnect and not order.latency_ms:
        raise refuse(BAD_REQUEST, "status, disconnect or latency_ms is required")
    body, content_type = _body(order)
    match = order.match
    check_site("match.site", match.site)
    fault = Fault(
        id=world.faults.next_id(),
        match=Match(match.site, match.path, match.method and match.method.upper()),
        status=order.status,
        headers=order.headers,
        body=body,
        content_type=content_type,
        latency_ms=order.latency_ms,
        disconnect=_disconnect(order),
        times=order.times,
        probability=order.probability,
    )
    world.faults.add(fault)
    return _shown(fault)


def _disconnect(order: FaultOrder) -> Disconnect | None:
    if isinstance(order.disconnect, bool):
        return "before" if order.disconnect else None
    return order.disconnect


def _body(order: FaultOrder) -> tuple[bytes | None, str]:
    """What is sent, and its content type when the headers name none."""
    if order.body is msgspec.UNSET and order.status is not None:
        return orjson.dumps({"errors": [_phrase(order.status)]}), "application/json"
    if isinstance(order.body, str):
        html = order.body.lstrip().startswith("<")
        return order.body.encode(), "text/html" if html else "text/plain"
    if order.body is None or order.body is msgspec.UNSET:
        return None, "application/json"
    return orjson.dumps(order.body), "application/json"


def _phrase(status: int) -> str:
    try:
        return HTTPStatus(status).phrase
    except ValueError:
        return str(status)


def list_faults(world: World) -> dict[str, Any]:
    return {"faults": [_shown(fault) for fault in world.faults.faults]}


def clear_faults(world: World) -> dict[str, Any]:
    world.faults.clear()
    return list_faults(world)


def _shown(fault: Fault) -> dict[str, Any]:
    match = fault.match
    return {
        "id": fault.id,
        "match": {"site": match.site, "path": match.path, "method": match.method},
        "status": fault.status,
        "latency_ms": fault.latency_ms,
        "disconnect": fault.disconnect,
        "times": fault.times,
        "probability": fault.probability,
        "used": fault.used,
    }
