"""From Datadog's consent to a connection that works, and every way this can fail."""

from __future__ import annotations

import pytest
from django.utils import timezone

from portal.accounts.domain import Role
from portal.accounts.models import Membership
from portal.common.tenancy import tenant
from portal.connections import gateways
from portal.connections.domain import (
    AddressRefusedError,
    ApiKeyState,
    AuthorizationDeniedError,
    ConnectionState,
    GrantLostError,
    OrganisationTakenError,
    SecretKind,
    StateRefusedError,
)
from portal.connections.models import AuthorizationRequest, Connection, Credential, OAuthClient
from portal.connections.selectors import reveal
from tests.factories import UserFactory, make_organisation
from tests.integration.connections.conftest import Customer, register_client
from tests.integration.sandbox import Sandbox

pytestmark = pytest.mark.django_db

TOKEN_PATH = "/api/v2/oauth2/token"
KEY_PATH = "/api/v2/api_keys/marketplace"


@pytest.mark.parametrize("site", [site.domain for site in gateways.SITES])
def test_a_customer_of_every_site_is_linked(customer: Customer, site: str):
    connection = customer.link_fully(site)
    assert connection.state == ConnectionState.CONNECTED
    assert connection.api_key_state == ApiKeyState.VALID
    assert connection.datadog_org_id


def test_a_custom_subdomain_is_where_the_customer_signs_in(customer: Customer):
    address = customer.start(subdomain="bigcorp")
    assert address.startswith(f"{customer.sandbox.url}/datadoghq.eu/bigcorp/oauth2/v1/authorize?")
    connection = customer.finish(customer.sandbox.consent(address))
    assert (connection.site, connection.subdomain) == ("datadoghq.eu", "bigcorp")
    assert connection.datadog_org_name == "bigcorp"


def test_a_new_key_is_checked_until_datadog_takes_it(customer: Customer):
    connection = customer.link()
    assert connection.state == ConnectionState.CHECKING_KEY
    connection = customer.attend(connection.id)
    assert (connection.state, connection.check_count) == (ConnectionState.CHECKING_KEY, 1)
    customer.let_keys_propagate()
    assert customer.attend(connection.id).state == ConnectionState.CONNECTED


def test_a_key_that_never_works_asks_for_a_person_and_recovers_by_itself(customer: Customer):
    connection = customer.link()
    customer.sandbox.tell("settings", key_propagation_seconds=0)
    order = {"client_id": "client-1", "site": "datadoghq.eu"}
    customer.sandbox.tell("keys/revoke", **order)
    for _ in range(17):
        connection = customer.attend(connection.id)
    assert connection.state == ConnectionState.NEEDS_RECONNECT
    assert "does not accept the API key that ends in" in connection.problem
    customer.sandbox.tell("keys/restore", **order)
    customer.let_keys_propagate()
    assert customer.attend(connection.id).state == ConnectionState.CONNECTED


def test_without_the_key_scope_there_is_no_key(sandbox: Sandbox, db: None):
    register_client(sandbox, scopes=["metrics_read"])
    connection = Customer(sandbox).link()
    assert connection.state == ConnectionState.CONNECTED
    assert connection.api_key_state == ApiKeyState.NONE


def test_a_grant_that_lacks_the_key_scope_asks_for_another_person(
    customer: Customer, oauth_client: OAuthClient
):
    carried = customer.sandbox.consent(
        customer.start().replace("api_keys_write+metrics_read", "metrics_read")
    )
    connection = customer.finish(carried)
    assert connection.state == ConnectionState.NEEDS_RECONNECT
    assert "may not create API keys" in connection.problem
    assert connection.granted_scopes == ["metrics_read"]


def test_a_denied_consent_says_so_and_links_nothing(customer: Customer):
    carried = customer.sandbox.consent(customer.start(), allow=False)
    with pytest.raises(AuthorizationDeniedError, match="nothing was linked"):
        customer.finish(carried)
    with tenant(customer.organisation.id):
        connection = Connection.objects.get()
        assert connection.state == ConnectionState.PENDING
        assert "nothing was linked" in connection.problem
        assert not Credential.objects.exists()


