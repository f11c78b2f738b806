"""Strategies for mapping documents that the editor's form can express, by data type."""

from __future__ import annotations

from typing import Any

from hypothesis import strategies as st

from portal.mappings.editing.entries import scalar, shown

TYPES = {"id": "string", "at": "timestamp", "value": "number", "up": "boolean", "user": "object"}

texts = st.text(st.characters(exclude_categories=("Cs", "Cc")), max_size=20)
filled = texts.filter(str.strip)
numbers = st.integers(-(2**53), 2**53) | st.floats(allow_nan=False, allow_infinity=False)
paths = st.sampled_from([*TYPES, "user.name", "gone"])


def values(constants: st.SearchStrategy[Any]) -> st.SearchStrategy[dict[str, Any]]:
    sources: st.SearchStrategy[dict[str, Any]] = st.builds(dict, field=paths) | st.builds(
        dict, template=filled
    )
    defaults: st.SearchStrategy[dict[str, Any]] = st.just({}) | st.builds(dict, default=constants)
    with_default = st.builds(lambda source, default: source | default, sources, defaults)
    return st.builds(dict, constant=constants) | with_default


text_values, number_values = values(filled), values(numbers)
tags = st.lists(st.fixed_dictionaries({"key": st.just("env"), "value": text_values}), max_size=3)
conditions = st.one_of(
    st.fixed_dictionaries(
        {"field": st.just("id"), "is": st.sampled_from(["equals", "not_equals"]), "value": texts}
    ),
    st.fixed_dictionaries(
        {
            "field": st.just("id"),
            "is": st.just("in"),
            "value": st.lists(texts, min_size=1, max_size=3),
        }
    ),
    st.fixed_dictionaries(
        {"field": st.just("value"), "is": st.sampled_from(["equals", "less_than"])}
        | {"value": numbers}
    ),
    st.fixed_dictionaries(
        {"field": st.just("up"), "is": st.just("equals"), "value": st.booleans()}
    ),
    st.fixed_dictionaries({"field": paths, "is": st.sampled_from(["exists", "missing"])}),
)
filters = st.lists(conditions, max_size=3)
measures = st.fixed_dictionaries(
    {"name": text_values, "type": st.sampled_from(["count", "gauge"]), "value": number_values},
    optional={"interval": st.integers(1, 600), "unit": filled},
)
metrics = st.fixed_dictionaries(
    {
        "target": st.just("metrics"),
        "measures": st.lists(measures, min_size=1, max_size=3),
        "timestamp": text_values,
        "filter": filters,
        "tags": tags,
    },
    optional={"host": text_values},
)
logs = st.fixed_dictionaries(
    {
        "target": st.just("logs"),
        "source": st.just("nimbus"),
        "message": text_values,
        "filter": filters,
        "tags": tags,
        "attributes": st.just("all") | st.lists(paths, max_size=3),
    },
    optional={name: text_values for name in ("service", "status", "host", "timestamp")},
)
distributions = st.fixed_dictionaries(
    {
        "target": st.just("distributions"),
        "measures": st.lists(
            st.fixed_dictionaries({"name": text_values, "value": number_values}),
            min_size=1,
            max_size=3,
        ),
        "timestamp": text_values,
        "filter": filters,
        "tags": tags,
    },
    optional={"host": text_values},
)


def sources(constants: st.SearchStrategy[Any]) -> st.SearchStrategy[dict[str, Any]]:
    """A choice's value, which has no default of its own."""
    return values(constants).map(lambda value: {k: v for k, v in value.items() if k != "default"})


def choices(*words: str) -> st.SearchStrategy[dict[str, Any]]:
    """Whatever a record says put into one of the words."""
    said = st.one_of(st.booleans(), numbers, texts.filter(lambda text: not _odd(text)))
    pairs = st.lists(
        st.tuples(st.sampled_from(words), said),
        max_size=4,
        unique_by=lambda pair: shown(pair[1]).strip().casefold(),
    )
    listed = pairs.map(_by_word)
    fixed = st.sampled_from(words).map(scalar)
    return st.fixed_dictionaries(
        {"value": sources(fixed)},
        optional={"map": listed.filter(bool), "default": st.sampled_from(words)},
    )


def _by_word(pairs: list[tuple[str, Any]]) -> dict[str, list[Any]]:
    return {word: [said for to, said in pairs if to == word] for word, _said in pairs}


def _odd(text: str) -> bool:
    """A text that reads like a number or a truth; to a map it is the same as one."""
    return not isinstance(scalar(text), str)


