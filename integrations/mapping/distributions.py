"""Compiles a distributions mapping to a function from a record to encoded series.

Form: POST /api/v1/distribution_points of Datadog's v1 OpenAPI (SubmitDistributionPoints).
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import orjson

from integrations.core.records import Item, JsonObject, Record
from integrations.mapping.ages import TimeWindow
from integrations.mapping.encoding import encode
from integrations.mapping.heads import remembered
from integrations.mapping.names import metric_name
from integrations.mapping.parts import Value
from integrations.mapping.rejected import RecordRejectedError
from integrations.mapping.shared import ItemOf, compile_tag_list
from integrations.mapping.telemetry_documents import DistributionsMapping
from integrations.mapping.values import (
    compile_any,
    compile_text,
    compile_time,
    fields_of,
    finite_number,
    optional,
    place_of,
)

NumbersOf = Callable[[JsonObject], list[float]]


def compile_distributions(document: DistributionsMapping) -> ItemOf:
    """Return a function that maps one record to one Item, all of its measures or none."""
    heads_of = _compile_heads(document)
    time_of, place = compile_time(document.timestamp), place_of(document.timestamp)
    measures = [compile_numbers(measure.value) for measure in document.measures]

    def item_of(record: Record, window: TimeWindow) -> Item:
        data = record.data
        moment = time_of(data)
        if not window.oldest <= moment <= window.newest:
            raise window.rejection(moment, field=place)
        series = [
            b"%b%d,%b]]}" % (head, moment, orjson.dumps(numbers_of(data)))
            for head, numbers_of in zip(heads_of(data), measures, strict=True)
        ]
        return Item(record.number, record.id, b",".join(series), moment)

    return item_of


def compile_numbers(value: Value) -> NumbersOf:
    """A function that gives finite numbers: one, or those of a list that is not empty."""
    read, place = compile_any(value), place_of(value)

    def numbers(data: JsonObject) -> list[float]:
        found = read(data)
        listed = found if isinstance(found, list) else [found]
        if not listed:
            raise RecordRejectedError("missing_field", f'"{place}" is empty.', field=place)
        return [finite_number(number, field=place) for number in listed]

    return numbers


def _compile_heads(document: DistributionsMapping) -> Callable[[JsonObject], tuple[bytes, ...]]:
    """Everything of the series that comes before the point's time, encoded."""
    names = [(compile_text(m.name), place_of(m.name)) for m in document.measures]
    tags_of, host = compile_tag_list(document.tags), document.host
    host_of = optional(host, compile_text(host)) if isinstance(host, Value) else None

    def heads(data: JsonObject) -> tuple[bytes, ...]:
        common: dict[str, Any] = {"type": "distribution"}
        if host_of is not None and (name := host_of(data)) is not None:
            common["host"] = name
        if tags := tags_of(data):
            common["tags"] = tags
        series = [{"metric": metric_name(of(data), field=place), **common} for of, place in names]
        return tuple([encode(entry)[:-1] + b',"points":[[' for entry in series])

    values = [measure.name for measure in document.measures]
    values += [entry.value for entry in document.tags]
    if isinstance(document.host, Value):
        values.append(document.host)
    return remembered(heads, fields=[path for value in values for path in fields_of(value)])
