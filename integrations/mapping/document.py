"""The mapping document: what a person configures, as strict typed JSON, tagged by its target.

Knows the form only. What the words do is in ``compiled``; whether they fit a dataset, in ``check``.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import msgspec

from integrations.core.errors import InvalidMappingError
from integrations.mapping.event_documents import EventsMapping
from integrations.mapping.incident_documents import IncidentsMapping
from integrations.mapping.telemetry_documents import (
    DistributionsMapping,
    LogsMapping,
    MetricsMapping,
    ServiceChecksMapping,
)
from integrations.mapping.trace_documents import TracesMapping

MappingDocument = (
    MetricsMapping
    | DistributionsMapping
    | LogsMapping
    | EventsMapping
    | ServiceChecksMapping
    | TracesMapping
    | IncidentsMapping
)


def decode_mapping(data: bytes | str | Mapping[str, Any]) -> MappingDocument:
    """Read a mapping document; InvalidMappingError names the place and what is wrong there."""
    document: MappingDocument
    try:
        if isinstance(data, Mapping):
            document = msgspec.convert(data, type=MappingDocument, strict=True)
        else:
            document = msgspec.json.decode(data, type=MappingDocument, strict=True)
    except msgspec.MsgspecError as exc:
        message, path = _readable(str(exc))
        text = f"{path}: {message}" if path else message
        raise InvalidMappingError(text, path=path, fix=message) from exc
    return document


def encode_mapping(document: MappingDocument) -> dict[str, Any]:
    """The document as plain JSON values, the way it is stored."""
    plain: dict[str, Any] = msgspec.to_builtins(document)
    return plain


_PLAIN_WORDS = {
    "Object missing required field": "the field is missing:",
    "Object contains unknown field": "no such field:",
    "Invalid enum value": "unknown word",
    "Invalid value": "unknown word",
    "`array`": "a list",
    "`object`": "an object",
    "`str`": "text",
    "`int`": "a whole number",
    "`null`": "null",
}


def _readable(error: str) -> tuple[str, str]:
    """Split msgspec's ``sentence - at `$.place` `` into sentence and place."""
    message, _, place = error.partition(" - at `")
    path = place.rstrip("`").removeprefix("$").removeprefix(".")
    for jargon, words in _PLAIN_WORDS.items():
        message = message.replace(jargon, words)
    message = message.replace("`", '"')
    return message[:1].lower() + message[1:], path
