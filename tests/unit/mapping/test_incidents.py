"""What records become as incidents, and what these are found by."""

from typing import Any

import pytest

from integrations.mapping.incidents import marker_text
from tests.unit.mapping.documents import INCIDENTS, happening, payload, rejection


def _incident(**changes: Any) -> dict[str, Any]:
    (body,) = payload(INCIDENTS, happening(level="FATAL", failed=True), **changes)
    return dict(body)


def test_a_record_becomes_an_incident_with_its_id_in_the_title() -> None:
    assert _incident() == {
        "marker": {"text": "[r1]"},
        "data": {
            "type": "incidents",
            "attributes": {
                "title": "started [r1]",
                "customer_impacted": True,
                "customer_impact_scope": "All of them",
                "fields": {"severity": {"type": "dropdown", "value": "SEV-1"}},
            },
        },
    }


def test_the_marker_may_stand_in_a_field_and_be_shared_by_records() -> None:
    body = _incident(marker={"value": {"field": "app"}, "field": "acme_id"})
    assert body["marker"] == {"text": "shop", "field": "acme_id"}
    attributes = body["data"]["attributes"]
    assert attributes["title"] == "started"
    assert attributes["fields"]["acme_id"] == {"type": "textbox", "value": "shop"}


def test_without_affected_customers_there_is_no_scope() -> None:
    (body,) = payload(INCIDENTS, happening())
    attributes = body["data"]["attributes"]
    assert attributes["customer_impacted"] is False
    assert "customer_impact_scope" not in attributes
    assert attributes["fields"]["severity"]["value"] == "UNKNOWN"


def test_affected_customers_without_a_scope_are_rejected() -> None:
    document = {name: INCIDENTS[name] for name in INCIDENTS if name != "customer_impact_scope"}
    assert rejection(document, happening(failed=True))[0] == "missing_field"


@pytest.mark.parametrize(("services", "texts"), [("shop", ["shop"]), (["a", 1], ["a", "1"])])
def test_fields_that_are_lists_take_one_or_several(services: object, texts: list[str]) -> None:
    field = {"name": "services", "type": "autocomplete", "value": {"field": "services"}}
    (body,) = payload(INCIDENTS, happening(services=services), fields=[field])
    fields = body["data"]["attributes"]["fields"]
    assert fields["services"] == {"type": "autocomplete", "value": texts}


def test_a_marker_that_no_search_could_hold_is_made_another_of_its_own() -> None:
    assert marker_text("INC-7/ä") == "INC-7/ä"
    odd = [marker_text(text) for text in ('a"b', "a_b", "a\\b", "x" * 300)]
    assert len(set(odd)) == 4
    assert all('"' not in text and "\\" not in text and len(text) < 100 for text in odd)
