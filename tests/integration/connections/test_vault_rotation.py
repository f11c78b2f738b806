"""Vault keys change while everything sealed stays readable."""

from __future__ import annotations

import base64
import os
from io import StringIO
from itertools import islice

import pytest
from django.core.management import call_command
from pytest_django import Settings

from portal.common.ids import uuid7
from portal.connections.models import DataKey, VaultKey
from portal.connections.vault import check_vault, forget_data_keys, open_sealed, seal
from portal.connections.vault.rotation import rotate_vault
from tests.factories import make_organisation

pytestmark = pytest.mark.django_db(transaction=True, databases=["default", "support", "owner"])

ROW = uuid7()


def new_key(name: str) -> str:
    return f"{name}:{base64.urlsafe_b64encode(os.urandom(32)).decode()}"


def rotate() -> str:
    out = StringIO()
    call_command("rotate_vault", stdout=out)
    return out.getvalue()


def sealed_under(settings: Settings, key: str, count: int) -> list[dict[str, object]]:
    """Seal a value for each of so many organisations; return how to open them."""
    settings.VAULT_KEYS = [key]
    check_vault()
    values: list[dict[str, object]] = []
    for number in range(count):
        place = {"place": "a.b", "row_id": ROW, "organisation_id": make_organisation().id}
        values.append({"sealed": seal(str(number).encode(), **place), **place})  # type: ignore[arg-type]  # a table
    forget_data_keys()
    return values


def opened(values: list[dict[str, object]]) -> list[bytes]:
    forget_data_keys()
    return [open_sealed(**value) for value in values]  # type: ignore[arg-type]  # a table


def test_after_a_rotation_the_old_key_may_go(settings: Settings):
    old, new = new_key("old"), new_key("new")
    values = sealed_under(settings, old, 3)
    settings.VAULT_KEYS = [new, old]
    report = rotate()
    assert "3 of 3 data keys under 'new'" in report
    assert "take these keys out of PORTAL_VAULT_KEYS: 'old'" in report
    settings.VAULT_KEYS = [new]
    check_vault()
    assert opened(values) == [b"0", b"1", b"2"]


def test_a_broken_off_rotation_goes_on_where_it_stopped(settings: Settings):
    old, new = new_key("old"), new_key("new")
    values = sealed_under(settings, old, 5)
    settings.VAULT_KEYS = [new, old]
    assert [step.done for step in islice(rotate_vault(batch=2), 2)] == [0, 2]
    assert opened(values) == [b"0", b"1", b"2", b"3", b"4"]
    assert "0 of 3 data keys" in rotate()
    assert not DataKey.across_tenants.exclude(vault_key_id="new").exists()


def test_without_an_old_key_there_is_nothing_to_rotate(settings: Settings):
    sealed_under(settings, new_key("only"), 1)
    report = rotate()
    assert "0 of 0 data keys" in report
    assert "No key of PORTAL_VAULT_KEYS can be taken away." in report
    assert VaultKey.objects.get().key_id == "only"
