"""What a new start of the demo leaves in the database."""

from __future__ import annotations

import pytest
from django.test import Client
from django.urls import reverse

from portal.accounts.domain import VendorGroup
from portal.accounts.models import User
from portal.demo.seed import empty_database
from portal.review.domain import STEPS, StepState
from portal.review.models import Step
from tests.factories import UserFactory, make_vendor_person

pytestmark = pytest.mark.django_db(transaction=True, databases=["default", "owner"])


def test_starting_over_leaves_nobody_and_seven_steps_not_started(client: Client):
    person = UserFactory.create()
    Step.objects.filter(key=STEPS[0].key).update(state=StepState.DONE, changed_by=person)
    empty_database()
    assert not User.objects.exists()
    assert [step.key for step in Step.objects.all()] == [step.key for step in STEPS]
    assert {step.state for step in Step.objects.all()} == {StepState.NOT_STARTED}

    client.force_login(make_vendor_person(VendorGroup.REVIEWER))
    assert client.get(reverse("review:steps")).status_code == 200
