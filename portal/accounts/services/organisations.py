"""Making organisations."""

from __future__ import annotations

from django.db import IntegrityError, transaction
from django.utils.text import slugify

from portal.accounts.domain import Role
from portal.accounts.models import Membership, Organisation, User
from portal.accounts.services.audit import record_audit
from portal.common.ids import uuid7
from portal.common.tenancy import tenant

SLUG_TRIES = 50
"""How many suffixes are tried when a slug is taken."""


def create_organisation(*, name: str, by: User, external_id: str | None = None) -> Organisation:
    """Make an organisation whose owner is the person."""
    base = slugify(name)[:50] or "organisation"
    for attempt in range(SLUG_TRIES):
        slug = base if attempt == 0 else f"{base}-{attempt + 1}"
        try:
            return _create(name=name, slug=slug, by=by, external_id=external_id)
        except IntegrityError as error:
            if "slug" not in str(error):
                raise
    raise RuntimeError(f"No free slug like {base}.")


def _create(*, name: str, slug: str, by: User, external_id: str | None) -> Organisation:
    organisation = Organisation(
        id=uuid7(), name=name, slug=slug, created_by=by, external_id=external_id
    )
    with transaction.atomic(), tenant(organisation.id):
        organisation.save(force_insert=True)
        Membership.objects.create(organisation=organisation, user=by, role=Role.OWNER)
        record_audit(action="organisation created", by=by, target=organisation, name=name)
    return organisation


def rename_organisation(*, organisation: Organisation, name: str, by: User) -> None:
    """Change the organisation's name; its address stays. Inside ``tenant()``."""
    before, organisation.name = organisation.name, name
    organisation.save(update_fields=["name"])
    record_audit(
        action="organisation renamed", by=by, target=organisation, before=before, after=name
    )
