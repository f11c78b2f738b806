"""The authorization code flow, from the consent page to the end of a grant."""

from __future__ import annotations

from typing import Any

import pytest
import requests

from tests.unit.sandbox.driver import REDIRECT_URI, Sandbox, bearer, returned


def _consent(sandbox: Sandbox, client: dict[str, str], **query: str) -> requests.Response:
    params = {
        "client_id": client["client_id"],
        "redirect_uri": REDIRECT_URI,
        "response_type": "code",
        **query,
    }
    url = sandbox.at("/oauth2/v1/authorize", host="app")
    return requests.get(url, params=params, allow_redirects=False, timeout=10)


def test_the_consent_page_names_client_organisation_and_scopes(sandbox: Sandbox) -> None:
    client = sandbox.client(name="Acme <Sync>", scopes=["monitors_read", "api_keys_write"])
    page = _consent(sandbox, client).text
    assert "Sandbox of Datadog" in page
    assert "Acme &lt;Sync&gt;" in page
    assert "See monitors." in page
    assert "Create one API key for this integration" in page
    assert ">Authorize</button>" in page
    assert ">Deny</button>" in page


@pytest.mark.parametrize(
    ("change", "text"),
    [
        ({"client_id": "nobody"}, "invalid_request - Invalid client_id parameter value"),
        ({"redirect_uri": "https://evil.example/"}, "invalid_request - Mismatching redirect URI"),
        ({"redirect_uri": ""}, "invalid_request - Mismatching redirect URI"),
    ],
)
def test_an_untrusted_target_gets_a_page_and_no_redirect(
    sandbox: Sandbox, change: dict[str, str], text: str
) -> None:
    client = sandbox.client()
    for answer in (_consent(sandbox, client, **change), sandbox.authorize(client, **change)):
        assert answer.status_code == 400
        assert text in answer.text


@pytest.mark.parametrize(
    ("change", "error"),
    [
        ({"response_type": "token"}, "unsupported_response_type"),
        ({"scope": "usage_read"}, "invalid_scope"),
        ({"code_challenge_method": "plain"}, "invalid_request"),
        ({"code_challenge": "short"}, "invalid_request"),
    ],
)
def test_a_faulty_request_is_told_to_its_client(
    sandbox: Sandbox, change: dict[str, str], error: str
) -> None:
    client = sandbox.client(scopes=["monitors_read"])
    told = returned(sandbox.authorize(client, **change))
    assert (told["error"], told["state"]) == (error, "state-1")
    assert "code" not in told


def test_a_denial_says_so(sandbox: Sandbox) -> None:
    told = returned(sandbox.authorize(sandbox.client(), decision="deny"))
    assert told["error"] == "access_denied"
    assert told["error_description"]
    assert told["state"] == "state-1"


def test_an_authorization_tells_code_site_domain_and_organisation(sandbox: Sandbox) -> None:
    client = sandbox.client()
    told = returned(sandbox.authorize(client, host="bigcorp"))
    assert told["domain"] == "datadoghq.eu"
    assert told["site"] == "https://bigcorp.datadoghq.eu"
    assert told["dd_org_name"] == "bigcorp"
    assert told["client_id"] == client["client_id"]
    again = returned(sandbox.authorize(client, host="bigcorp"))
    other = returned(sandbox.authorize(client))
    assert told["dd_oid"] == again["dd_oid"] != other["dd_oid"]
    assert other["site"] == "https://app.datadoghq.eu"


def test_an_unpublished_client_works_at_home_only(sandbox: Sandbox) -> None:
    client = sandbox.client(published=False, home="datadoghq.com")
    assert sandbox.authorize(client, site="datadoghq.com").status_code == 302
    assert "Invalid client_id" in sandbox.authorize(client).text


@pytest.mark.parametrize("path", ["/api/v2/oauth2/token", "/oauth2/v1/token"])
def test_a_code_becomes_a_token_on_both_paths(sandbox: Sandbox, path: str) -> None:
    client = sandbox.client(scopes=["monitors_read"])
    code = returned(sandbox.authorize(client))["code"]
    answer = sandbox.token(client, code=code, path=path)
    assert answer.status_code == 200
    granted = answer.json()
    assert (granted["token_type"], granted["expires_in"]) == ("Bearer", 3600)
    assert granted["scope"] == "monitors_read"
    assert granted["refresh_token"]


def test_a_code_works_once(sandbox: Sandbox) -> None:
    client = sandbox.client()
    code = returned(sandbox.authorize(client))["code"]
    token = sandbox.token(client, code=code).json()["access_token"]
    again = sandbox.token(client, code=code)
    assert (again.status_code, again.json()["error"]) == (400, "invalid_grant")
    assert sandbox.marketplace_key(token).status_code == 201


@pytest.mark.parametrize(
    ("change", "status", "error"),
    [
        ({"code_verifier": "wrong"}, 400, "invalid_grant"),
        ({"code_verifier": None}, 400, "invalid_grant"),
        ({"redirect_uri": "https://portal.example/other"}, 400, "invalid_grant"),
        ({"client_secret": "wrong"}, 401, "invalid_client"),
        ({"client_secret": None}, 401, "invalid_client"),
        ({"client_id": "nobody"}, 400, "invalid_client"),
        ({"grant_type": "password"}, 400, "unsupported_grant_type"),
        ({"code": "made-up"}, 400, "invalid_grant"),
    ],
)
def test_a_wrong_token_request_is_refused(
    sandbox: Sandbox, change: dict[str, str | None], status: int, error: str
) -> None:
    client = sandbox.client()
    code = returned(sandbox.authorize(client))["code"]
    fields: dict[str, Any] = {"code": code, **change}
    answer = sandbox.token(client, **fields)
    assert (answer.status_code, answer.json()["error"]) == (status, error)


