"""The screens of mappings, through the client."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from portal.accounts.domain import Role
from portal.accounts.models import Organisation
from portal.common.tenancy import tenant
from portal.connections.models import Connection
from portal.mappings.models import Dataset, Mapping
from tests.factories import (
    METRICS_DOCUMENT,
    ConnectionFactory,
    DatasetFactory,
    MappingFactory,
    make_member,
    make_organisation,
)

pytestmark = pytest.mark.django_db

LOG_FIELDS = (
    ("id", "string", "l-1"),
    ("at", "timestamp", "2026-11-23T10:00:00Z"),
    ("message", "string", "disk full"),
    ("level", "string", "error"),
)


@dataclass
class Desk:
    """A member at work in an organisation with one connection and one dataset."""

    client: Client
    organisation: Organisation
    connection: Connection
    dataset: Dataset

    def url(self, name: str, *args: Any) -> str:
        return reverse(f"mappings:{name}", args=[self.organisation.slug, *args])

    def new_url(self, data_type: str = "metrics") -> str:
        asked = f"connection={self.connection.id}&dataset={self.dataset.id}&data_type={data_type}"
        return f"{self.url('new')}?{asked}"

    def mapping(self, **changes: Any) -> Mapping:
        made: Mapping = MappingFactory(
            organisation=self.organisation,
            connection=self.connection,
            dataset=self.dataset,
            **changes,
        )
        return made

    def kept(self) -> Mapping:
        with tenant(self.organisation.id):
            return Mapping.objects.get()


def make_desk(role: Role = Role.MEMBER, fields: Any = None) -> Desk:
    organisation = make_organisation()
    client = Client()
    client.force_login(make_member(organisation, role))
    connection = ConnectionFactory(organisation=organisation)
    return Desk(client, organisation, connection, DatasetFactory(fields=fields))


@pytest.fixture
def desk() -> Desk:
    return make_desk()


def entries(page: Any) -> dict[str, str]:
    """What a browser would send back of the editor's form, unchanged."""
    form = page.context["editor"].form
    return {
        name: form[name].value() or ""
        for name in form.fields
        if not isinstance(form[name].value(), list)
    }


def text_of(page: Any) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", "", page.content.decode()))


def test_the_list_leads_to_each_mapping(desk: Desk) -> None:
    mapping = desk.mapping(name="CPU load")
    page = desk.client.get(desk.url("list"))
    assert f'href="{desk.url("detail", mapping.id)}">CPU load' in page.content.decode()


def test_without_a_connection_the_list_says_to_link_datadog() -> None:
    desk = make_desk()
    with tenant(desk.organisation.id):
        Connection.objects.all().delete()
    assert "Link Datadog first" in text_of(desk.client.get(desk.url("list")))


def test_a_single_connection_is_no_question(desk: Desk) -> None:
    page = desk.client.get(desk.url("new"))
    assert "your only connection" in text_of(page)
    assert f'type="hidden" name="connection" value="{desk.connection.id}"' in page.content.decode()


def test_a_new_mapping_opens_with_a_draft_that_can_be_saved_as_it_is(desk: Desk) -> None:
    page = desk.client.get(desk.new_url())
    draft = entries(page)
    assert draft["measures-0-value_from"] == "field:value"
    assert draft["timestamp_from"] == "field:at"
    answer = desk.client.post(desk.new_url(), draft | {"do": "save"}, follow=True)
    assert "takes effect from the next run" in text_of(answer)
    assert desk.kept().document["timestamp"] == {"field": "at"}


def test_a_dataset_without_numbers_says_so_for_metrics() -> None:
    desk = make_desk(fields=LOG_FIELDS)
    page = desk.client.get(desk.new_url("metrics"))
    assert "no field with a number. Map it to logs." in text_of(page)


def test_the_source_of_logs_is_the_vendors_whatever_is_sent(settings: Any) -> None:
    settings.VENDOR_PREFIX = "Nimbus"
    desk = make_desk(fields=LOG_FIELDS)
    draft = entries(desk.client.get(desk.new_url("logs")))
    desk.client.post(desk.new_url("logs"), draft | {"source": "other", "do": "save"})
    assert desk.kept().document["source"] == "nimbus"