def full(part: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    return part.filter(bool)


objects = paths.map(lambda path: {"field": path})
happened = {"title": text_values}
around = {name: text_values for name in ("timestamp", "host", "aggregation_key")} | {
    "tags": full(tags),
    "filter": full(filters),
}
plain_events = st.fixed_dictionaries(
    {"target": st.just("events"), "text": text_values, **happened},
    optional={
        **around,
        "alert_type": choices("error", "warning", "user_update"),
        "priority": choices("normal", "low"),
        "source_type_name": text_values,
    },
)
changes = st.fixed_dictionaries(
    {
        "target": st.just("events"),
        **happened,
        "change": st.fixed_dictionaries(
            {
                "resource": text_values,
                "resource_type": st.sampled_from(["feature_flag", "configuration"]),
            },
            optional={
                "author": st.fixed_dictionaries(
                    {"name": text_values, "type": st.sampled_from(["user", "api"])}
                ),
                "new_value": objects,
                "prev_value": objects,
                "metadata": objects,
                "impacted_services": st.lists(text_values, min_size=1, max_size=3),
            },
        ),
    },
    optional={**around, "text": text_values},
)
links = st.fixed_dictionaries(
    {"url": text_values, "category": st.sampled_from(["runbook", "resource"])},
    optional={"title": text_values},
)
alerts = st.fixed_dictionaries(
    {
        "target": st.just("events"),
        **happened,
        "alert": st.fixed_dictionaries(
            {"status": choices("ok", "warn", "error")},
            optional={
                "priority": choices("1", "5"),
                "links": st.lists(links, min_size=1, max_size=3),
                "custom": st.just("all") | st.lists(paths, max_size=3),
            },
        ),
    },
    optional={**around, "text": text_values},
)
checks = st.fixed_dictionaries(
    {
        "target": st.just("service_checks"),
        "check": text_values,
        "host": text_values,
        "status": choices("ok", "warning", "critical", "unknown"),
        "filter": filters,
        "tags": tags,
    },
    optional={"message": text_values, "timestamp": text_values},
)
SPAN_TEXTS = ("parent_id", "service", "resource", "type", "error_message", "env", "version")
spans = st.builds(
    lambda span, length: span | length,
    st.fixed_dictionaries(
        {"target": st.just("traces")}
        | {name: text_values for name in ("trace_id", "span_id", "name", "start")},
        optional={
            **{name: text_values for name in SPAN_TEXTS},
            "kind": choices("server", "client"),
            "error": choices("ok", "error"),
            "form": st.sampled_from(["otlp_json", "agent_v0.4_msgpack"]),
            "attributes": st.lists(paths, max_size=3),
            "tags": full(tags),
            "filter": full(filters),
        },
    ),
    st.one_of(
        st.fixed_dictionaries({"end": text_values}),
        st.fixed_dictionaries(
            {"value": number_values, "unit": st.sampled_from(["seconds", "nanoseconds"])}
        ).map(lambda duration: {"duration": duration}),
    ),
)


def dropdown(name: str, *words: str) -> st.SearchStrategy[dict[str, Any]]:
    return choices(*words).map(lambda choice: {"name": name, "type": "dropdown", **choice})


dropdowns = [dropdown("severity", "SEV-1", "Sev 9"), dropdown("state", "active", "resolved")]
box = st.fixed_dictionaries(
    {
        "name": st.just("summary"),
        "type": st.sampled_from(["textbox", "autocomplete"]),
        "value": text_values,
    }
)
incidents = st.fixed_dictionaries(
    {
        "target": st.just("incidents"),
        "title": text_values,
        "customer_impacted": choices("true", "false"),
    },
    optional={
        "customer_impact_scope": text_values,
        "fields": st.tuples(*(st.lists(one, max_size=1) for one in [box, *dropdowns]))
        .map(lambda found: [field for some in found for field in some])
        .filter(bool),
        "marker": full(
            st.fixed_dictionaries(
                {}, optional={"value": text_values, "field": st.just("nimbus_id")}
            )
        ),
        "filter": full(filters),
    },
)
DOCUMENTS: dict[str, st.SearchStrategy[dict[str, Any]]] = {
    "metrics": metrics,
    "distributions": distributions,
    "logs": logs,
    "events": plain_events,
    "changes": changes,
    "alerts": alerts,
    "service checks": checks,
    "traces": spans,
    "incidents": incidents,
}
