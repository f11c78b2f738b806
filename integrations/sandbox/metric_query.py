"""Reading metrics back: the v1 timeseries query and the list of active metrics.

https://docs.datadoghq.com/api/latest/metrics/#query-timeseries-points.
Understands one metric with an aggregation, a scope and "by", on points and on distributions; no
percentiles, no functions, no arithmetic, no rollup.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from itertools import chain
from typing import Any

from aiohttp import web

from integrations.sandbox.answers import json_answer, refuse
from integrations.sandbox.gate import open_resource
from integrations.sandbox.registry import Organisation
from integrations.sandbox.sketch import Sketch
from integrations.sandbox.store import Series
from integrations.sandbox.world import Call

BAD_REQUEST = 400
_QUERY = re.compile(
    r"\A\s*(?:(?P<aggregation>avg|sum|min|max|count):)?(?P<metric>[A-Za-z][\w.]*)"
    r"\{(?P<scope>[^{}]*)\}(?:\s*by\s*\{(?P<by>[^{}]*)\})?(?:\.as_(?:count|rate)\(\))?\s*\Z"
)
_AGGREGATIONS: dict[str, Callable[[Sketch], float]] = {
    "avg": lambda sketch: sketch.sum / sketch.count,
    "sum": lambda sketch: sketch.sum,
    "min": lambda sketch: sketch.min,
    "max": lambda sketch: sketch.max,
    "count": lambda sketch: sketch.count,
}

Groups = dict[tuple[str, ...], dict[int, Sketch]]


def _seconds(call: Call, name: str) -> int:
    try:
        return int(call.query(name))
    except ValueError as error:
        raise refuse(BAD_REQUEST, f"Missing or invalid parameter: {name}") from error


def query(call: Call) -> web.Response:
    access = open_resource(call, scope="timeseries_query", bucket="query_timeseries")
    start, end = _seconds(call, "from"), _seconds(call, "to")
    text = call.query("query")
    parsed = _QUERY.match(text)
    if parsed is None:
        raise refuse(BAD_REQUEST, f"Error parsing query: unable to parse {text[:200]}")
    groups = _groups(call, access.organisation, parsed, (start, end))
    answer = {
        "status": "ok",
        "res_type": "time_series",
        "resp_version": 1,
        "query": text,
        "from_date": start * 1000,
        "to_date": end * 1000,
        "series": [_series(parsed, group, points) for group, points in sorted(groups.items())],
        "values": [],
        "times": [],
        "message": "",
        "group_by": _names(parsed["by"]),
    }
    return json_answer(answer, headers=access.headers)


def _names(text: str | None) -> list[str]:
    return [name.strip() for name in (text or "").split(",") if name.strip()]


def _groups(
    call: Call, organisation: Organisation, parsed: re.Match[str], window: tuple[int, int]
) -> Groups:
    """Values by group and second, of the series that the scope takes in."""
    wanted = [name for name in _names(parsed["scope"]) if name != "*"]
    by = _names(parsed["by"])
    groups: Groups = defaultdict(lambda: defaultdict(Sketch))
    for series, timestamp, sketch in _points(call, parsed["metric"], organisation):
        if window[0] <= timestamp <= window[1] and _in_scope(series, wanted):
            groups[_group(series, by)][timestamp].merge(sketch)
    return groups


def _points(
    call: Call, metric: str, organisation: Organisation
) -> Iterator[tuple[Series, int, Sketch]]:
    """Plain points and distributions; a plain point is a sketch of one value."""
    store = call.world.store
    for (_, timestamp), (series, value) in store.points.items():
        if series.organisation is organisation and series.metric == metric:
            yield series, timestamp, Sketch.of(value)
    for (_, timestamp), (series, sketch) in store.sketches.items():
        if series.organisation is organisation and series.metric == metric:
            yield series, timestamp, sketch


def _tags(series: Series) -> Sequence[str]:
    return (*series.tags, f"host:{series.host}") if series.host else series.tags


def _in_scope(series: Series, wanted: list[str]) -> bool:
    tags = _tags(series)
    return all(
        (name[1:] not in tags) if name.startswith("!") else (name in tags) for name in wanted
    )


def _group(series: Series, by: list[str]) -> tuple[str, ...]:
    tags = _tags(series)
    return tuple(
        next((tag for tag in tags if tag.startswith(f"{key}:")), f"{key}:N/A") for key in by
    )


def _series(
    parsed: re.Match[str], group: tuple[str, ...], points: dict[int, Sketch]
) -> dict[str, Any]:
    aggregate = _AGGREGATIONS[parsed["aggregation"] or "avg"]
    pointlist = [[at * 1000, float(aggregate(sketch))] for at, sketch in sorted(points.items())]
    scope = ",".join((*(name for name in _names(parsed["scope"]) if name != "*"), *group)) or "*"
    return {
        "metric": parsed["metric"],
        "display_name": parsed["metric"],
        "expression": parsed.group().strip(),
        "scope": scope,
        "tag_set": list(group),
        "aggr": parsed["aggregation"],
        "interval": 1,
        "length": len(pointlist),
        "start": pointlist[0][0],
        "end": pointlist[-1][0] + 999,
        "pointlist": pointlist,
        "query_index": 0,
        "attributes": {},
        "unit": None,
    }


def active_metrics(call: Call) -> web.Response:
    access = open_resource(call, scope="metrics_read", bucket="metrics_retrieval")
    start, host = _seconds(call, "from"), call.query("host")
    store = call.world.store
    found = {
        series.metric
        for (_, timestamp), (series, _) in chain(store.points.items(), store.sketches.items())
        if series.organisation is access.organisation
        and timestamp >= start
        and (not host or series.host == host)
    }
    answer = {"metrics": sorted(found), "from": str(start)}
    return json_answer(answer, headers=access.headers)