def test_every_error_stands_beside_its_entry_and_nothing_typed_is_lost(desk: Desk) -> None:
    typed = entries(desk.client.get(desk.new_url())) | {
        "measures-0-value_from": "path",
        "measures-0-value_text": "valeu",
        "timestamp_from": "",
        "tags-0-key": "9lives",
        "tags-0-value_from": "template",
        "tags-0-value_text": "x-{measur}",
        "do": "save",
    }
    page = desk.client.post(desk.new_url(), typed)
    notes = page.context["editor"].notes
    assert notes["measures-0-value"].errors == [
        'The dataset has no field "valeu". Did you mean "value"?'
    ]
    assert notes["timestamp"].errors == ["Choose where the time comes from."]
    assert "starts with a letter" in notes["tags-0"].errors[0]
    assert entries(page) == {name: value for name, value in typed.items() if name != "do"}
    with tenant(desk.organisation.id):
        assert not Mapping.objects.exists()


def test_a_taken_name_is_told_beside_the_name(desk: Desk) -> None:
    desk.mapping(name="CPU")
    draft = entries(desk.client.get(desk.new_url())) | {"name": "CPU", "do": "save"}
    page = desk.client.post(desk.new_url(), draft)
    assert "already has a mapping named" in page.context["editor"].form.errors["name"][0]


def test_rows_come_and_go_without_javascript(desk: Desk) -> None:
    typed = entries(desk.client.get(desk.new_url())) | {"name": "Half typed"}
    page = desk.client.post(desk.new_url(), typed | {"do": "add:tags"})
    assert len(page.context["editor"].tags) == int(typed["tags-rows"]) + 2
    assert page.context["editor"].form.errors == {}
    page = desk.client.post(desk.new_url(), entries(page) | {"do": "remove:tags-0"})
    assert len(page.context["editor"].tags) == int(typed["tags-rows"]) + 1
    assert entries(page)["name"] == "Half typed"


def test_the_preview_shows_the_exact_payload_of_old_samples_and_says_their_age(desk: Desk) -> None:
    page = desk.client.get(desk.new_url())
    (card,) = page.context["editor"].preview.cards
    assert '"metric": "nimbus.' in card.payload
    assert '"timestamp": 1795428000' in card.payload


def test_the_live_preview_answers_with_the_part_of_the_page(desk: Desk) -> None:
    typed = entries(desk.client.get(desk.new_url())) | {
        "connection": desk.connection.id,
        "dataset": desk.dataset.id,
        "data_type": "metrics",
        "measures-0-name_from": "constant",
        "measures-0-name_text": "cpu.load",
        "tags-0-key": "host",
        "tags-0-value_from": "field:measure",
    }
    page = desk.client.post(desk.url("preview"), typed, headers={"HX-Request": "true"})
    text = page.content.decode()
    assert "<html" not in text
    assert "&quot;metric&quot;: &quot;cpu.load&quot;" in text
    assert 'id="note-measures-0-name" hx-swap-oob="true"' in text
    assert "Metric names of this integration begin with &quot;nimbus.&quot;" in text
    assert "Datadog gives the key &quot;host&quot; a meaning of its own" in text


@pytest.mark.parametrize(
    ("condition", "verdict"),
    [({"value": "gpu"}, "skipped"), ({"value": "cpu"}, "sent")],
)
def test_the_preview_says_what_the_filter_skips(
    desk: Desk, condition: dict[str, str], verdict: str
) -> None:
    typed = entries(desk.client.get(desk.new_url())) | {
        "filter-0-field": "measure",
        "filter-0-is": "equals",
        "filter-0-value": condition["value"],
        "do": "preview",
    }
    page = desk.client.post(desk.new_url(), typed)
    assert [card.verdict for card in page.context["editor"].preview.cards] == [verdict]


def test_a_rejected_sample_shows_reason_and_fix() -> None:
    fields: Any = (
        ("at", "timestamp", "2026-11-23T10:00:00Z"),
        ("value", "number", 1),
        ("user", "object", {}),
    )
    desk = make_desk(fields=fields)
    typed = entries(desk.client.get(desk.new_url())) | {
        "measures-0-value_from": "path",
        "measures-0-value_text": "user.age",
        "do": "preview",
    }
    (card,) = desk.client.post(desk.new_url(), typed).context["editor"].preview.cards
    assert (card.verdict, card.payload) == ("rejected", "")
    assert card.reason == 'The record has no "user.age".'
    assert "default" in card.fix


