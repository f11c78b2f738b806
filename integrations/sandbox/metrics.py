"""The metrics intakes, v2 and v1: a whole payload is checked before anything of it is kept.

https://docs.datadoghq.com/api/latest/metrics/#submit-metrics . msgspec checks while it decodes,
which is what keeps a full payload within some tens of milliseconds.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import Annotated, Literal

import msgspec
from aiohttp import web
from msgspec import Meta, Struct

from integrations.sandbox import limits
from integrations.sandbox.answers import Refuse, json_answer, refuse, refuse_v1_intake
from integrations.sandbox.encoding import BAD_REQUEST, decoded
from integrations.sandbox.gate import api_key_of
from integrations.sandbox.registry import Organisation
from integrations.sandbox.store import Head, Point, Series, Store
from integrations.sandbox.world import Call

ACCEPTED = 202
_WORDS = {"gauge": 3, "count": 1, "counter": 1, "rate": 2}

Name = Annotated[str, Meta(min_length=1)]
OriginNumber = Annotated[int, Meta(ge=0, le=limits.ORIGIN_MAX)]


Int64 = Annotated[int, Meta(ge=-(2**63), le=2**63 - 1)]


class PointV2(Struct, gc=False):
    timestamp: Int64
    value: float


class Resource(Struct, gc=False):
    name: str
    type: str | None = None


class Origin(Struct, gc=False):
    metric_type: OriginNumber | None = None
    product: OriginNumber | None = None
    service: OriginNumber | None = None


class Metadata(Struct):
    origin: Origin | None = None


class SeriesV2(Struct):
    """Fields beyond these are let pass, as Datadog does."""

    metric: Name
    points: list[PointV2]
    type: Annotated[int, Meta(ge=0, le=3)] | None = None
    interval: int | None = None
    unit: str | None = None
    tags: tuple[str, ...] | None = None
    resources: list[Resource] | None = None
    metadata: Metadata | None = None

    def host(self) -> str | None:
        return next((one.name for one in self.resources or () if one.type == "host"), None)


class PayloadV2(Struct):
    series: list[SeriesV2]


class SeriesV1(Struct):
    metric: Name
    points: list[tuple[float, float]]
    type: Literal["gauge", "count", "counter", "rate"] | None = None
    interval: int | None = None
    host: str | None = None
    tags: tuple[str, ...] | None = None


class PayloadV1(Struct):
    series: list[SeriesV1]


Read = Iterator[tuple[Series, Iterable[Point]]]


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
    read: Callable[[Store, Organisation, bytes], Read],
) -> None:
    organisation = api_key_of(call, refuse_with=refuse_with).organisation
    encoding = call.header("Content-Encoding")
    raw = decoded(call.body, encoding=encoding, limits=body_limits, refuse=refuse_with)
    try:
        _keep(call, read(call.world.store, organisation, raw))
    # Invalid UTF-8 leaves msgspec as what it is.
    except (msgspec.MsgspecError, UnicodeDecodeError) as error:
        message = f"Payload is not in the expected format: {error}"
        raise refuse_with(BAD_REQUEST, message) from error


def _keep(call: Call, read: Read) -> None:
    """Points outside the window are accepted and then vanish, as at Datadog."""
    oldest, newest = call.now - limits.POINT_MAX_AGE, call.now + limits.POINT_MAX_AHEAD
    kept: list[tuple[Series, int, float]] = []
    read_points = 0
    for series, points in read:
        for timestamp, value in points:
            read_points += 1
            if oldest <= timestamp <= newest and series.metric:
                kept.append((series, timestamp, value))
    store = call.world.store
    limit = call.world.settings.items_kept
    counts = store.counts(call.site, "metrics")
    counts.overwritten += store.add_points(kept, now=call.now, limit=limit)
    counts.accepted += len(kept)
    counts.discarded += read_points - len(kept)


def _read_v2(store: Store, organisation: Organisation, raw: bytes) -> Read:
    for entry in msgspec.json.decode(raw, type=PayloadV2).series:
        head = Head(
            entry.metric,
            entry.type or 0,
            entry.host(),
            entry.tags or (),
            entry.unit,
            entry.interval,
        )
        yield (
            store.series(organisation, head),
            [(point.timestamp, point.value) for point in entry.points],
        )


def _read_v1(store: Store, organisation: Organisation, raw: bytes) -> Read:
    for entry in msgspec.json.decode(raw, type=PayloadV1).series:
        kind = _WORDS[entry.type or "gauge"]
        head = Head(entry.metric, kind, entry.host or None, entry.tags or (), None, entry.interval)
        yield (
            store.series(organisation, head),
            [(int(timestamp), value) for timestamp, value in entry.points],
        )
