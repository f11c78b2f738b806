"""An administration's admin, with the permissions that a truncating test takes away."""

from __future__ import annotations

import pytest
from django.test import Client

from portal.accounts.domain import VendorGroup
from portal.accounts.models import User
from portal.config.groups import grant_groups
from tests.factories import make_vendor_person


@pytest.fixture
def admin(transactional_db: None) -> User:
    grant_groups()
    return make_vendor_person(VendorGroup.ADMIN)


@pytest.fixture
def admin_client(client: Client, admin: User) -> Client:
    client.force_login(admin)
    return client