def test_what_an_empty_else_box_means_stands_in_it(desk: Desk) -> None:
    form = desk.client.get(desk.new_url()).context["editor"].form
    said = {
        name: form.fields[f"{name}_default"].widget.attrs["placeholder"]
        for name in ("timestamp", "host", "measures-0-value", "tags-0-value")
    }
    assert said == {
        "timestamp": "rejected",
        "host": "left out",
        "measures-0-value": "rejected",
        "tags-0-value": "left out",
    }


def test_an_edit_makes_a_revision_that_the_page_shows_with_its_change(desk: Desk) -> None:
    mapping = desk.mapping()
    typed = entries(desk.client.get(desk.url("edit", mapping.id)))
    typed |= {"host_from": "constant", "host_text": "web-1", "do": "save"}
    page = desk.client.post(desk.url("edit", mapping.id), typed, follow=True)
    assert "Revision 2" in text_of(page)
    assert "Host added: always “web-1”" in text_of(page)


def test_saving_over_an_unseen_revision_is_refused(desk: Desk) -> None:
    mapping = desk.mapping()
    typed = entries(desk.client.get(desk.url("edit", mapping.id))) | {"do": "save"}
    desk.client.post(desk.url("edit", mapping.id), typed | {"measures-0-unit": "byte"})
    page = desk.client.post(desk.url("edit", mapping.id), typed | {"measures-0-unit": "bit"})
    assert "saved revision 2 while you were editing revision 1" in text_of(page)
    assert desk.kept().document["measures"][0]["unit"] == "byte"


def test_a_mapping_made_in_another_way_warns_before_the_form_changes_it(desk: Desk) -> None:
    tag = {"key": "build", "value": {"constant": 5}}
    mapping = desk.mapping(document={**METRICS_DOCUMENT, "tags": [tag]})
    page = desk.client.get(desk.url("edit", mapping.id))
    assert "This form cannot say everything" in text_of(page)


def test_the_detail_says_the_mapping_in_words_and_offers_its_runs(desk: Desk) -> None:
    mapping = desk.mapping()
    page = desk.client.get(desk.url("detail", mapping.id))
    assert "template nimbus.{measure}, gauge" in text_of(page)
    assert f"?mapping={mapping.id}" in page.content.decode()


def test_a_removed_mapping_is_gone_from_the_pages(desk: Desk) -> None:
    mapping = desk.mapping(name="CPU")
    assert desk.client.get(desk.url("remove", mapping.id)).status_code == 405
    page = desk.client.post(desk.url("remove", mapping.id), follow=True)
    assert "“CPU” is removed" in text_of(page)
    assert desk.client.get(desk.url("detail", mapping.id)).status_code == 404


def test_a_viewer_looks_and_changes_nothing() -> None:
    desk = make_desk(Role.VIEWER)
    mapping = desk.mapping()
    page = desk.client.get(desk.url("detail", mapping.id))
    assert page.status_code == 200
    assert desk.url("edit", mapping.id) not in page.content.decode()
    for answer in (
        desk.client.get(desk.url("edit", mapping.id)),
        desk.client.get(desk.new_url()),
        desk.client.post(desk.url("remove", mapping.id)),
        desk.client.post(desk.url("preview")),
    ):
        assert answer.status_code == 403


def test_another_organisations_mapping_is_not_found(desk: Desk) -> None:
    mapping, stranger = desk.mapping(), make_desk()
    for name in ("detail", "edit"):
        assert stranger.client.get(stranger.url(name, mapping.id)).status_code == 404
        assert stranger.client.get(desk.url(name, mapping.id)).status_code == 404
    assert stranger.client.post(stranger.url("remove", mapping.id)).status_code == 404


def test_another_organisations_connection_cannot_be_chosen(desk: Desk) -> None:
    stranger = make_desk()
    page = desk.client.get(
        desk.new_url().replace(str(desk.connection.id), str(stranger.connection.id))
    )
    assert "Select a valid choice" in text_of(page)
