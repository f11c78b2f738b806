"""The one door to ``integrations``: what a mapping document means, and whether it holds.

Documents come and go as plain JSON values. Knows no organisation and no request.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, cast

import orjson

from integrations.core import fields as core_fields
from integrations.core.errors import IntegrationError, InvalidMappingError
from integrations.core.fields import FieldType, field_getter
from integrations.core.records import Record
from integrations.core.reject_codes import REJECT_CODES
from integrations.datadog.sites import site_for_domain
from integrations.mapping import PreviewRow as PreviewRow
from integrations.mapping import (
    check_mapping,
    decode_mapping,
    encode_mapping,
    preview,
    suggest_mapping,
)
from integrations.mapping.templates import parse_template, template_fields
from integrations.sources.field_checks import FieldError, compile_field_checks
from portal.mappings.domain import MappingsError
from portal.mappings.models import Dataset, DatasetField

JsonObject = dict[str, Any]
Field = core_fields.DatasetField


def fields_of(dataset: Dataset) -> list[Field]:
    """The dataset's fields as the mapping room reads them."""
    return [as_field(field) for field in dataset.fields.all()]


def as_field(field: DatasetField) -> Field:
    kind = cast(FieldType, field.type)
    return Field(field.name, kind, required=field.required, samples=tuple(field.samples))


def problems_of(document: Mapping[str, Any], fields: Sequence[Field]) -> list[tuple[str, str]]:
    """Everything that keeps the document from being saved, as (path, sentence) pairs."""
    remaining, problems = dict(document), []
    while True:
        try:
            decoded = decode_mapping(remaining)
            break
        except InvalidMappingError as error:
            problems.append((error.path, _sentences(error.fix)))
            if not _put_aside(remaining, error.path):
                return problems
    return problems + [
        (found.path, _sentences(found.message, found.fix))
        for found in check_mapping(decoded, fields)
    ]


_HARMLESS_VALUE = {"constant": 0}
_HARMLESS: Mapping[str, JsonObject] = {
    "measures": {"name": {"constant": "x"}, "type": "gauge", "value": _HARMLESS_VALUE},
    "tags": {"key": "x", "value": _HARMLESS_VALUE},
    "change": {"resource": _HARMLESS_VALUE, "resource_type": "configuration"},
    "alert": {"status": {"value": {"constant": "ok"}}},
    "customer_impacted": {"value": {"constant": False}},
    "duration": {"value": _HARMLESS_VALUE, "unit": "seconds"},
    "marker": {},
}
_LISTED = frozenset({"measures", "tags"})
_DISPENSABLE = frozenset(
    {"alert_type", "priority", "kind", "error", "fields", "form", "attributes"}
)
_PART = re.compile(r"\A([a-z_]+)(?:\[(\d+)\])?")


def _put_aside(document: JsonObject, path: str) -> bool:
    """Replace the part that cannot be read by a harmless one, so that the rest can be judged."""
    part = _PART.match(path)
    if part is None or part[1] not in document:
        return False
    name, index = part[1], part[2]
    before = document.pop(name)
    if name in _DISPENSABLE:
        return True
    document[name] = _harmless(document, name, before, int(index) if index else None)
    return bool(document[name] != before)


def _harmless(document: JsonObject, name: str, found: Any, index: int | None) -> Any:
    if name == "status" and document["target"] == "service_checks":
        return {"value": {"constant": "ok"}}
    if name not in _HARMLESS:
        return [] if isinstance(found, list) else _HARMLESS_VALUE
    harmless: Any = _HARMLESS[name]
    if name == "measures" and document["target"] == "distributions":
        harmless = {key: value for key, value in harmless.items() if key != "type"}
    if name not in _LISTED:
        return harmless
    if index is None:
        return [harmless]
    return [*found[:index], harmless, *found[index + 1 :]]


def canonical(document: Mapping[str, Any]) -> JsonObject:
    """The document the way it is stored; it has to be free of problems."""
    return encode_mapping(decode_mapping(document))


def suggested_document(dataset: Dataset, *, data_type: str, prefix: str) -> JsonObject:
    """A first draft; MappingsError when the dataset lacks what the data type needs."""
    try:
        draft = suggest_mapping(
            fields_of(dataset), target=data_type, dataset=dataset.name, prefix=prefix
        )
    except InvalidMappingError as error:
        raise MappingsError(_sentences(str(error), error.fix)) from error
    return encode_mapping(draft)


def preview_of(
    document: Mapping[str, Any], samples: Iterable[JsonObject], *, now: float, id_field: str = ""
) -> list[PreviewRow]:
    """What each sample record would become; the document has to be free of problems."""
    records = [
        _record(number, data, id_field=id_field) for number, data in enumerate(samples, start=1)
    ]
    return preview(decode_mapping(document), records, now=now)


def _record(number: int, data: JsonObject, *, id_field: str) -> Record:
    found = field_getter(id_field)(data) if id_field else None
    record_id = f"sample-{number}" if found is None else str(found)
    return Record(number=number, id=record_id, raw=orjson.dumps(data), data=data)


def fix_of(reject_code: str) -> str:
    """What a person does about a reject."""
    return REJECT_CODES[reject_code].fix


def value_at(path: str, data: JsonObject) -> Any:
    """What a record holds at a path; None when it holds nothing."""
    return field_getter(path)(data)


def fields_in(value: Mapping[str, Any]) -> list[str]:
    """The paths that a value of a document reads."""
    if "field" in value:
        return [value["field"]]
    return template_fields(value["template"]) if "template" in value else []


def template_literal(template: str) -> str:
    """The text a template begins with, whatever the record; "" when it cannot be read."""
    try:
        parts = parse_template(template)
    except ValueError:
        return ""
    return parts[0] if parts and isinstance(parts[0], str) else ""


def fill_template(template: str, data: JsonObject) -> str:
    """A template's text for one record; missing fields stay in their braces."""
    try:
        parts = parse_template(template)
    except ValueError:
        return ""
    words = []
    for part in parts:
        found = part if isinstance(part, str) else field_getter(part.path)(data)
        words.append(f"{{{part.path}}}" if found is None and not isinstance(part, str) else found)
    return "".join(word if isinstance(word, str) else orjson.dumps(word).decode() for word in words)


def misfit_of(name: str, kind: str, sample: Any) -> str:
    """Why a sample value does not fit its field's type; "" when it does."""
    check = compile_field_checks([Field(name, cast(FieldType, kind), required=True)])
    try:
        check({name: sample})
    except FieldError as error:
        return error.message
    return ""


def site_label(domain: str) -> str:
    """A Datadog site's short name, such as EU1."""
    try:
        return site_for_domain(domain).label
    except IntegrationError:
        return domain


def has_otlp(domain: str) -> bool:
    """Whether a Datadog site takes spans without an Agent."""
    try:
        return site_for_domain(domain).otlp
    except IntegrationError:
        return True


def site_address(domain: str, subdomain: str) -> str:
    """The Datadog address a person knows a connection by."""
    if subdomain:
        return f"{subdomain}.{domain}"
    try:
        return site_for_domain(domain).app_host
    except IntegrationError:
        return domain


def _sentences(*parts: str) -> str:
    """Parts without capitals and full stops as sentences."""
    whole = [part.rstrip(".") for part in parts if part]
    ended = [part if part.endswith("?") else f"{part}." for part in whole]
    return " ".join(part[:1].upper() + part[1:] for part in ended)
