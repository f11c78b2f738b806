"""Shows what sample records become: the exact payload, or why a record would not be sent."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import msgspec
import orjson

from integrations.core.records import Item, Record, Reject
from integrations.datadog.framing import framing_of
from integrations.mapping.compiled import CompiledMapping, compile_mapping
from integrations.mapping.document import MappingDocument
from integrations.mapping.trace_documents import TracesMapping
from integrations.mapping.traces import READABLE_FORMS

_AGE_CODES = frozenset({"too_old", "too_far_ahead"})


@dataclass(frozen=True, slots=True)
class PreviewRow:
    """One sample. A record that is rejected for its time alone still shows its payload."""

    record: Record
    payload: Any = None
    reject: Reject | None = None
    skipped: bool = False


def preview(
    document: MappingDocument, records: Sequence[Record], *, now: float
) -> list[PreviewRow]:
    """Map each record on its own, exactly as a run would; binary forms are shown as JSON."""
    mapping = compile_mapping(_readable(document))
    return [_row(mapping, record, now) for record in records]


def _readable(document: MappingDocument) -> MappingDocument:
    if isinstance(document, TracesMapping) and document.form in READABLE_FORMS:
        return msgspec.structs.replace(document, form=READABLE_FORMS[document.form])
    return document


def _row(mapping: CompiledMapping, record: Record, now: float) -> PreviewRow:
    mapped = mapping.apply([record], now=now)
    if mapped.skipped:
        return PreviewRow(record, skipped=True)
    if mapped.items:
        return PreviewRow(record, payload=_payload(mapping, mapped.items[0]))
    reject = mapped.rejects[0]
    if reject.code not in _AGE_CODES:
        return PreviewRow(record, reject=reject)
    ageless = mapping.apply_at_any_age([record])
    if not ageless.items:
        return PreviewRow(record, reject=ageless.rejects[0])
    return PreviewRow(record, payload=_payload(mapping, ageless.items[0]), reject=reject)


def _payload(mapping: CompiledMapping, item: Item) -> Any:
    """The request's body as it would be if the record travelled alone."""
    body = orjson.loads(framing_of(mapping.data_type, mapping.form).framed([item]))
    return {"data": body["data"]} if mapping.data_type == "incidents" else body
    # The marker beside an incident is for the sink, which looks for it before it sends the rest.
