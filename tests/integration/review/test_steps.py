"""The seven steps of Datadog's guide: states, evidence, notes, and who may see them."""

from __future__ import annotations

import pytest
from django.test import Client
from django.urls import reverse

from portal.accounts.domain import VendorGroup
from portal.accounts.models import User
from portal.review.domain import STEPS, Audience, ReviewError, StepState
from portal.review.models import Step, StepNote
from portal.review.services import StepChange, change_step
from tests.factories import UserFactory, make_vendor_person

pytestmark = pytest.mark.django_db


@pytest.fixture
def reviewer() -> User:
    return make_vendor_person(VendorGroup.REVIEWER)


def test_the_seven_steps_exist_from_the_start_in_the_guides_order():
    assert [step.key for step in Step.objects.all()] == [step.key for step in STEPS]
    assert len(STEPS) == 7


def test_a_change_of_the_state_leaves_a_note(reviewer):
    change_step(
        key="tile", change=StepChange(StepState.IN_PROGRESS), by=reviewer, note="Images first."
    )
    [note] = StepNote.objects.all()
    assert note.text == "Not started → In progress\nImages first."
    assert note.author_name == reviewer.email


def test_saving_without_a_change_of_state_or_a_note_leaves_none(reviewer):
    change_step(key="tile", change=StepChange(StepState.NOT_STARTED, owner="Ada"), by=reviewer)
    assert not StepNote.objects.exists()
    assert Step.objects.get(key="tile").owner == "Ada"


def test_a_step_is_done_only_with_evidence(reviewer):
    with pytest.raises(ReviewError, match="what proves it"):
        change_step(key="tile", change=StepChange(StepState.DONE, evidence=" "), by=reviewer)


@pytest.mark.parametrize("audience", [Audience.SANDBOX_FIRST, Audience.EVERYONE])
def test_publishing_needs_a_decision_for_whom(reviewer, audience):
    with pytest.raises(ReviewError, match="for whom"):
        change_step(
            key="publication", change=StepChange(StepState.DONE, evidence="Live"), by=reviewer
        )
    change = StepChange(StepState.DONE, evidence="Live", audience=audience)
    assert change_step(key="publication", change=change, by=reviewer).audience == audience


def test_the_page_shows_each_step_and_saves_one(client: Client, reviewer):
    client.force_login(reviewer)
    page = client.get(reverse("review:steps")).content.decode()
    assert all(step.title in page for step in STEPS)
    answer = client.post(
        reverse("review:step", args=["tile"]),
        {"state": "done", "evidence": "Validators pass", "due_on": "2026-12-01", "note": "Hooray"},
        follow=True,
    )
    page = answer.content.decode()
    assert "Hooray" in page
    assert "Validators pass" in page
    assert "1 of 7 done" in client.get(reverse("review:steps")).content.decode()


def test_a_refusal_stands_above_the_form(client: Client, reviewer):
    client.force_login(reviewer)
    url = reverse("review:step", args=["publication"])
    answer = client.post(url, {"state": "done", "evidence": "x", "audience": "undecided"})
    assert "for whom" in answer.content.decode()


def test_a_step_that_is_none_is_not_found(client: Client, reviewer):
    client.force_login(reviewer)
    assert client.get(reverse("review:step", args=["party"])).status_code == 404


def test_a_note_cannot_carry_markup(client: Client, reviewer):
    client.force_login(reviewer)
    url = reverse("review:step", args=["tile"])
    client.post(url, {"state": "not_started", "note": "<script>x</script>"})
    assert "<script>x" not in client.get(url).content.decode()


@pytest.mark.parametrize(
    ("group", "status"),
    [(VendorGroup.ADMIN, 200), (VendorGroup.REVIEWER, 200), (VendorGroup.SUPPORT, 404)],
)
def test_the_pages_are_for_vendor_admins_and_reviewers(client, group, status):
    client.force_login(make_vendor_person(group))
    assert client.get(reverse("review:steps")).status_code == status


def test_a_customer_does_not_find_them(client):
    client.force_login(UserFactory())
    assert client.get(reverse("review:steps")).status_code == 404