def test_a_code_works_once(customer: Customer):
    carried = customer.sandbox.consent(customer.start())
    connection = customer.finish(carried)
    with pytest.raises(StateRefusedError, match="used already"):
        customer.finish(carried)
    second = customer.sandbox.consent(customer.start())
    with pytest.raises(GrantLostError):
        customer.finish({**second, "code": carried["code"]})
    assert customer.look(connection.id).state == ConnectionState.CHECKING_KEY


def test_a_wrong_verifier_is_refused_by_datadog(customer: Customer):
    stolen = customer.sandbox.consent(customer.start())
    own = customer.sandbox.consent(customer.start())
    with pytest.raises(GrantLostError, match="code verifier"):
        customer.finish({**own, "code": stolen["code"]})


def test_a_state_older_than_ten_minutes_is_refused(customer: Customer):
    carried = customer.sandbox.consent(customer.start())
    with tenant(customer.organisation.id):
        AuthorizationRequest.objects.update(expires_at=timezone.now())
    watch = customer.sandbox.watch(TOKEN_PATH)
    with pytest.raises(StateRefusedError, match="ten minutes"):
        customer.finish(carried)
    assert customer.sandbox.calls(watch) == 0


@pytest.mark.parametrize("state", ["", "x", "0" * 32 + ".nonce:signature"])
def test_a_state_that_was_not_signed_here_is_refused(customer: Customer, state: str):
    carried = customer.sandbox.consent(customer.start())
    with pytest.raises(StateRefusedError, match="does not belong"):
        customer.finish({**carried, "state": state})


def test_a_state_of_another_person_is_refused(customer: Customer):
    carried = customer.sandbox.consent(customer.start())
    thief = Customer(customer.sandbox)
    with pytest.raises(StateRefusedError, match="somebody else"):
        thief.finish(carried)
    with pytest.raises(StateRefusedError, match="used already"):
        customer.finish(carried)


def test_a_state_of_another_browser_is_refused(customer: Customer):
    carried = customer.sandbox.consent(customer.start())
    customer.session_key = "another"
    with pytest.raises(StateRefusedError, match="another browser"):
        customer.finish(carried)


def test_somebody_who_lost_the_right_meanwhile_is_refused(customer: Customer):
    carried = customer.sandbox.consent(customer.start())
    with tenant(customer.organisation.id):
        Membership.objects.update(role=Role.VIEWER)
    watch = customer.sandbox.watch(TOKEN_PATH)
    with pytest.raises(StateRefusedError, match="no longer link"):
        customer.finish(carried)
    assert customer.sandbox.calls(watch) == 0


@pytest.mark.parametrize(
    "domain",
    [
        "",
        "datadoghq.com",
        "evil.example",
        "datadoghq.eu.evil.example",
        "datadoghq.eu\n",
        "DATADOGHQ.EU",
    ],
)
def test_a_domain_other_than_the_stored_site_is_refused_before_any_call(
    customer: Customer, domain: str
):
    carried = customer.sandbox.consent(customer.start())
    watch = customer.sandbox.watch(TOKEN_PATH)
    with pytest.raises(AddressRefusedError, match="another Datadog site"):
        customer.finish({**carried, "domain": domain})
    assert customer.sandbox.calls(watch) == 0


@pytest.mark.parametrize(
    ("site", "subdomain"),
    [
        ("evil.example", ""),
        ("datadoghq.com.evil.example", ""),
        ("datadoghq.eu", "evil.example/x"),
        ("datadoghq.eu", "api"),
        ("datadoghq.eu", "a@b"),
        ("datadoghq.eu\n", ""),
    ],
)
def test_no_grant_starts_at_an_address_outside_the_table(
    customer: Customer, site: str, subdomain: str
):
    with pytest.raises(AddressRefusedError):
        customer.start(site, subdomain)


def test_409_without_a_stored_key_tells_what_to_revoke(customer: Customer):
    connection = customer.link_fully()
    with tenant(customer.organisation.id):
        Credential.objects.filter(kind=SecretKind.API_KEY).delete()
    connection = customer.link()
    assert connection.state == ConnectionState.NEEDS_RECONNECT
    assert connection.api_key_state == ApiKeyState.LOST
    assert "revoke the key named “OAuth Client API Key”" in connection.fix


