"""OAuth towards Datadog: what is sent where, what comes back, and what never leaks."""

import base64
import hashlib
import json
import logging
import traceback
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from integrations.core.errors import (
    GrantRevokedError,
    IntegrationError,
    MissingScopeError,
    RefusedHostError,
    RetryLaterError,
    StopError,
)
from integrations.core.secret import Secret
from integrations.datadog import oauth
from integrations.datadog.sites import Addresses, Site, parse_site, site_for_domain
from tests.unit.http.answering import AnsweringServer, Planned

EU = site_for_domain("datadoghq.eu")
CONFIG = oauth.OAuthClientConfig(
    "client-1",
    Secret("planted-client-secret"),
    "https://portal.example/callback",
    ("metrics_read", "api_keys_write"),
)
VERIFIER = Secret("v" * 43)
TOKEN = {
    "access_token": "planted-access",
    "refresh_token": "planted-refresh",
    "token_type": "Bearer",
    "expires_in": 3600,
    "scope": "metrics_read",
}


def said(status: int, content: Any) -> Planned:
    headers = {"Content-Type": "application/json"}
    return Planned(status, json.dumps(content).encode(), headers)


def exchange(
    server: AnsweringServer, config: oauth.OAuthClientConfig = CONFIG, site: Site = EU
) -> oauth.Grant:
    return oauth.exchange_code(
        server.client(),
        addresses=Addresses(),
        config=config,
        site=site,
        code="planted-code",
        verifier=VERIFIER,
    )


def refresh(server: AnsweringServer) -> oauth.Grant:
    return oauth.refresh(
        server.client(),
        addresses=Addresses(),
        config=CONFIG,
        site=EU,
        refresh_token=Secret("planted-old"),
    )


def make_key(server: AnsweringServer) -> oauth.ApiKey:
    return oauth.create_api_key(
        server.client(), addresses=Addresses(), site=EU, access_token=Secret("planted-access")
    )


def form_of(server: AnsweringServer) -> dict[str, str]:
    return {name: values[0] for name, values in parse_qs(server.got[-1].body.decode()).items()}


@pytest.mark.parametrize("sandbox", [None, "http://127.0.0.1:9000"])
def test_the_browser_is_sent_to_the_customers_host_with_pkce_and_state(sandbox: str | None) -> None:
    url = oauth.authorize_url(
        parse_site("bigcorp.datadoghq.eu"),
        addresses=Addresses(sandbox),
        config=CONFIG,
        state="st=&te",
        verifier=VERIFIER,
    )
    base = "https://bigcorp.datadoghq.eu" if sandbox is None else f"{sandbox}/datadoghq.eu/bigcorp"
    digest = hashlib.sha256(VERIFIER.reveal().encode()).digest()
    assert url.startswith(f"{base}/oauth2/v1/authorize?")
    assert {name: values[0] for name, values in parse_qs(urlsplit(url).query).items()} == {
        "response_type": "code",
        "client_id": "client-1",
        "redirect_uri": "https://portal.example/callback",
        "scope": "metrics_read api_keys_write",
        "state": "st=&te",
        "code_challenge": base64.urlsafe_b64encode(digest).rstrip(b"=").decode(),
        "code_challenge_method": "S256",
    }


def test_verifiers_are_long_and_new_each_time() -> None:
    verifiers = {oauth.new_verifier().reveal() for _ in range(50)}
    assert len(verifiers) == 50
    assert all(43 <= len(verifier) <= 128 for verifier in verifiers)


def test_a_code_becomes_a_grant(server: AnsweringServer) -> None:
    server.answer(said(200, TOKEN))
    grant = exchange(server)
    assert grant == oauth.Grant(
        Secret("planted-access"), Secret("planted-refresh"), 3600, ("metrics_read",)
    )
    got = server.got[0]
    assert (got.method, got.path) == ("POST", "/api.datadoghq.eu/api/v2/oauth2/token")
    assert got.headers["Content-Type"] == "application/x-www-form-urlencoded"
    assert "Authorization" not in got.headers
    assert form_of(server) == {
        "grant_type": "authorization_code",
        "code": "planted-code",
        "client_id": "client-1",
        "client_secret": "planted-client-secret",
        "redirect_uri": "https://portal.example/callback",
        "code_verifier": VERIFIER.reveal(),
    }


