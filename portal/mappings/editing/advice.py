"""Guard rails: what a mapping may do and seldom should. Warnings, never refusals.

Rules of datadog.md section 1.4 (tags) and of Datadog's guide for partners (names begin with the
integration's prefix). Knows no form and no request.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from portal.mappings import gateways

Advice = tuple[str, str]
"""A path of the document, and a sentence."""

RESERVED_TAG_KEYS = frozenset({"host", "device", "source", "service", "env", "version"})

DISTINCT_SAMPLES = 4
"""So many samples, all different, make a field look like an identifier."""

_IDENTIFIER_NAME = re.compile(
    r"(?:\A|[_.])(?:id|uuid|guid|request|trace|span|url|email|ip)\Z|Id\Z", re.ASCII
)
_IDENTIFIER_VALUE = re.compile(
    r"\A(?:[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}|[0-9a-f]{20,})\Z",
    re.IGNORECASE,
)
_NEVER_REPEATING = {"timestamp": "a time", "number": "a measured number"}


def advice_on(
    document: Mapping[str, Any],
    *,
    fields: Sequence[gateways.Field],
    prefix: str,
    has_otlp: bool = True,
) -> list[Advice]:
    """Everything worth a second look. ``has_otlp`` is whether the site takes spans directly."""
    known = {field.name: field for field in fields}
    advice = [*_reserved_keys(document)]
    if "measures" in document:
        advice += _names_without_prefix(document, known, prefix)
        advice += _missing_intervals(document)
        advice += _identifiers_as_tags(document, known)
    if document["target"] == "traces":
        advice += _unreachable_forms(document, has_otlp=has_otlp)
    return advice


def _unreachable_forms(document: Mapping[str, Any], *, has_otlp: bool) -> Iterator[Advice]:
    if document.get("form", "otlp").startswith("agent"):
        message = "Runs stop until the portal knows the address of your Datadog Agent."
        yield ("form", message)
    elif not has_otlp:
        yield ("form", "This Datadog site has no OTLP intake. Choose a form for a Datadog Agent.")


def _reserved_keys(document: Mapping[str, Any]) -> Iterator[Advice]:
    for index, tag in enumerate(document.get("tags", [])):
        key = tag["key"].lower()
        if key in RESERVED_TAG_KEYS:
            yield (
                f"tags[{index}].key",
                f'Datadog gives the key "{key}" a meaning of its own and joins data by it. '
                "Keep it only if that is meant.",
            )


def _names_without_prefix(
    document: Mapping[str, Any], known: Mapping[str, gateways.Field], prefix: str
) -> Iterator[Advice]:
    for index, measure in enumerate(document["measures"]):
        for name in _beginnings(measure["name"], known):
            if not name.startswith(f"{prefix}."):
                yield (
                    f"measures[{index}].name",
                    f'Metric names of this integration begin with "{prefix}."; '
                    f'"{name[:60]}" does not.',
                )
                break


def _beginnings(value: Mapping[str, Any], known: Mapping[str, gateways.Field]) -> list[str]:
    """What the metric's name begins with, for each sample when a field has the name."""
    if "template" in value:
        return [gateways.template_literal(value["template"])]
    if "constant" in value:
        return [str(value["constant"])]
    field = known.get(value["field"])
    return [str(sample) for sample in field.samples] if field else []


def _missing_intervals(document: Mapping[str, Any]) -> Iterator[Advice]:
    for index, measure in enumerate(document["measures"]):
        if measure.get("type") in ("count", "rate") and "interval" not in measure:
            yield (
                f"measures[{index}].interval",
                f"A {measure['type']} needs its interval: without it Datadog cannot turn one "
                "into the other.",
            )


def _identifiers_as_tags(
    document: Mapping[str, Any], known: Mapping[str, gateways.Field]
) -> Iterator[Advice]:
    for index, tag in enumerate(document.get("tags", [])):
        for name in gateways.fields_in(tag["value"]):
            reason = _identifier_reason(known.get(name))
            if reason:
                yield (
                    f"tags[{index}].value",
                    f'"{name}" {reason}. Every different value makes a custom metric of its own, '
                    "and Datadog bills custom metrics.",
                )


def _identifier_reason(field: gateways.Field | None) -> str:
    """Why a field would make too many tags; "" when it would not."""
    if field is None:
        return ""
    if field.type in _NEVER_REPEATING:
        return f"is {_NEVER_REPEATING[field.type]}, different in almost every record"
    if _IDENTIFIER_NAME.search(field.name):
        return "is named like an identifier"
    texts = [str(sample) for sample in field.samples]
    if any(_IDENTIFIER_VALUE.match(text) for text in texts):
        return "holds identifiers"
    if len(texts) >= DISTINCT_SAMPLES and len(set(texts)) == len(texts):
        return f"is different in each of its {len(texts)} samples"
    return ""
