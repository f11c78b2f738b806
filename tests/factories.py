"""One factory per model, valid by default and consistent in its tenant.

Factories of tenant models work inside ``with tenant(organisation.id)``, or open it themselves when
they are given an ``organisation``.
"""

from __future__ import annotations

from contextlib import nullcontext
from datetime import timedelta
from typing import Any, TypeVar

import factory
from django.contrib.auth.models import Group
from django.utils import timezone

from portal.accounts.domain import Role, VendorGroup
from portal.accounts.models import Invitation, Membership, Organisation, User
from portal.accounts.services.organisations import create_organisation
from portal.common.models import TenantModel
from portal.common.tenancy import in_tenant, tenant
from portal.connections.models import Connection, OAuthClient
from portal.mappings.models import Dataset, DatasetField, Mapping, MappingRevision
from portal.syncs.models import Schedule, SyncRun

M = TypeVar("M", bound=TenantModel)


class UserFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = User
        skip_postgeneration_save = True

    email = factory.Sequence(lambda n: f"person{n}@example.com")
    password = factory.django.Password("correct horse battery")


def make_organisation(*, name: str = "Bigcorp", owner: User | None = None) -> Organisation:
    """An organisation made the way the portal makes it, with an owner."""
    return create_organisation(name=name, by=owner or UserFactory())


def make_member(organisation: Organisation, role: Role = Role.MEMBER) -> User:
    """A person with that role in the organisation."""
    user = UserFactory()
    MembershipFactory(organisation=organisation, user=user, role=role)
    return user


def make_vendor_person(group: VendorGroup) -> User:
    """Someone of the vendor's own people."""
    user = UserFactory(is_staff=group is VendorGroup.ADMIN)
    user.groups.add(Group.objects.get(name=group.value))
    return user


class TenantFactory(factory.django.DjangoModelFactory):
    """Saves inside the organisation's ``tenant()`` block."""

    class Meta:
        abstract = True

    @classmethod
    def _create(cls, model_class: type[M], *args: Any, **kwargs: Any) -> M:
        organisation = kwargs["organisation"]
        with nullcontext() if in_tenant() else tenant(organisation.id):
            instance = model_class(*args, **kwargs)
            instance.save(force_insert=True)
        return instance


class MembershipFactory(TenantFactory):
    class Meta:
        model = Membership

    user = factory.SubFactory(UserFactory)
    role = Role.MEMBER


class InvitationFactory(TenantFactory):
    class Meta:
        model = Invitation

    email = factory.Sequence(lambda n: f"guest{n}@example.com")
    expires_at = factory.LazyFunction(lambda: timezone.now() + timedelta(days=7))


class OAuthClientFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = OAuthClient

    name = "Nimbus Cloud"
    client_id = factory.Sequence(lambda n: f"client-{n}")
    scopes = ["api_keys_write"]


class ConnectionFactory(TenantFactory):
    class Meta:
        model = Connection

    site = "datadoghq.eu"
    client = factory.SubFactory(OAuthClientFactory)
    state = "connected"
    api_key_state = "valid"
    granted_scopes = ["api_keys_write"]


class DatasetFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = Dataset
        skip_postgeneration_save = True

    name = factory.Sequence(lambda n: f"measures-{n}")
    title = "Measures"
    id_field = "id"
    time_field = "at"

    @factory.post_generation
    def fields(self: Dataset, create: bool, extracted: Any, **kwargs: Any) -> None:
        """id, at, measure and value, unless the test says otherwise."""
        for name, kind, sample in extracted or (
            ("id", "string", "m-1"),
            ("at", "timestamp", "2026-11-23T10:00:00Z"),
            ("measure", "string", "cpu"),
            ("value", "number", 0.5),
        ):
            DatasetField.objects.create(dataset=self, name=name, type=kind, samples=[sample])


METRICS_DOCUMENT: dict[str, Any] = {
    "target": "metrics",
    "filter": [],
    "measures": [
        {"name": {"template": "nimbus.{measure}"}, "type": "gauge", "value": {"field": "value"}}
    ],
    "timestamp": {"field": "at"},
    "tags": [{"key": "measure", "value": {"field": "measure"}}],
}


class MappingFactory(TenantFactory):
    class Meta:
        model = Mapping
        skip_postgeneration_save = True

    dataset = factory.SubFactory(DatasetFactory)
    connection = factory.LazyAttribute(lambda o: ConnectionFactory(organisation=o.organisation))
    name = factory.Sequence(lambda n: f"Mapping {n}")
    data_type = "metrics"
    document = METRICS_DOCUMENT

    @factory.post_generation
    def revisions(self: Mapping, create: bool, extracted: Any, **kwargs: Any) -> None:
        MappingRevisionFactory(
            organisation=self.organisation, mapping=self, number=1, document=self.document
        )


class MappingRevisionFactory(TenantFactory):
    class Meta:
        model = MappingRevision

    number = 1
    document = METRICS_DOCUMENT


class ScheduleFactory(TenantFactory):
    """The database has made the schedule with its mapping; this sets what a test wants of it."""

    class Meta:
        model = Schedule

    @classmethod
    def _create(cls, model_class: type[M], *args: Any, **kwargs: Any) -> M:
        with nullcontext() if in_tenant() else tenant(kwargs["organisation"].id):
            made = model_class.objects.get(mapping=kwargs["mapping"])
            for name, value in kwargs.items():
                setattr(made, name, value)
            made.save()
        return made

    mapping = factory.LazyAttribute(lambda o: MappingFactory(organisation=o.organisation))
    next_at = factory.LazyFunction(timezone.now)


class SyncRunFactory(TenantFactory):
    class Meta:
        model = SyncRun

    mapping = factory.LazyAttribute(lambda o: MappingFactory(organisation=o.organisation))
    trigger = "manual"
    not_before = factory.LazyFunction(timezone.now)
