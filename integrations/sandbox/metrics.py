"""The metrics intakes, v2 and v1: checks a whole payload before anything of it is kept.

https://docs.datadoghq.com/api/latest/metrics/#submit-metrics
"""

from __future__ import annotations

from collections.abc import Callable
from math import isfinite
from typing import Any

import orjson
from aiohttp import web

from integrations.sandbox import limits, names
from integrations.sandbox.answers import Refuse, json_answer, refuse, refuse_v1_intake
from integrations.sandbox.encoding import BAD_REQUEST, decoded
from integrations.sandbox.gate import api_key_of
from integrations.sandbox.registry import Organisation
from integrations.sandbox.store import Series
from integrations.sandbox.world import Call

ACCEPTED = 202
_WORDS = {"gauge": 3, "count": 1, "counter": 1, "rate": 2}
_HIGHEST_TYPE = 3

Point = tuple[int, float]
Entry = dict[str, Any]


class MalformedError(Exception):
    """The payload cannot be taken; says where and why."""


def submit_v2(call: Call) -> web.Response:
    _accept(call, limits.SERIES_V2, refuse, _read_v2)
    return json_answer({"errors": []}, status=ACCEPTED)


def submit_v1(call: Call) -> web.Response:
    """Answers without "errors": the ``datadog`` package takes that word for a failure."""
    _accept(call, limits.SERIES_V1, refuse_v1_intake, _read_v1)
    return json_answer({"status": "ok"}, status=ACCEPTED, content_type="text/json")


def _accept(
    call: Call,
    body_limits: limits.BodyLimits,
    refuse_with: Refuse,
    read: Callable[[Call, Organisation, Entry], tuple[Series, list[Point]]],
) -> None:
    organisation = api_key_of(call, refuse_with=refuse_with).organisation
    raw = decoded(
        call.body,
        encoding=call.header("Content-Encoding"),
        limits=body_limits,
        refuse=refuse_with,
    )
    try:
        taken = [read(call, organisation, entry) for entry in _entries(raw)]
    except MalformedError as error:
        message = f"Payload is not in the expected format: {error}"
        raise refuse_with(BAD_REQUEST, message) from error
    for series, points in taken:
        _keep(call, series, points)


def _entries(raw: bytes) -> list[Entry]:
    try:
        payload = orjson.loads(raw)
    except orjson.JSONDecodeError as error:
        raise MalformedError(f"invalid JSON: {error}") from error
    series = payload.get("series") if isinstance(payload, dict) else None
    if not isinstance(series, list):
        raise MalformedError("series must be an array")
    for number, entry in enumerate(series):
        if not isinstance(entry, dict):
            raise MalformedError(f"series[{number}] must be an object")
    return series


def _keep(call: Call, series: Series, points: list[Point]) -> None:
    """Points outside the window are accepted and then vanish, as at Datadog."""
    oldest, newest = call.now - limits.POINT_MAX_AGE, call.now + limits.POINT_MAX_AHEAD
    kept = [point for point in points if oldest <= point[0] <= newest] if series.metric else []
    store = call.world.store
    store.add_points(series, kept, now=call.now, limit=call.world.settings.items_kept)
    store.counts(call.site, "metrics").discarded += len(points) - len(kept)


def _metric(entry: Entry) -> str:
    metric = entry.get("metric")
    if not isinstance(metric, str) or not metric:
        raise MalformedError("metric is required and must be a string")
    return names.metric_name(metric)


def _strings(entry: Entry, field: str) -> list[str]:
    values = entry.get(field)
    if values is None:
        return []
    if not isinstance(values, list) or not all(isinstance(value, str) for value in values):
        raise MalformedError(f"{field} must be an array of strings")
    return values


def _optional(entry: Entry, field: str, kind: type[Any]) -> Any:
    value = entry.get(field)
    if value is not None and (not isinstance(value, kind) or isinstance(value, bool)):
        raise MalformedError(f"{field} must be of type {kind.__name__}")
    return value


def _value(value: object, metric: str) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float) or not isfinite(value):
        raise MalformedError(f"{metric}: value must be a finite number")
    return value


def _points(entry: Entry, metric: str) -> list[Any]:
    points = entry.get("points")
    if not isinstance(points, list):
        raise MalformedError(f"{metric}: points is required and must be an array")
    return points


def _read_v2(call: Call, organisation: Organisation, entry: Entry) -> tuple[Series, list[Point]]:
    metric = _metric(entry)
    points = [_point_v2(point, metric) for point in _points(entry, metric)]
    kind = _optional(entry, "type", int) or 0
    if not 0 <= kind <= _HIGHEST_TYPE:
        raise MalformedError(f"{metric}: type must be 0, 1, 2 or 3")
    _check_origin(entry)
    series = call.world.store.series(
        organisation,
        (metric, kind),
        host=_host_of(entry),
        tags=names.tags(_strings(entry, "tags")),
        unit=(_optional(entry, "unit", str), _optional(entry, "interval", int)),
    )
    return series, points


def _point_v2(point: object, metric: str) -> Point:
    timestamp = point.get("timestamp") if isinstance(point, dict) else None
    if not isinstance(point, dict) or type(timestamp) is not int:
        raise MalformedError(f"{metric}: a point is {{timestamp: int64 seconds, value: number}}")
    return timestamp, _value(point.get("value"), metric)


def _host_of(entry: Entry) -> str | None:
    host = None
    for resource in _optional(entry, "resources", list) or ():
        if not isinstance(resource, dict) or not isinstance(resource.get("name"), str):
            raise MalformedError("resources must be an array of {type, name}")
        if resource.get("type") == "host":
            host = resource["name"]
    return host


def _check_origin(entry: Entry) -> None:
    origin = (_optional(entry, "metadata", dict) or {}).get("origin") or {}
    for field in ("metric_type", "product", "service"):
        if (_optional(origin, field, int) or 0) > limits.ORIGIN_MAX:
            raise MalformedError(f"metadata.origin.{field} must be at most {limits.ORIGIN_MAX}")


def _read_v1(call: Call, organisation: Organisation, entry: Entry) -> tuple[Series, list[Point]]:
    metric = _metric(entry)
    points = [_point_v1(point, metric) for point in _points(entry, metric)]
    word = _optional(entry, "type", str) or "gauge"
    if word not in _WORDS:
        raise MalformedError(f"{metric}: type must be gauge, count or rate")
    series = call.world.store.series(
        organisation,
        (metric, _WORDS[word]),
        host=_optional(entry, "host", str) or None,
        tags=names.tags(_strings(entry, "tags")),
        unit=(None, _optional(entry, "interval", int)),
    )
    return series, points


def _point_v1(point: object, metric: str) -> Point:
    if not isinstance(point, list) or len(point) != len(("timestamp", "value")):
        raise MalformedError(f"{metric}: a point is [timestamp, value]")
    return int(_value(point[0], metric)), _value(point[1], metric)