def test_the_older_token_path_can_be_set(server: AnsweringServer) -> None:
    server.answer(said(200, TOKEN))
    older = oauth.OAuthClientConfig("c", Secret("s"), "https://x/", (), "/oauth2/v1/token")
    exchange(server, older, site_for_domain("us3.datadoghq.com"))
    assert server.got[0].path == "/api.us3.datadoghq.com/oauth2/v1/token"


def test_what_datadog_leaves_out_has_its_default(server: AnsweringServer) -> None:
    server.answer(said(200, {"access_token": "planted-access", "token_type": "Bearer"}))
    assert exchange(server) == oauth.Grant(
        Secret("planted-access"), None, 3600, ("metrics_read", "api_keys_write")
    )


def test_a_refresh_replaces_the_refresh_token(server: AnsweringServer) -> None:
    server.answer(said(200, TOKEN))
    assert refresh(server).refresh_token == Secret("planted-refresh")
    assert form_of(server) == {
        "grant_type": "refresh_token",
        "refresh_token": "planted-old",
        "client_id": "client-1",
        "client_secret": "planted-client-secret",
    }


def test_a_refresh_without_a_new_refresh_token_keeps_the_old(server: AnsweringServer) -> None:
    server.answer(said(200, {"access_token": "planted-new", "token_type": "Bearer"}))
    grant = refresh(server)
    assert grant.refresh_token == Secret("planted-old")
    assert grant.scopes == ()


REFUSALS = [
    (said(400, {"error": "invalid_client"}), oauth.ClientRefusedError),
    (said(401, {"errors": ["Unauthorized"]}), oauth.ClientRefusedError),
    (said(400, {"error": "unauthorized_client"}), oauth.ClientRefusedError),
    (said(400, {"error": "invalid_request"}), oauth.ClientRefusedError),
    (said(400, {"error": ["odd"]}), StopError),
    (said(400, {"errors": ["nope"]}), StopError),
    (said(403, {"errors": ["Forbidden"]}), StopError),
    (Planned(302, headers={"Location": "https://evil.example/"}), StopError),
    (Planned(429, headers={"X-RateLimit-Reset": "5"}), RetryLaterError),
    (Planned(502, b"<html>Bad Gateway</html>"), RetryLaterError),
    (Planned(drop=True), RetryLaterError),
    (Planned(200, b"access_token=planted-access&token_type=Bearer"), StopError),
    (Planned(200, b"<html>planted-access</html>"), StopError),
    (said(200, ["planted-access"]), StopError),
    (said(200, {"access_token": ""}), StopError),
    (said(200, {"error": "planted-access", "access_token": "planted-access"}), StopError),
    (said(200, {"access_token": "planted-access", "expires_in": "planted-access"}), StopError),
    (said(200, {"access_token": "planted-access", "expires_in": []}), StopError),
]


@pytest.mark.parametrize(("plan", "error"), REFUSALS)
def test_a_token_call_that_fails_ends_in_an_error_of_ours(
    server: AnsweringServer, plan: Planned, error: type[IntegrationError]
) -> None:
    server.answer(plan)
    for call in (exchange, refresh):
        with pytest.raises(error) as caught:
            call(server)
        assert "planted" not in "".join(traceback.format_exception(caught.value))
    assert len(server.got) == 2


def test_a_spent_code_is_told_apart_from_a_revoked_grant(server: AnsweringServer) -> None:
    description = "Invalid code or code verifier"
    server.answer(said(400, {"error": "invalid_grant", "error_description": description}))
    with pytest.raises(oauth.CodeRefusedError, match=description):
        exchange(server)
    with pytest.raises(GrantRevokedError) as caught:
        refresh(server)
    assert not isinstance(caught.value, oauth.CodeRefusedError)


