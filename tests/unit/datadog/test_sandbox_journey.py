"""The whole room against the sandbox: consent, grant, key, telemetry, revocation, on every site."""

import json
import time
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
import requests
import zstandard

from integrations.core.errors import GrantRevokedError, PayloadRefusedError
from integrations.core.records import Item
from integrations.core.secret import Secret
from integrations.datadog import oauth
from integrations.datadog.keys import validate_api_key
from integrations.datadog.sinks import sink_for
from integrations.datadog.sites import SITES, Addresses, Site, SiteAddress
from integrations.http.client import HttpClient
from integrations.sandbox import running_sandbox

CALLBACK = "https://portal.example/callback"


@dataclass
class Journey:
    """What the tests need to know about the running sandbox."""

    url: str
    addresses: Addresses
    http: HttpClient
    config: oauth.OAuthClientConfig

    def order(self, name: str, **content: Any) -> Any:
        return requests.post(f"{self.url}/_sandbox/{name}", json=content, timeout=5).json()

    def authorize(self, address: SiteAddress, verifier: Secret, decision: str) -> dict[str, str]:
        """Press a button of the consent page; return what the redirect carries."""
        url = oauth.authorize_url(
            address,
            addresses=self.addresses,
            config=self.config,
            state="st-1",
            verifier=verifier,
        )
        form = {"decision": decision}
        answer = requests.post(url, data=form, allow_redirects=False, timeout=5)
        query = parse_qs(urlsplit(answer.headers["Location"]).query)
        return {name: values[0] for name, values in query.items()}

    def exchange(self, site: Site, code: str, verifier: Secret) -> oauth.Grant:
        return oauth.exchange_code(
            self.http,
            addresses=self.addresses,
            config=self.config,
            site=site,
            code=code,
            verifier=verifier,
        )

    def granted(self, site: Site) -> oauth.Grant:
        verifier = oauth.new_verifier()
        answer = self.authorize(SiteAddress(site), verifier, "authorize")
        assert (answer["state"], answer["domain"]) == ("st-1", site.domain)
        return self.exchange(site, answer["code"], verifier)

    def refresh(self, site: Site, grant: oauth.Grant) -> oauth.Grant:
        assert grant.refresh_token is not None
        return oauth.refresh(
            self.http,
            addresses=self.addresses,
            config=self.config,
            site=site,
            refresh_token=grant.refresh_token,
        )

    def make_key(self, site: Site, grant: oauth.Grant) -> oauth.ApiKey:
        return oauth.create_api_key(
            self.http, addresses=self.addresses, site=site, access_token=grant.access_token
        )

    def send(self, site: Site, data_type: str, key: Secret, *items: object) -> None:
        sink = sink_for(data_type, http=self.http, addresses=self.addresses, site=site, api_key=key)
        encoded = [Item(1, "r", json.dumps(item).encode(), None) for item in items]
        body = zstandard.compress(sink.framing.framed(encoded))
        assert sink.send(body, batch_id="b-1").status == 202


@pytest.fixture(scope="module")
def sandbox_url() -> Iterator[str]:
    with running_sandbox() as url:
        yield url


@pytest.fixture
def journey(sandbox_url: str) -> Iterator[Journey]:
    """A sandbox with one client of ours and keys that work at once."""
    addresses = Addresses(sandbox_url)
    http = HttpClient(addresses.sandboxed)
    scopes = ("api_keys_write", "metrics_read")
    config = oauth.OAuthClientConfig("client-1", Secret("secret-1"), CALLBACK, scopes)
    started = Journey(sandbox_url, addresses, http, config)
    started.order("reset")
    started.order("settings", key_propagation_seconds=0)
    started.order(
        "clients", redirect_uris=[CALLBACK], client_id="client-1", client_secret="secret-1"
    )
    yield started
    http.close()


@pytest.mark.parametrize("site", SITES, ids=lambda site: site.label)
def test_a_customer_of_any_site_is_linked_and_data_arrive(journey: Journey, site: Site) -> None:
    grant = journey.granted(site)
    assert set(grant.scopes) == set(journey.config.scopes)
    key = journey.make_key(site, grant)
    check = validate_api_key(journey.http, addresses=journey.addresses, site=site, api_key=key.key)
    assert check.valid
    assert check.org_id
    point = {"timestamp": int(time.time()), "value": 1.5}
    journey.send(site, "metrics", key.key, {"metric": "acme.x", "type": 3, "points": [point]})
    journey.send(site, "logs", key.key, {"message": "hello"}, {"message": "again"})
    for data_type, count in (("metrics", 1), ("logs", 2)):
        params = {"site": site.domain, "type": data_type}
        answer = requests.get(f"{journey.url}/_sandbox/items", params=params, timeout=5)
        assert answer.json()["total"] == count


def test_a_second_key_is_refused_with_what_to_do(journey: Journey) -> None:
    grant = journey.granted(SITES[0])
    journey.make_key(SITES[0], grant)
    with pytest.raises(oauth.ApiKeyExistsError) as caught:
        journey.make_key(SITES[0], grant)
    assert "Revoke" in caught.value.fix


def test_a_denied_consent_comes_back_as_an_error(journey: Journey) -> None:
    answer = journey.authorize(SiteAddress(SITES[6], "bigcorp"), oauth.new_verifier(), "deny")
    assert answer["error"] == "access_denied"
    assert "code" not in answer


def test_a_code_is_good_once_and_with_its_verifier_only(journey: Journey) -> None:
    site, verifier = SITES[3], oauth.new_verifier()
    code = journey.authorize(SiteAddress(site), verifier, "authorize")["code"]
    with pytest.raises(oauth.CodeRefusedError):
        journey.exchange(site, code, oauth.new_verifier())
    with pytest.raises(oauth.CodeRefusedError):
        journey.exchange(site, "no-such-code", verifier)


@pytest.mark.parametrize("rotation", [True, False])
def test_a_refresh_works_with_and_without_rotation(journey: Journey, *, rotation: bool) -> None:
    journey.order("settings", refresh_rotation=rotation)
    grant = journey.granted(SITES[0])
    renewed = journey.refresh(SITES[0], grant)
    assert renewed.access_token != grant.access_token
    assert (renewed.refresh_token != grant.refresh_token) is rotation


def test_a_revoked_grant_cannot_be_refreshed(journey: Journey) -> None:
    grant = journey.granted(SITES[0])
    assert grant.refresh_token is not None
    oauth.revoke(
        journey.http,
        addresses=journey.addresses,
        config=journey.config,
        site=SITES[0],
        token=grant.refresh_token,
    )
    with pytest.raises(GrantRevokedError):
        journey.refresh(SITES[0], grant)


def test_an_unknown_key_is_not_valid_and_stops_the_sink(journey: Journey) -> None:
    key = Secret("0123456789abcdef" * 2)
    check = validate_api_key(journey.http, addresses=journey.addresses, site=SITES[0], api_key=key)
    assert not check.valid
    with pytest.raises(GrantRevokedError):
        journey.send(SITES[0], "logs", key, {"message": "hello"})


def test_what_is_no_key_by_its_form_is_not_even_asked_about(journey: Journey) -> None:
    check = validate_api_key(
        journey.http, addresses=journey.addresses, site=SITES[0], api_key=Secret("malformed")
    )
    assert not check.valid


def test_a_poison_record_is_refused_in_datadogs_words(journey: Journey) -> None:
    key = Secret(journey.order("credentials", site="datadoghq.com")["api_key"])
    with pytest.raises(PayloadRefusedError) as caught:
        journey.send(SITES[0], "metrics", key, {"points": "none"})
    assert caught.value.detail
