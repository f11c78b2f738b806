"""An organisation with a mapping, and its members' browsers."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client

from portal.accounts.domain import Role
from portal.accounts.models import Organisation
from portal.mappings.models import Mapping
from tests.factories import MappingFactory, make_member, make_organisation


@pytest.fixture
def organisation(db: Any) -> Organisation:
    return make_organisation(name="Bigcorp")


@pytest.fixture
def mapping(organisation: Organisation) -> Mapping:
    return MappingFactory(organisation=organisation, name="Request metrics")


def browser_of(organisation: Organisation, role: Role) -> Client:
    client = Client()
    client.force_login(make_member(organisation, role))
    return client


@pytest.fixture
def member(organisation: Organisation) -> Client:
    return browser_of(organisation, Role.MEMBER)


@pytest.fixture
def viewer(organisation: Organisation) -> Client:
    return browser_of(organisation, Role.VIEWER)


@pytest.fixture
def owner(organisation: Organisation) -> Client:
    return browser_of(organisation, Role.OWNER)
