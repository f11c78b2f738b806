"""Access tokens are renewed ahead of their end, by one worker at a time."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any, TypeVar

import pytest
from django.db import connection as database
from django.utils import timezone

from portal.common.tenancy import tenant
from portal.connections import gateways
from portal.connections.domain import (
    ConnectionState,
    GrantLostError,
    SecretKind,
    TryLaterError,
)
from portal.connections.gateways import Secret
from portal.connections.models import Connection, Credential, OAuthClient
from portal.connections.selectors import reveal
from portal.connections.services.attending import due_connections
from portal.connections.services.refreshing import access_token_for, refresh_access_token
from portal.connections.services.states import mark_needs_reconnect
from portal.connections.vault import SealError
from tests.integration.connections.conftest import Customer, register_client
from tests.integration.sandbox import Sandbox

pytestmark = pytest.mark.django_db

committed = pytest.mark.django_db(transaction=True, databases=["default", "support", "owner"])
T = TypeVar("T")
TOKEN_PATH = "/api/v2/oauth2/token"
WORKERS = 50


@pytest.fixture
def linked(customer: Customer) -> Connection:
    return customer.link_fully()


def token(connection: Connection, kind: SecretKind = SecretKind.ACCESS_TOKEN) -> Secret:
    return reveal(connection, kind=kind, purpose="test")


def change(connection: Connection, **fields: Any) -> None:
    with tenant(connection.organisation_id):
        Connection.objects.filter(id=connection.id).update(**fields)


def make_due(connection: Connection, **fields: Any) -> None:
    change(connection, refresh_at=timezone.now() - timedelta(seconds=1), **fields)


def refresh(connection: Connection) -> bool:
    return refresh_access_token(
        organisation_id=connection.organisation_id, connection_id=connection.id
    )


def access(connection: Connection) -> Secret:
    return access_token_for(organisation_id=connection.organisation_id, connection_id=connection.id)


def test_a_token_is_renewed_at_four_fifths_of_its_life(linked: Connection):
    assert linked.refresh_at
    assert linked.access_token_expires_at
    ahead = (linked.access_token_expires_at - linked.refresh_at).total_seconds()
    assert ahead == pytest.approx(720, abs=1)
    assert not refresh(linked)
    old = token(linked)
    make_due(linked)
    assert refresh(linked)
    assert token(linked) != old


def test_a_due_token_rings_once_for_its_own_tenant(linked: Connection):
    make_due(linked)
    (due,) = due_connections()
    assert (due.organisation_id, due.connection_id) == (linked.organisation_id, linked.id)
    assert (due.refresh, due.attend) == (True, False)
    refresh(linked)
    assert due_connections() == []


def test_a_refresh_token_is_kept_when_none_comes(linked: Connection):
    old = token(linked, SecretKind.REFRESH_TOKEN)
    make_due(linked)
    assert refresh(linked)
    assert token(linked, SecretKind.REFRESH_TOKEN) == old


def test_a_refresh_token_is_replaced_when_one_comes(linked: Connection, sandbox: Sandbox):
    sandbox.tell("settings", refresh_rotation=True)
    seen = {token(linked, SecretKind.REFRESH_TOKEN)}
    for _ in range(3):
        make_due(linked)
        assert refresh(linked)
        seen.add(token(linked, SecretKind.REFRESH_TOKEN))
    assert len(seen) == 4


def test_a_revoked_grant_asks_for_a_person_once(linked: Connection, customer: Customer):
    customer.sandbox.tell("uninstall", client_id="client-1", site="datadoghq.eu")
    make_due(linked)
    assert not refresh(linked)
    now = customer.look(linked.id)
    assert now.state == ConnectionState.NEEDS_RECONNECT
    assert "no longer honours the grant" in now.problem
    assert "Link Datadog again" in now.fix
    assert now.refresh_at is None
    watch = customer.sandbox.watch(TOKEN_PATH)
    assert due_connections() == []
    change(linked, access_token_expires_at=timezone.now())
    with pytest.raises(GrantLostError):
        access(linked)
    assert customer.sandbox.calls(watch) == 0


def test_a_failing_datadog_is_asked_again_later(linked: Connection, customer: Customer):
    order = {"status": 503, "headers": {"Retry-After": "120"}}
    customer.sandbox.tell("faults", match={"path": TOKEN_PATH}, times=1, **order)
    make_due(linked)
    assert not refresh(linked)
    now = customer.look(linked.id)
    assert now.state == ConnectionState.CONNECTED
    assert now.refresh_at
    assert 110 < (now.refresh_at - timezone.now()).total_seconds() <= 120
    assert due_connections() == []


def test_a_refused_client_is_the_vendors_matter_and_stops_nothing(
    linked: Connection, customer: Customer
):
    register_client(customer.sandbox, client_secret="another-secret")
    make_due(linked)
    assert not refresh(linked)
    now = customer.look(linked.id)
    assert now.state == ConnectionState.CONNECTED
    assert "Datadog refused the OAuth client" in now.problem
    assert "The vendor has to correct" in now.fix


def test_a_token_near_its_end_is_renewed_before_it_is_used(linked: Connection):
    old = access(linked)
    assert access(linked) == old
    make_due(linked, access_token_expires_at=timezone.now() + timedelta(seconds=5))
    assert access(linked) != old


def test_without_a_fresh_token_the_caller_is_told_to_come_back(
    linked: Connection, customer: Customer
):
    customer.sandbox.tell("faults", match={"path": TOKEN_PATH}, status=500)
    make_due(linked, access_token_expires_at=timezone.now())
    with pytest.raises(TryLaterError):
        access(linked)


def test_a_connection_that_stopped_stays_stopped(linked: Connection, customer: Customer):
    def stop() -> bool:
        return mark_needs_reconnect(
            organisation_id=linked.organisation_id,
            connection_id=linked.id,
            problem="Datadog refused the key.",
            fix="Reconnect.",
            key_refused=True,
        )

    assert stop()
    assert not stop()
    now = customer.look(linked.id)
    assert now.state == ConnectionState.NEEDS_RECONNECT
    # Once Datadog takes the key again, the connection works again by itself.
    assert customer.attend(linked.id).state == ConnectionState.CONNECTED


def in_a_thread(work: Callable[[], T]) -> T:
    """Run with a database connection of its own, closed afterwards."""
    try:
        return work()
    finally:
        database.close()


@committed
def test_whoever_lost_the_claim_stores_nothing(customer: Customer):
    linked = customer.link_fully()
    old = token(linked)
    customer.sandbox.tell("faults", match={"path": TOKEN_PATH}, latency_ms=500)
    make_due(linked)
    with ThreadPoolExecutor(1) as pool:
        slow = pool.submit(in_a_thread, lambda: refresh(linked))
        while customer.look(linked.id).refresh_lease_until is None:
            time.sleep(0.01)
        change(linked, refresh_fence=99)
        assert not slow.result()
    assert token(linked) == old


@committed
@pytest.mark.parametrize("fault", [{}, {"status": 400, "body": {"error": "invalid_grant"}}])
def test_a_refresh_under_way_does_not_touch_a_new_grant(customer: Customer, fault: dict[str, Any]):
    linked = customer.link_fully()
    make_due(linked)
    started, go_on = threading.Event(), threading.Event()
    quick_refresh = gateways.refresh

    def slow_refresh(**given: Any) -> gateways.Grant:
        started.set()
        assert go_on.wait(20)
        return quick_refresh(**given)

    with ThreadPoolExecutor(1) as pool, pytest.MonkeyPatch.context() as patch:
        patch.setattr(gateways, "refresh", slow_refresh)
        slow = pool.submit(in_a_thread, lambda: refresh(linked))
        assert started.wait(20)
        customer.link_fully()
        new = token(linked), token(linked, SecretKind.REFRESH_TOKEN)
        if fault:
            customer.sandbox.tell("faults", match={"path": TOKEN_PATH}, times=1, **fault)
        go_on.set()
        assert not slow.result()
    assert (token(linked), token(linked, SecretKind.REFRESH_TOKEN)) == new
    assert customer.look(linked.id).state == ConnectionState.CONNECTED


@committed
def test_fifty_workers_refresh_once(oauth_client: OAuthClient, sandbox: Sandbox):
    linked = Customer(sandbox).link_fully()
    sandbox.tell("settings", refresh_rotation=True)
    sandbox.tell("faults", match={"path": TOKEN_PATH}, latency_ms=200)
    watch = int(sandbox.ask("faults")["faults"][0]["id"])
    make_due(linked, access_token_expires_at=timezone.now())
    start = threading.Barrier(WORKERS)

    def work() -> tuple[bool, str]:
        start.wait(timeout=30)
        return refresh(linked), access(linked).reveal()

    with ThreadPoolExecutor(WORKERS) as pool:
        waiting = [pool.submit(in_a_thread, work) for _ in range(WORKERS)]
        results = [one.result() for one in waiting]
    assert sandbox.calls(watch) == 1
    assert sum(refreshed for refreshed, _ in results) == 1
    assert {seen for _, seen in results} == {token(linked).reveal()}


def test_a_lost_grant_is_not_mended_by_a_working_key(linked: Connection, customer: Customer):
    mark_needs_reconnect(
        organisation_id=linked.organisation_id,
        connection_id=linked.id,
        problem="Datadog refused the key.",
        fix="Reconnect.",
        key_refused=True,
    )
    customer.sandbox.tell("uninstall", client_id="client-1", site="datadoghq.eu")
    make_due(linked)
    refresh(linked)
    change(linked, check_at=timezone.now())
    now = customer.attend(linked.id)
    assert now.state == ConnectionState.NEEDS_RECONNECT
    assert "no longer honours the grant" in now.problem


def test_a_mended_client_is_forgotten_with_the_next_refresh(linked: Connection, customer: Customer):
    register_client(customer.sandbox, client_secret="another-secret")
    make_due(linked)
    refresh(linked)
    register_client(customer.sandbox)
    make_due(linked)
    assert refresh(linked)
    assert customer.look(linked.id).problem == ""


def test_an_older_token_put_back_does_not_open(linked: Connection):
    with tenant(linked.organisation_id):
        row = Credential.objects.get(kind=SecretKind.ACCESS_TOKEN)
        old = bytes(row.sealed)
    make_due(linked)
    refresh(linked)
    with tenant(linked.organisation_id):
        Credential.objects.filter(id=row.id).update(sealed=old)
    with pytest.raises(SealError):
        token(linked)