def test_datadog_echoing_secrets_does_not_put_them_into_the_message(
    server: AnsweringServer,
) -> None:
    echo = "planted-client-secret planted-code planted-old"
    server.answer(said(400, {"error": "invalid_grant", "error_description": echo}))
    for call in (exchange, refresh):
        with pytest.raises(GrantRevokedError) as caught:
            call(server)
        text = str(caught.value)
        assert "planted-client-secret" not in text
    with pytest.raises(GrantRevokedError) as caught:
        exchange(server)
    assert "planted-code" not in str(caught.value)


def test_no_secret_reaches_a_log_even_at_debug(
    server: AnsweringServer, caplog: pytest.LogCaptureFixture
) -> None:
    server.answer(said(200, TOKEN))
    logging.getLogger("requests_oauthlib").setLevel(logging.DEBUG)
    with caplog.at_level(logging.DEBUG):
        exchange(server)
        refresh(server)
    assert "planted" not in caplog.text
    assert VERIFIER.reveal() not in caplog.text


def test_a_token_goes_to_a_site_of_the_table_only(server: AnsweringServer) -> None:
    with pytest.raises(RefusedHostError):
        exchange(server, site=Site("evil.com", "EU1", "", "app.datadoghq.eu"))
    assert server.got == []


def test_a_revocation_names_the_token_and_the_client(server: AnsweringServer) -> None:
    oauth.revoke(
        server.client(),
        addresses=Addresses(),
        config=CONFIG,
        site=EU,
        token=Secret("planted-refresh"),
    )
    assert server.got[0].path == "/api.datadoghq.eu/oauth2/v1/revoke"
    assert form_of(server) == {
        "client_id": "client-1",
        "client_secret": "planted-client-secret",
        "token": "planted-refresh",
        "token_type_hint": "refresh_token",
    }


KEY_BODY = {
    "data": {
        "type": "api_keys",
        "id": "k-1",
        "attributes": {"key": "planted-key", "last4": "-key", "name": "OAuth Client API Key"},
    }
}


def test_the_api_key_is_made_with_the_bearer(server: AnsweringServer) -> None:
    server.answer(said(201, KEY_BODY))
    assert make_key(server) == oauth.ApiKey("k-1", "OAuth Client API Key", Secret("planted-key"))
    got = server.got[0]
    assert (got.method, got.path) == ("POST", "/api.datadoghq.eu/api/v2/api_keys/marketplace")
    assert got.headers["Authorization"] == "Bearer planted-access"
    assert got.body == b""


@pytest.mark.parametrize(
    ("plan", "error", "fix"),
    [
        (said(409, {"errors": ["exists"]}), oauth.ApiKeyExistsError, "Revoke the key named"),
        (said(403, {"errors": ["Forbidden"]}), MissingScopeError, "api_keys_write"),
        (said(401, {"errors": ["planted-access"]}), GrantRevokedError, "link Datadog again"),
        (said(201, {"data": {"id": "k", "attributes": {"planted-key": 1}}}), StopError, "Revoke"),
        (said(201, ["planted-key"]), StopError, "Revoke"),
    ],
)
def test_a_key_that_is_not_made_says_what_to_do(
    server: AnsweringServer, plan: Planned, error: type[StopError], fix: str
) -> None:
    server.answer(plan)
    with pytest.raises(error) as caught:
        make_key(server)
    assert fix in caught.value.fix
    assert "planted" not in "".join(traceback.format_exception(caught.value))


def test_a_lost_answer_says_that_the_key_may_exist(server: AnsweringServer) -> None:
    server.answer(Planned(drop=True))
    with pytest.raises(RetryLaterError) as caught:
        make_key(server)
    assert caught.value.uncertain