def test_409_with_a_stored_key_keeps_it(customer: Customer):
    connection = customer.link()
    key = reveal(connection, kind=SecretKind.API_KEY, purpose="test")
    # The key is too young to be taken, so the second link asks for one and gets the 409.
    connection = customer.link()
    assert connection.state == ConnectionState.CHECKING_KEY
    assert reveal(connection, kind=SecretKind.API_KEY, purpose="test") == key


def test_a_lost_answer_about_the_key_ends_in_words_about_the_lost_key(customer: Customer):
    customer.sandbox.tell("faults", match={"path": KEY_PATH}, disconnect="after", times=1)
    connection = customer.link()
    assert connection.api_key_state == ApiKeyState.REQUESTED
    connection = customer.attend(connection.id)
    assert connection.api_key_state == ApiKeyState.LOST
    assert connection.state == ConnectionState.NEEDS_RECONNECT


def test_a_key_that_was_not_made_yet_is_asked_for_again(customer: Customer):
    customer.sandbox.tell("faults", match={"path": KEY_PATH}, status=503, times=1)
    connection = customer.link()
    assert connection.state == ConnectionState.CHECKING_KEY
    connection = customer.attend(connection.id)
    assert connection.api_key_state == ApiKeyState.STORED


def test_a_datadog_organisation_has_one_customer_only(customer: Customer):
    first = customer.link_fully()
    other = Customer(customer.sandbox)
    carried = other.sandbox.consent(other.start())
    with pytest.raises(OrganisationTakenError, match="Another customer of Nimbus Cloud"):
        other.finish(carried)
    with tenant(other.organisation.id):
        assert Connection.objects.get().state == ConnectionState.PENDING
        assert not Credential.objects.exists()
    assert customer.look(first.id).state == ConnectionState.CONNECTED


def test_a_reconnect_to_another_datadog_organisation_is_refused_and_given_back(customer: Customer):
    first = customer.link_fully()
    revoked = customer.sandbox.watch("/oauth2/v1/revoke")
    with pytest.raises(OrganisationTakenError, match="another Datadog organisation than"):
        customer.link(subdomain="bigcorp")
    assert customer.sandbox.calls(revoked) == 2
    after = customer.look(first.id)
    assert (after.state, after.datadog_org_id) == (first.state, first.datadog_org_id)
    assert after.subdomain == ""


def test_a_forged_organisation_is_found_out_by_the_key_and_blocks_nobody(customer: Customer):
    victim = Customer(customer.sandbox)
    theirs = victim.sandbox.consent(victim.start(subdomain="victim"))
    forged = customer.sandbox.consent(customer.start(subdomain="bigcorp"))
    connection = customer.finish({**forged, "dd_oid": theirs["dd_oid"]})
    customer.let_keys_propagate()
    connection = customer.attend(connection.id)
    assert connection.state == ConnectionState.NEEDS_RECONNECT
    assert "The API key is of another Datadog organisation" in connection.problem
    assert victim.finish(theirs).datadog_org_id == theirs["dd_oid"]
    assert customer.link(subdomain="bigcorp").state == ConnectionState.CONNECTED


def test_a_reconnect_keeps_the_row_and_the_key(customer: Customer):
    first = customer.link_fully()
    key = reveal(first, kind=SecretKind.API_KEY, purpose="test")
    again = customer.link()
    assert again.id == first.id
    assert again.state == ConnectionState.CONNECTED
    assert reveal(again, kind=SecretKind.API_KEY, purpose="test") == key


def test_a_person_in_two_organisations_links_the_one_they_started_for(customer: Customer):
    second = make_organisation(name="Second", owner=customer.user)
    connection = customer.link()
    assert connection.organisation_id == customer.organisation.id
    with tenant(second.id):
        assert not Connection.objects.exists()


def test_a_member_without_the_right_cannot_finish(customer: Customer):
    stranger = UserFactory()
    carried = customer.sandbox.consent(customer.start())
    customer.user = stranger
    with pytest.raises(StateRefusedError):
        customer.finish(carried)
