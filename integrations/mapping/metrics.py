"""Compiles a metrics mapping to a function from a record to encoded v2 series.

Form: POST /api/v2/series of Datadog's v2 OpenAPI (SubmitMetrics). Knows neither HTTP nor packing.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import orjson
from msgspec import UNSET

from integrations.core.records import Item, JsonObject, Record
from integrations.mapping.ages import TimeWindow
from integrations.mapping.encoding import encode
from integrations.mapping.heads import remembered
from integrations.mapping.names import metric_name
from integrations.mapping.parts import Value
from integrations.mapping.shared import ItemOf, compile_tag_list
from integrations.mapping.telemetry_documents import Measure, MetricsMapping
from integrations.mapping.values import (
    compile_number,
    compile_text,
    compile_time,
    fields_of,
    optional,
    place_of,
)

TYPE_NUMBERS = {"count": 1, "rate": 2, "gauge": 3}
# MetricIntakeType of the v2 OpenAPI.


def compile_metrics(document: MetricsMapping) -> ItemOf:
    """Return a function that maps one record to one Item, all of its measures or none."""
    heads_of = _compile_heads(document)
    time_of, place = compile_time(document.timestamp), place_of(document.timestamp)
    numbers = [compile_number(measure.value) for measure in document.measures]
    number_of = numbers[0]

    def single(record: Record, window: TimeWindow) -> Item:
        data = record.data
        moment = time_of(data)
        if not window.oldest <= moment <= window.newest:
            raise window.rejection(moment, field=place)
        (head,) = heads_of(data)
        encoded = b'%b%d,"value":%b}]}' % (head, moment, orjson.dumps(number_of(data)))
        return Item(record.number, record.id, encoded, moment)

    def several(record: Record, window: TimeWindow) -> Item:
        data = record.data
        moment = time_of(data)
        if not window.oldest <= moment <= window.newest:
            raise window.rejection(moment, field=place)
        series = [
            b'%b%d,"value":%b}]}' % (head, moment, orjson.dumps(number_of(data)))
            for head, number_of in zip(heads_of(data), numbers, strict=True)
        ]
        return Item(record.number, record.id, b",".join(series), moment)

    return single if len(numbers) == 1 else several


def _compile_heads(document: MetricsMapping) -> Callable[[JsonObject], tuple[bytes, ...]]:
    """Everything of the series that comes before the point's time, encoded."""
    common_of = _compile_common(document)
    series = [_compile_series(measure) for measure in document.measures]

    def heads(data: JsonObject) -> tuple[bytes, ...]:
        common = common_of(data)
        return tuple([_open_ended({**series_of(data), **common}) for series_of in series])

    values = [measure.name for measure in document.measures]
    values += [entry.value for entry in document.tags]
    if isinstance(document.host, Value):
        values.append(document.host)
    return remembered(heads, fields=[path for value in values for path in fields_of(value)])


def _compile_series(measure: Measure) -> Callable[[JsonObject], dict[str, Any]]:
    text_of, place = compile_text(measure.name), place_of(measure.name)
    fixed: dict[str, Any] = {"type": TYPE_NUMBERS[measure.type]}
    if measure.interval is not UNSET:
        fixed["interval"] = measure.interval
    if measure.unit is not UNSET:
        fixed["unit"] = measure.unit
    return lambda data: {"metric": metric_name(text_of(data), field=place), **fixed}


def _compile_common(document: MetricsMapping) -> Callable[[JsonObject], dict[str, Any]]:
    tags_of, host = compile_tag_list(document.tags), document.host
    host_of = optional(host, compile_text(host)) if isinstance(host, Value) else None

    def common(data: JsonObject) -> dict[str, Any]:
        shared: dict[str, Any] = {}
        if host_of is not None and (name := host_of(data)) is not None:
            shared["resources"] = [{"type": "host", "name": name}]
        if tags := tags_of(data):
            shared["tags"] = tags
        return shared

    return common


def _open_ended(series: dict[str, Any]) -> bytes:
    return encode(series)[:-1] + b',"points":[{"timestamp":'