def test_a_wrong_verifier_has_datadogs_text(sandbox: Sandbox) -> None:
    client = sandbox.client()
    code = returned(sandbox.authorize(client))["code"]
    answer = sandbox.token(client, code=code, code_verifier="wrong").json()
    assert answer["error_description"] == "Invalid code or code verifier"


def test_a_code_is_good_on_its_own_site_and_for_minutes_only(sandbox: Sandbox) -> None:
    client = sandbox.client()
    code = returned(sandbox.authorize(client))["code"]
    assert sandbox.token(client, code=code, site="datadoghq.com").status_code == 400
    late = returned(sandbox.authorize(client))["code"]
    sandbox.tell("settings", clock_ahead_seconds=301)
    assert sandbox.token(client, code=late).status_code == 400


def test_json_is_tolerated_by_the_token_endpoint(sandbox: Sandbox) -> None:
    client = sandbox.client()
    grant = sandbox.grant(client)
    order = {
        "grant_type": "refresh_token",
        "refresh_token": grant["refresh_token"],
        "client_id": client["client_id"],
        "client_secret": client["client_secret"],
    }
    answer = requests.post(sandbox.at("/oauth2/v1/token"), json=order, timeout=10)
    assert answer.status_code == 200


def test_a_refresh_keeps_the_refresh_token_unless_rotation_is_on(sandbox: Sandbox) -> None:
    client = sandbox.client()
    old = sandbox.grant(client)["refresh_token"]
    assert "refresh_token" not in sandbox.refresh(client, old).json()
    sandbox.tell("settings", refresh_rotation=True)
    new = sandbox.refresh(client, old).json()["refresh_token"]
    assert new != old
    assert sandbox.refresh(client, old).json()["error"] == "invalid_grant"
    assert sandbox.refresh(client, new).status_code == 200


def test_an_access_token_ends_after_an_hour(sandbox: Sandbox) -> None:
    token = sandbox.grant(sandbox.client())["access_token"]
    url = sandbox.at("/api/v1/monitor")
    assert requests.get(url, headers=bearer(token), timeout=10).status_code == 200
    sandbox.tell("settings", clock_ahead_seconds=3601)
    late = requests.get(url, headers=bearer(token), timeout=10)
    assert (late.status_code, late.json()) == (403, {"errors": ["Forbidden"]})
    assert sandbox.marketplace_key(token).status_code == 401


def _revoke(sandbox: Sandbox, client: dict[str, str], token: str, **change: str) -> int:
    form = {
        "client_id": client["client_id"],
        "client_secret": client["client_secret"],
        "token": token,
        **change,
    }
    return requests.post(sandbox.at("/oauth2/v1/revoke"), data=form, timeout=10).status_code


def test_revoking_the_refresh_token_ends_the_grant(sandbox: Sandbox) -> None:
    client = sandbox.client()
    grant = sandbox.grant(client)
    assert _revoke(sandbox, client, grant["refresh_token"]) == 200
    assert sandbox.refresh(client, grant["refresh_token"]).status_code == 400
    assert sandbox.marketplace_key(grant["access_token"]).status_code == 401
    assert _revoke(sandbox, client, "unknown") == 200
    assert _revoke(sandbox, client, "") == 400
    assert _revoke(sandbox, client, "any", client_secret="wrong") == 400


def test_revoking_an_access_token_ends_that_token_only(sandbox: Sandbox) -> None:
    client = sandbox.client()
    grant = sandbox.grant(client)
    assert _revoke(sandbox, client, grant["access_token"]) == 200
    assert sandbox.marketplace_key(grant["access_token"]).status_code == 401
    assert sandbox.refresh(client, grant["refresh_token"]).status_code == 200


def test_a_disabled_app_loses_its_grants_and_gets_no_new_ones(sandbox: Sandbox) -> None:
    client = sandbox.client()
    grant = sandbox.grant(client)
    where = {"site": "datadoghq.eu", "client_id": client["client_id"]}
    assert sandbox.tell("apps", **where, disabled=True) == {"grants_ended": 1}
    assert sandbox.refresh(client, grant["refresh_token"]).status_code == 400
    assert returned(sandbox.authorize(client))["error"] == "access_denied"
    sandbox.tell("apps", **where, disabled=False)
    assert sandbox.refresh(client, grant["refresh_token"]).status_code == 400
    assert "code" in returned(sandbox.authorize(client))


def test_registering_a_client_again_keeps_its_grants(sandbox: Sandbox) -> None:
    client = sandbox.client(client_id="acme", client_secret="first")
    refresh_token = sandbox.grant(client)["refresh_token"]
    renewed = sandbox.client(client_id="acme", client_secret="second")
    assert sandbox.refresh(client, refresh_token).status_code == 401
    assert sandbox.refresh(renewed, refresh_token).status_code == 200
