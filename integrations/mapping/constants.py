"""Constants of a mapping document that no record could make right. Knows no dataset."""

from __future__ import annotations

from msgspec import UNSET

from integrations.core.timestamps import epoch_seconds
from integrations.mapping.document import MappingDocument
from integrations.mapping.incident_documents import IncidentsMapping
from integrations.mapping.names import metric_name
from integrations.mapping.parts import Value, matched
from integrations.mapping.problems import Problem
from integrations.mapping.rejected import RecordRejectedError
from integrations.mapping.telemetry_documents import DistributionsMapping, MetricsMapping
from integrations.mapping.uses import NUMBER_TYPES, NUMBERS_TYPES, OBJECT_TYPES, TIME_TYPES, Use


def constant_problems(use: Use) -> list[Problem]:
    """What is wrong with the constant of one value, if it is one."""
    constant = use.value.constant
    if use.types in (NUMBER_TYPES, NUMBERS_TYPES) and isinstance(constant, str | bool):
        return [Problem(f"{use.path}.constant", "this is not a number", "write a number")]
    if use.types == TIME_TYPES and _is_no_time(constant):
        fix = "name the field with the time"
        return [Problem(f"{use.path}.constant", "this is not a time", fix)]
    if use.types == OBJECT_TYPES and constant is not UNSET:
        fix = "name a field with an object"
        return [Problem(f"{use.path}.constant", "this is not an object", fix)]
    return _unknown_word(use)


def _is_no_time(constant: object) -> bool:
    return isinstance(constant, str | bool) and epoch_seconds(constant) is None


def _unknown_word(use: Use) -> list[Problem]:
    constant, choice = use.value.constant, use.choice
    if choice is None or not isinstance(constant, bool | int | float | str):
        return []
    listed = {matched(value) for values in choice.map.values() for value in values}
    if isinstance(choice.default, str) or matched(constant) in listed | set(use.words):
        return []
    words = ", ".join(use.words)
    return [
        Problem(f"{use.path}.constant", "Datadog does not know this word", f"use one of {words}")
    ]


def document_problems(document: MappingDocument) -> list[Problem]:
    """What is wrong with constants by the rules of one target only."""
    if isinstance(document, MetricsMapping | DistributionsMapping):
        names = [measure.name.constant for measure in document.measures]
        return [
            problem
            for index, name in enumerate(names)
            if isinstance(name, str)
            for problem in _name_problems(f"measures[{index}].name.constant", name)
        ]
    return _scope_problems(document) if isinstance(document, IncidentsMapping) else []


def _name_problems(path: str, name: str) -> list[Problem]:
    try:
        metric_name(name)
    except RecordRejectedError as rejected:
        return [Problem(path, rejected.message.rstrip("."), "change the name")]
    return []


def _scope_problems(document: IncidentsMapping) -> list[Problem]:
    """Datadog takes no incident that affects customers without the scope of it."""
    never = document.customer_impacted.value.constant
    if isinstance(document.customer_impact_scope, Value) or (
        isinstance(never, bool | str) and matched(never) == "false"
    ):
        return []
    return [
        Problem(
            "customer_impact_scope",
            "records may say that customers are affected, but no scope is mapped",
            "map a text that says who is affected and how",
        )
    ]
