"""The history tells the truth in words, filters by its address and pages by key."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.test import Client

from portal.mappings.models import Mapping
from tests.factories import ConnectionFactory, MappingFactory, make_organisation
from tests.integration.syncs_screens.rows import make_run

LIST = "/o/bigcorp/runs/"
BADGE = re.compile(r'class="badge badge--(\w+)">.*?</svg>\s*([^<]+?)\s*</span>', re.DOTALL)


def page_of(client: Client, query: str = "") -> str:
    response = client.get(LIST + query)
    assert response.status_code == 200
    return response.content.decode()


def runs_on(page: str) -> list[str]:
    return re.findall(r'class="badge-link" href="/o/bigcorp/runs/([0-9a-f-]{36})/"', page)


def test_without_runs_the_page_leads_to_the_overview(member: Client, mapping: Mapping):
    assert "No runs yet" in page_of(member)


@pytest.mark.parametrize(
    ("state", "counts", "words", "tone"),
    [
        ("succeeded", {"sent": 5}, "Succeeded", "good"),
        ("succeeded_with_rejects", {"sent": 5, "rejected": 1}, "Succeeded with rejects", "warn"),
        ("all_rejected", {"rejected": 6}, "All rejected", "bad"),
        ("failed", {"sent": 5}, "Failed", "bad"),
        ("cancelled", {}, "Cancelled", "neutral"),
    ],
)
def test_every_outcome_has_its_word_and_tone(
    member: Client, mapping: Mapping, state: str, counts: dict[str, int], words: str, tone: str
):
    make_run(mapping, state, **counts)
    badge = BADGE.search(page_of(member))
    assert badge
    assert badge.groups() == (tone, words)


def test_a_run_with_rejects_never_looks_green(member: Client, mapping: Mapping):
    make_run(mapping, "succeeded_with_rejects", sent=5, rejected=1)
    assert "badge--good" not in page_of(member)


def test_runs_that_read_nothing_are_shown_when_asked_for(member: Client, mapping: Mapping):
    empty, full = make_run(mapping), make_run(mapping, sent=1, seconds_ago=90)
    assert runs_on(page_of(member)) == [str(full.id)]
    page = page_of(member, "?empty=on")
    assert runs_on(page) == [str(empty.id), str(full.id)]
    assert "Nothing new" in page


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("?outcome=failed", ["failed"]),
        ("?outcome=rejects", ["partial"]),
        ("?outcome=live", ["running"]),
        ("?trigger=manual", ["running"]),
        ("?trigger=schedule&outcome=failed", ["failed"]),
        ("?outcome=nonsense", ["running", "partial", "failed"]),
    ],
)
def test_the_address_filters(member: Client, mapping: Mapping, query: str, expected: list[str]):
    runs = {
        "failed": make_run(mapping, "failed", seconds_ago=300),
        "partial": make_run(mapping, "succeeded_with_rejects", sent=1, rejected=1, seconds_ago=200),
        "running": make_run(mapping, "running", trigger="manual", seconds_ago=100),
    }
    assert runs_on(page_of(member, query)) == [str(runs[name].id) for name in expected]


def test_the_history_of_one_mapping(member: Client, mapping: Mapping):
    mine = make_run(mapping, sent=1)
    make_run(
        MappingFactory(organisation=mapping.organisation, connection=mapping.connection), sent=2
    )
    assert runs_on(page_of(member, f"?mapping={mapping.id}")) == [str(mine.id)]


def test_mappings_of_one_name_are_told_apart_by_their_site(member: Client, mapping: Mapping):
    elsewhere = ConnectionFactory(organisation=mapping.organisation, site="us3.datadoghq.com")
    MappingFactory(organisation=mapping.organisation, connection=elsewhere, name=mapping.name)
    make_run(mapping, sent=1)
    text = page_of(member)
    assert f"{mapping.name} (US3)" in text
    assert text.count(f"{mapping.name} (") == 2


def test_another_organisations_runs_and_mappings_do_not_exist(member: Client, mapping: Mapping):
    foreign = MappingFactory(organisation=make_organisation(name="Other"), name="Secret plans")
    run = make_run(foreign, sent=1)
    page = page_of(member, f"?mapping={foreign.id}&before={run.id}")
    assert runs_on(page) == []
    assert "Secret plans" not in page


def test_pages_lead_back_and_forth(member: Client, mapping: Mapping):
    runs = [str(make_run(mapping, sent=1, seconds_ago=60 + n).id) for n in range(35)]
    first = page_of(member, "?outcome=succeeded")
    assert runs_on(first) == runs[:30]
    older = re.search(r'rel="next" href="([^"]+)"', first)
    assert older
    second = page_of(member, older[1].replace("&amp;", "&"))
    assert runs_on(second) == runs[30:]
    assert 'rel="next"' not in second
    newer = re.search(r'rel="prev" href="([^"]+)"', second)
    assert newer
    assert runs_on(page_of(member, newer[1].replace("&amp;", "&"))) == runs[:30]


def test_a_list_of_many_runs_asks_few_questions(
    member: Client, mapping: Mapping, django_assert_max_num_queries: Any
):
    for n in range(20):
        make_run(mapping, sent=1, seconds_ago=60 + n)
    with django_assert_max_num_queries(21):
        page_of(member)
