"""The vendor's people with their permissions, which a truncating test takes away."""

from __future__ import annotations

import pytest

from portal.accounts.domain import VendorGroup
from portal.accounts.models import User
from portal.config.groups import grant_groups
from tests.factories import make_vendor_person


@pytest.fixture
def supporter(transactional_db: None) -> User:
    grant_groups()
    return make_vendor_person(VendorGroup.SUPPORT)
