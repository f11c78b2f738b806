"""Strangers find nothing, viewers change nothing, nothing changes by GET."""

from __future__ import annotations

import pytest
from django.test import Client

from portal.mappings.models import Mapping
from tests.factories import MappingFactory, make_organisation
from tests.integration.syncs_screens.rows import make_run

PAGES = ["", "runs/", "runs/{run}/", "runs/{run}/?show=rejects", "runs/{run}/?show=batches"]
ACTIONS = [
    "runs/{run}/cancel/",
    "runs/{run}/replay/",
    "syncs/{mapping}/start/",
    "syncs/{mapping}/pause/",
    "syncs/{mapping}/resume/",
]


def address(slug: str, path: str, mapping: Mapping) -> str:
    run = make_run(mapping, "failed")
    return f"/o/{slug}/" + path.format(run=run.id, mapping=mapping.id)


@pytest.fixture
def foreign(db: None) -> Mapping:
    return MappingFactory(organisation=make_organisation(name="Other"))


@pytest.mark.parametrize("path", PAGES)
def test_a_strangers_organisation_does_not_exist(member: Client, foreign: Mapping, path: str):
    assert member.get(address("other", path, foreign)).status_code == 404


@pytest.mark.parametrize("path", ACTIONS)
def test_a_stranger_cannot_act(member: Client, foreign: Mapping, path: str):
    assert member.post(address("other", path, foreign)).status_code == 404


@pytest.mark.parametrize("path", [path for path in PAGES if "{" in path])
def test_a_foreign_run_does_not_exist_under_ones_own_name(
    member: Client, foreign: Mapping, path: str
):
    assert member.get(address("bigcorp", path, foreign)).status_code == 404


@pytest.mark.parametrize("path", ACTIONS)
def test_a_foreign_run_or_mapping_cannot_be_acted_on(member: Client, foreign: Mapping, path: str):
    data = {"reason": "Because"}
    assert member.post(address("bigcorp", path, foreign), data).status_code == 404


@pytest.mark.parametrize("path", ACTIONS)
def test_a_viewer_may_look_but_not_act(viewer: Client, mapping: Mapping, path: str):
    assert viewer.post(address("bigcorp", path, mapping)).status_code == 403
    assert viewer.get(address("bigcorp", "runs/{run}/", mapping)).status_code == 200


@pytest.mark.parametrize("path", ACTIONS)
def test_nothing_changes_by_get(member: Client, mapping: Mapping, path: str):
    assert member.get(address("bigcorp", path, mapping)).status_code == 405


@pytest.mark.parametrize("path", PAGES)
def test_a_visitor_has_to_sign_in(client: Client, mapping: Mapping, path: str):
    assert client.get(address("bigcorp", path, mapping)).status_code == 302
