"""A mapping document in words, and what changed from one revision to the next. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from portal.mappings.editing.entries import shown
from portal.mappings.editing.incident_layout import set_apart
from portal.mappings.editing.layouts import LAYOUTS
from portal.mappings.editing.parts import (
    AttributesPart,
    ChoicePart,
    Part,
    PickPart,
    RowsPart,
    SwitchPart,
    TextPart,
    ValuePart,
    found_at,
)
from portal.mappings.editing.to_form import listed

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
    layout = LAYOUTS[document["target"]]
    if document["target"] == "incidents":
        document = set_apart(document)
    facts = [*_measure_facts(layout.measures, document)]
    if layout.has_source:
        facts.append(Fact("Source", document["source"]))
    for part in layout.parts:
        if part is not layout.measures:
            facts += _facts(part, document)
    return [*facts, *_tag_facts(document), _filter_fact(document)]


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


def _measure_facts(part: RowsPart | None, document: Mapping[str, Any]) -> Iterator[Fact]:
    if part is None:
        return
    several = len(document["measures"]) > 1
    for number, measure in enumerate(document["measures"], start=1):
        label = f"{part.label} {number}" if several else part.label
        yield Fact(label, _value(measure["name"]) + _kind(measure))
        yield Fact(f"{label} value", _value(measure["value"]))


def _kind(measure: Mapping[str, Any]) -> str:
    kind = f", {measure['type']}" if measure.get("type", "distribution") != "distribution" else ""
    if "interval" in measure:
        kind += f" over {measure['interval']} seconds"
    return f"{kind}, in {measure['unit']}" if "unit" in measure else kind


def _facts(part: Part, document: Mapping[str, Any]) -> Iterator[Fact]:
    match part:
        case AttributesPart():
            yield Fact("Attributes", _attributes(part, found_at(document, part.path)))
        case SwitchPart():
            branch = part.branch_of(document)
            yield Fact(part.label, branch.label)
            for inner in branch.parts:
                yield from _facts(inner, document)
        case RowsPart():
            for number, row in enumerate(found_at(document, part.path) or [], start=1):
                words = [_said(inner, found_at(row, inner.path)) for inner in part.parts]
                yield Fact(f"{part.label} {number}", ", ".join(word for word in words if word))
        case _:
            if said := _said(part, found_at(document, part.path)):
                yield Fact(part.label, said)


def _said(part: ValuePart | ChoicePart | PickPart | TextPart, found: Any) -> str:
    """What a document says of one part; "" for nothing."""
    match part:
        case PickPart():
            return dict(part.options).get(found or part.standard, found or "")
        case TextPart():
            return str(found or "")
    if found is None:
        return ""
    return _value(found) if isinstance(part, ValuePart) else _choice(part, found)


def _choice(part: ChoicePart, choice: Mapping[str, Any]) -> str:
    constant, labels = choice["value"].get("constant"), dict(part.words)
    if constant is not None and shown(constant) in labels:
        return f"always {labels[shown(constant)]}"
    mapped = choice.get("map", {})
    ways = [f"{listed(values)} → {labels.get(word, word)}" for word, values in mapped.items()]
    if "default" in choice:
        ways.append(f"any other → {labels.get(choice['default'], choice['default'])}")
    return _value(choice["value"]) + (f"; {'; '.join(ways)}" if ways else "")


def _attributes(part: AttributesPart, found: Any) -> str:
    if isinstance(found, list):
        return ", ".join(found) or "none"
    said = found or part.standard
    return "none" if said == "none" else "all other fields"


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
