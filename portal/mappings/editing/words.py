"""A mapping document in words, and what changed from one revision to the next. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

OPERATORS = {
    "equals": "is",
    "not_equals": "is not",
    "in": "is one of",
    "exists": "is there",
    "missing": "is missing",
    "greater_than": "is above",
    "less_than": "is below",
    "contains": "contains",
}


@dataclass(frozen=True, slots=True)
class Fact:
    """One line about a mapping."""

    label: str
    text: str


def facts_of(document: Mapping[str, Any]) -> list[Fact]:
    """What the document says, a line for each part."""
    target = _metrics_facts if document["target"] == "metrics" else _logs_facts
    return [*target(document), *_tag_facts(document), _filter_fact(document)]


def changes_between(old: Mapping[str, Any], new: Mapping[str, Any]) -> list[str]:
    """What a revision changed, a sentence for each part."""
    before = {fact.label: fact.text for fact in facts_of(old)}
    after = {fact.label: fact.text for fact in facts_of(new)}
    sentences = []
    for label in [*before, *(label for label in after if label not in before)]:
        was, now = before.get(label), after.get(label)
        if was is None:
            sentences.append(f"{label} added: {now}")
        elif now is None:
            sentences.append(f"{label} removed")
        elif was != now:
            sentences.append(f"{label}: {was} → {now}")
    return sentences


def _metrics_facts(document: Mapping[str, Any]) -> Iterator[Fact]:
    several = len(document["measures"]) > 1
    for number, measure in enumerate(document["measures"], start=1):
        label = f"Metric {number}" if several else "Metric"
        yield Fact(label, f"{_value(measure['name'])}, {_kind(measure)}")
        yield Fact(f"{label} value", _value(measure["value"]))
    yield from _single_facts(document, {"timestamp": "Time", "host": "Host"})


def _kind(measure: Mapping[str, Any]) -> str:
    kind = str(measure["type"])
    if "interval" in measure:
        kind += f" over {measure['interval']} seconds"
    return f"{kind}, in {measure['unit']}" if "unit" in measure else kind


def _logs_facts(document: Mapping[str, Any]) -> Iterator[Fact]:
    yield Fact("Source", document["source"])
    labels = {
        "message": "Message",
        "service": "Service",
        "status": "Status",
        "host": "Host",
        "timestamp": "Time",
    }
    yield from _single_facts(document, labels)
    attributes = document.get("attributes", "all")
    chosen = ", ".join(attributes) or "none" if isinstance(attributes, list) else "all other fields"
    yield Fact("Attributes", chosen)


def _single_facts(document: Mapping[str, Any], labels: Mapping[str, str]) -> Iterator[Fact]:
    for name, label in labels.items():
        if name in document:
            yield Fact(label, _value(document[name]))


def _tag_facts(document: Mapping[str, Any]) -> Iterator[Fact]:
    seen: dict[str, int] = {}
    for tag in document.get("tags", []):
        seen[tag["key"]] = seen.get(tag["key"], 0) + 1
        again = f" ({seen[tag['key']]})" if seen[tag["key"]] > 1 else ""
        yield Fact(f"Tag {tag['key']}{again}", _value(tag["value"]))


def _filter_fact(document: Mapping[str, Any]) -> Fact:
    conditions = [_condition(condition) for condition in document.get("filter", [])]
    return Fact("Records", f"only where {', and '.join(conditions)}" if conditions else "all")


def _condition(condition: Mapping[str, Any]) -> str:
    words = f"{condition['field']} {OPERATORS[condition['is']]}"
    value = condition.get("value")
    if value is None:
        return words
    values = value if isinstance(value, list) else [value]
    return f"{words} {', '.join(_constant(one) for one in values)}"


def _value(value: Mapping[str, Any]) -> str:
    if "constant" in value:
        return f"always {_constant(value['constant'])}"
    words = f"field {value['field']}" if "field" in value else f"template {value['template']}"
    default = f", or {_constant(value['default'])} if missing" if "default" in value else ""
    return words + default


def _constant(value: object) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    return f"“{value}”" if isinstance(value, str) else str(value)
