"""Guard rails: what is warned of, and what is not."""

from __future__ import annotations

from typing import Any

import pytest

from portal.mappings.editing.advice import advice_on
from portal.mappings.gateways import Field

FIELDS = (
    Field("customer_id", "string", samples=("a", "a")),
    Field("session", "string", samples=("a", "b", "c", "d")),
    Field("node", "string", samples=("8b7c1a52-6f2e-4f0b-9d57-3f5d2f1c9a10",)),
    Field("at", "timestamp"),
    Field("region", "string", samples=("eu", "us", "eu", "us")),
    Field("metric", "string", samples=("nimbus.cpu", "cpu")),
)


def advised(**changes: Any) -> list[tuple[str, str]]:
    measure = {"name": {"template": "nimbus.{region}"}, "type": "gauge", "value": {"field": "v"}}
    document = {"target": "metrics", "measures": [measure | changes.pop("measure", {})], "tags": []}
    return advice_on(document | changes, fields=FIELDS, prefix="nimbus")


@pytest.mark.parametrize("name", ["customer_id", "session", "node", "at"])
@pytest.mark.parametrize("value", ["{}", "x-{{{}}}"])
def test_tags_that_make_a_metric_of_every_record_are_warned_of(name: str, value: str) -> None:
    kind = "field" if value == "{}" else "template"
    tag = {"key": "k", "value": {kind: value.format(name)}}
    ((path, message),) = advised(tags=[tag])
    assert path == "tags[0].value"
    assert f'"{name}"' in message
    assert "custom metric" in message


@pytest.mark.parametrize(
    ("changes", "path"),
    [
        ({"measure": {"name": {"constant": "cpu"}}}, "measures[0].name"),
        ({"measure": {"name": {"template": "{region}.cpu"}}}, "measures[0].name"),
        ({"measure": {"name": {"field": "metric"}}}, "measures[0].name"),
        ({"measure": {"type": "rate"}}, "measures[0].interval"),
        ({"tags": [{"key": "Env", "value": {"field": "region"}}]}, "tags[0].key"),
    ],
)
def test_other_things_worth_a_second_look(changes: dict[str, Any], path: str) -> None:
    assert [place for place, _message in advised(**changes)] == [path]


def test_a_mapping_as_it_should_be_is_left_in_peace() -> None:
    tag = {"key": "region", "value": {"field": "region"}}
    assert advised(tags=[tag], measure={"type": "count", "interval": 60}) == []


@pytest.mark.parametrize(
    ("form", "has_otlp", "warned"),
    [
        ("otlp_json", True, False),
        ("otlp_json", False, True),
        ("agent_v0.4_json", False, True),
        ("agent_v0.3_msgpack", True, True),
    ],
)
def test_a_form_of_traces_that_does_not_arrive_yet_is_warned_of(
    form: str, has_otlp: bool, warned: bool
) -> None:
    document = {"target": "traces", "form": form}
    advice = advice_on(document, fields=(), prefix="nimbus", has_otlp=has_otlp)
    assert [path for path, _message in advice] == ["form"] * warned
