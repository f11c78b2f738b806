"""A sealed value opens at its own place under its own key, and nowhere else."""

from __future__ import annotations

import base64
import os
import runpy
from concurrent.futures import ThreadPoolExecutor
from uuid import UUID

import pytest
from celery.signals import worker_init
from django.core.exceptions import ImproperlyConfigured
from django.db import connection
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from pytest_django import Settings

from portal.common.ids import uuid7
from portal.common.tenancy import tenant
from portal.connections.models import DataKey, VaultKey
from portal.connections.vault import (
    Sealer,
    SealError,
    check_vault,
    forget_data_keys,
    open_for_vendor,
    open_sealed,
    seal,
    seal_for_vendor,
    shred_organisation,
)
from tests.factories import make_organisation

pytestmark = pytest.mark.django_db

PLACE = "connections_credential.sealed"
ROW = uuid7()


def new_key(name: str) -> str:
    return f"{name}:{base64.urlsafe_b64encode(os.urandom(32)).decode()}"


@pytest.fixture
def organisation_id() -> UUID:
    return make_organisation().id


@pytest.fixture
def sealed(organisation_id: UUID) -> bytes:
    return seal(b"a planted secret", place=PLACE, row_id=ROW, organisation_id=organisation_id)


def test_a_sealed_value_opens_at_its_place(sealed: bytes, organisation_id: UUID):
    assert b"planted" not in sealed
    plain = open_sealed(sealed, place=PLACE, row_id=ROW, organisation_id=organisation_id)
    assert plain == b"a planted secret"


@pytest.mark.parametrize(
    "moved",
    [{"row_id": uuid7()}, {"place": "connections_credential.other"}, {"version": 2}],
    ids=["other row", "other column", "other version"],
)
def test_a_value_that_was_moved_does_not_open(
    sealed: bytes, organisation_id: UUID, moved: dict[str, object]
):
    binding: dict[str, object] = {"place": PLACE, "row_id": ROW, **moved}
    with pytest.raises(SealError):
        open_sealed(sealed, organisation_id=organisation_id, **binding)  # type: ignore[arg-type]  # a table of cases


def test_a_value_of_one_tenant_does_not_open_for_another(sealed: bytes):
    other = make_organisation(name="Other").id
    with pytest.raises(SealError):
        open_sealed(sealed, place=PLACE, row_id=ROW, organisation_id=other)


def test_a_data_key_moved_to_another_tenant_does_not_open(organisation_id: UUID, sealed: bytes):
    other = make_organisation(name="Other").id
    with tenant(organisation_id):
        stolen = DataKey.objects.get()
    with tenant(other):
        DataKey.objects.create(
            number=1, vault_key_id=stolen.vault_key_id, wrapped=bytes(stolen.wrapped)
        )
    with pytest.raises(SealError):
        open_sealed(sealed, place=PLACE, row_id=ROW, organisation_id=other)


def test_no_single_flipped_bit_and_no_shortened_value_opens(organisation_id: UUID, sealed: bytes):
    sealer = Sealer(organisation_id)
    flipped = [
        sealed[:at] + bytes([sealed[at] ^ 1 << bit]) + sealed[at + 1 :]
        for at in range(len(sealed))
        for bit in range(8)
    ]
    shortened = [sealed[:length] for length in range(len(sealed))]
    for damaged in (*flipped, *shortened, sealed + b"\0", b"a planted secret"):
        with pytest.raises(SealError):
            sealer.open(damaged, place=PLACE, row_id=ROW)


@hypothesis_settings(
    max_examples=50, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None
)
@given(plain=st.binary(min_size=1, max_size=2000))
def test_what_was_sealed_comes_back_whole(organisation_id: UUID, plain: bytes):
    sealer = Sealer(organisation_id)
    once, twice = (sealer.seal(plain, place=PLACE, row_id=ROW) for _ in range(2))
    assert once != twice
    assert sealer.open(once, place=PLACE, row_id=ROW) == plain


def test_nothing_is_not_sealed(organisation_id: UUID):
    with pytest.raises(SealError):
        seal(b"", place=PLACE, row_id=ROW, organisation_id=organisation_id)


