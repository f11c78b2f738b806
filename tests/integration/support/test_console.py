"""The queue of what fails over all tenants."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from portal.accounts.domain import Role, VendorGroup
from portal.accounts.models import SupportAccess
from portal.support.selectors import RUNS_A_PAGE
from tests.factories import (
    ConnectionFactory,
    MappingFactory,
    SyncRunFactory,
    make_member,
    make_organisation,
    make_vendor_person,
)
from tests.integration.support.making import change_run, make_reject, make_run

pytestmark = pytest.mark.django_db(transaction=True, databases=["default", "support", "owner"])

CONSOLE = "/support/"


def page(client: Client, query: str = "") -> str:
    return client.get(f"{CONSOLE}{query}").content.decode()


def test_it_lists_failing_runs_of_all_tenants(client, supporter):
    for name in ("Acme", "Bluefin"):
        make_run(make_organisation(name=name), state="failed", problem="Datadog said no.")
    make_run(make_organisation(name="Corvid"), state="succeeded")
    client.force_login(supporter)
    shown = page(client)
    assert "Acme" in shown
    assert "Bluefin" in shown
    assert "Corvid" not in shown


@pytest.mark.parametrize(
    ("outcome", "fields"),
    [
        ("failed", {"state": "failed"}),
        ("all_rejected", {"state": "all_rejected", "read_count": 1, "rejected_count": 1}),
        (
            "succeeded_with_rejects",
            {
                "state": "succeeded_with_rejects",
                "read_count": 2,
                "sent_count": 1,
                "rejected_count": 1,
            },
        ),
        ("stuck", {"state": "queued", "tries": 2, "problem": "Datadog is busy."}),
        ("stuck", {"state": "queued", "not_before": timezone.now() - timedelta(hours=1)}),
    ],
)
def test_each_way_to_fail_can_be_filtered(client, supporter, outcome, fields):
    make_run(make_organisation(name="Wanted Co"), **fields)
    client.force_login(supporter)
    assert "Wanted Co" in page(client, f"?outcome={outcome}")
    others = {"failed", "all_rejected", "succeeded_with_rejects", "stuck"} - {outcome}
    assert all("Wanted Co" not in page(client, f"?outcome={other}") for other in others)


def test_a_run_that_a_worker_holds_is_not_stuck(client, supporter):
    an_hour_ago = timezone.now() - timedelta(hours=1)
    make_run(
        make_organisation(name="Busy Co"),
        state="running",
        not_before=an_hour_ago,
        lease_until=timezone.now() + timedelta(seconds=20),
    )
    client.force_login(supporter)
    assert "Busy Co" not in page(client)


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("?tenant=acme", True),
        ("?tenant=bluefin", False),
        ("?site=datadoghq.eu", True),
        ("?site=datadoghq.com", False),
        ("?data_type=metrics", True),
        ("?data_type=logs", False),
        ("?since=hour", False),
        ("?since=ever", True),
        ("?outcome=nonsense&site=nonsense", True),
    ],
)
def test_the_filter_lives_in_the_address(client, supporter, query, found):
    run = make_run(make_organisation(name="Acme"), state="failed", problem="A run's own problem.")
    change_run(run, requested_at=timezone.now() - timedelta(days=2))
    client.force_login(supporter)
    assert ("A run&#x27;s own problem." in page(client, query)) is found


def test_reasons_are_counted_and_lead_to_their_runs(client, supporter):
    for name in ("Acme", "Bluefin"):
        run = make_run(
            make_organisation(name=name), state="all_rejected", read_count=2, rejected_count=2
        )
        make_reject(run, number=1, code="too_old")
        make_reject(run, number=2, code="too_old")
    make_run(make_organisation(name="Corvid"), state="failed", problem="The grant was revoked.")
    client.force_login(supporter)
    shown = page(client)
    assert "Rejected: too old" in shown
    assert "reason=too_old" in shown
    only = page(client, "?reason=too_old")
    assert "Acme" in only
    assert "Corvid" not in only
    assert "Corvid" in page(client, "?reason=The+grant+was+revoked.")


def test_connections_that_need_a_person_are_listed(client, supporter):
    ConnectionFactory(
        organisation=make_organisation(name="Acme"),
        state="needs_reconnect",
        problem="Datadog revoked the grant.",
    )
    client.force_login(supporter)
    assert "Datadog revoked the grant." in page(client)


def test_pages_follow_each_other_without_gap(client, supporter):
    mapping = MappingFactory(organisation=make_organisation(name="Acme"))
    now = timezone.now()
    for _ in range(RUNS_A_PAGE + 1):
        SyncRunFactory(
            organisation=mapping.organisation, mapping=mapping, state="failed", finished_at=now
        )
    client.force_login(supporter)
    first = client.get(CONSOLE)
    second = client.get(f"{CONSOLE}{first.context['older_url']}")
    rows = [line.run.pk for answer in (first, second) for line in answer.context["lines"]]
    assert len(set(rows)) == len(rows) == RUNS_A_PAGE + 1
    assert second.context["older_url"] is None
    back = client.get(f"{CONSOLE}{second.context['newer_url']}")
    assert [line.run.pk for line in back.context["lines"]] == rows[:RUNS_A_PAGE]


def test_the_number_of_queries_does_not_grow_with_the_runs(
    client, supporter, django_assert_max_num_queries
):
    for number in range(8):
        make_run(make_organisation(name=f"Org {number}"), state="failed", problem="No.")
    client.force_login(supporter)
    client.get(CONSOLE)
    with django_assert_max_num_queries(6, using="support"):
        client.get(CONSOLE)


def test_every_look_is_recorded(client, supporter):
    client.force_login(supporter)
    client.get(f"{CONSOLE}?tenant=acme")
    access = SupportAccess.objects.get()
    assert access.actor == supporter
    assert "tenant=acme" in access.purpose


@pytest.mark.parametrize(
    ("group", "status"),
    [(VendorGroup.ADMIN, 200), (VendorGroup.SUPPORT, 200), (VendorGroup.REVIEWER, 404)],
)
def test_the_console_is_for_admins_and_support(client, group, status):
    client.force_login(make_vendor_person(group))
    assert client.get(CONSOLE).status_code == status


def test_an_owner_of_a_customer_does_not_find_it(client):
    client.force_login(make_member(make_organisation(), Role.OWNER))
    assert client.get(reverse("support:console")).status_code == 404
    assert not SupportAccess.objects.exists()
