"""The distributions intake: values add up, so that what is sent twice counts twice.

https://docs.datadoghq.com/api/latest/metrics/#submit-distribution-points
"""

from __future__ import annotations

from typing import Annotated, Literal

import orjson
from aiohttp import web
from msgspec import Meta, Struct

from integrations.sandbox import limits
from integrations.sandbox.answers import json_answer, refuse_v1_intake
from integrations.sandbox.bodies import read_body
from integrations.sandbox.gate import api_key_of
from integrations.sandbox.registry import Organisation
from integrations.sandbox.store import Head, KeptDocument, Series
from integrations.sandbox.world import Call

ACCEPTED = 202
# The series API numbers its types 0 to 3; a distribution is none of them.
_NO_TYPE = 0

Values = Annotated[list[float], Meta(min_length=1)]


class DistributionSeries(Struct):
    metric: Annotated[str, Meta(min_length=1)]
    points: list[tuple[float, Values]]
    host: str | None = None
    tags: tuple[str, ...] | None = None
    type: Literal["distribution"] | None = None


class DistributionPayload(Struct):
    series: list[DistributionSeries]


def submit(call: Call) -> web.Response:
    """Points outside the window of the series intakes are accepted and then vanish."""
    organisation = api_key_of(call, refuse_with=refuse_v1_intake).organisation
    payload = read_body(
        call, DistributionPayload, limits=limits.DISTRIBUTIONS, refuse_with=refuse_v1_intake
    )
    for entry in payload.series:
        _keep(call, organisation, entry)
    return json_answer({"status": "ok"}, status=ACCEPTED, content_type="text/json")


def _keep(call: Call, organisation: Organisation, entry: DistributionSeries) -> None:
    store, limit = call.world.store, call.world.settings.items_kept
    head = Head(entry.metric, _NO_TYPE, entry.host or None, entry.tags or ())
    series = store.series(organisation, head)
    oldest, newest = call.now - limits.POINT_MAX_AGE, call.now + limits.POINT_MAX_AHEAD
    for timestamp, values in entry.points:
        if not oldest <= timestamp <= newest or not series.metric:
            store.counts(call.site, "distributions").discarded += 1
            continue
        store.add_to_sketch(series, int(timestamp), values, limit=limit)
        kept = KeptDocument(organisation, call.now, _item(series, int(timestamp), values))
        store.add_document("distributions", kept, limit=limit)


def _item(series: Series, timestamp: int, values: list[float]) -> bytes:
    return orjson.dumps(
        {
            "metric": series.metric,
            "timestamp": timestamp,
            "values": values,
            "host": series.host,
            "tags": series.tags,
        }
    )