def test_a_shredded_organisation_opens_nothing_any_more(organisation_id: UUID, sealed: bytes):
    shred_organisation(organisation_id)
    forget_data_keys()
    with pytest.raises(SealError):
        open_sealed(sealed, place=PLACE, row_id=ROW, organisation_id=organisation_id)


def test_every_listed_vault_key_opens_and_the_first_one_seals(
    settings: Settings, organisation_id: UUID
):
    old, new = new_key("old"), new_key("new")
    settings.VAULT_KEYS = [old]
    row = uuid7()
    secret = seal_for_vendor(b"vendor secret", place="a.b", row_id=row)
    settings.VAULT_KEYS = [new, old]
    assert open_for_vendor(secret, place="a.b", row_id=row) == b"vendor secret"
    assert seal_for_vendor(b"x", place="a.b", row_id=row)[1:5] != secret[1:5]
    settings.VAULT_KEYS = [new]
    with pytest.raises(SealError, match="lacks the key"):
        open_for_vendor(secret, place="a.b", row_id=row)


def test_a_wrong_key_of_the_right_name_does_not_start(settings: Settings):
    settings.VAULT_KEYS = [new_key("main")]
    check_vault()
    settings.VAULT_KEYS = [new_key("main")]
    with pytest.raises(ImproperlyConfigured, match="'main' in PORTAL_VAULT_KEYS is not the key"):
        check_vault()


def test_a_missing_key_does_not_start(settings: Settings):
    settings.VAULT_KEYS = [new_key("main")]
    check_vault()
    settings.VAULT_KEYS = [new_key("other")]
    with pytest.raises(ImproperlyConfigured, match="lacks the vault key 'main'"):
        check_vault()


def test_a_wrong_key_seals_nothing_either(settings: Settings, organisation_id: UUID):
    settings.VAULT_KEYS = [new_key("main")]
    check_vault()
    settings.VAULT_KEYS = [new_key("main")]
    with pytest.raises(ImproperlyConfigured):
        seal(b"x", place=PLACE, row_id=ROW, organisation_id=organisation_id)


@pytest.mark.parametrize(
    "entries",
    [[], ["main:short"], ["main:" + "!" * 43], [":" + "A" * 43], ["a b:" + "A" * 43]],
    ids=["none", "short", "no base64", "no name", "bad name"],
)
def test_an_unreadable_key_is_named_by_its_place_and_never_shown(
    settings: Settings, entries: list[str]
):
    settings.VAULT_KEYS = entries
    with pytest.raises(ImproperlyConfigured, match="PORTAL_VAULT_KEYS") as refusal:
        check_vault()
    assert not any(entry.partition(":")[2] in str(refusal.value) for entry in entries)


def test_a_key_without_a_name_is_the_local_one(settings: Settings):
    settings.VAULT_KEYS = [base64.urlsafe_b64encode(os.urandom(32)).decode().rstrip("=")]
    check_vault()
    assert VaultKey.objects.get().key_id == "local"


@pytest.mark.django_db(transaction=True, databases=["default", "support", "owner"])
def test_no_process_starts_with_a_wrong_key(settings: Settings):
    settings.VAULT_KEYS = [new_key("main")]
    check_vault()
    settings.VAULT_KEYS = [new_key("main")]
    with pytest.raises(ImproperlyConfigured, match="nothing was started"):
        runpy.run_module("portal.config.wsgi")
    # Celery goes on after any other exception of a signal's receiver.
    with pytest.raises(SystemExit, match="nothing was started"):
        worker_init.send(sender=None)


@pytest.mark.django_db(transaction=True, databases=["default", "support", "owner"])
def test_a_data_key_is_made_once_however_many_ask_for_it():
    organisation_id = make_organisation().id

    def seal_in_a_thread(number: int) -> bytes:
        try:
            forget_data_keys()
            return seal(
                str(number).encode(), place=PLACE, row_id=ROW, organisation_id=organisation_id
            )
        finally:
            connection.close()

    with ThreadPoolExecutor(8) as pool:
        values = list(pool.map(seal_in_a_thread, range(16)))
    with tenant(organisation_id):
        assert DataKey.objects.count() == 1
    sealer = Sealer(organisation_id)
    opened = [sealer.open(value, place=PLACE, row_id=ROW) for value in values]
    assert opened == [str(number).encode() for number in range(16)]
