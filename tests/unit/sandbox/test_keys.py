"""API keys: made once through OAuth, checked in three ways, revoked and restored."""

from __future__ import annotations

import re

import pytest
import requests

from tests.unit.sandbox.driver import Sandbox, bearer, point


def _key(sandbox: Sandbox, client: dict[str, str]) -> str:
    token = sandbox.grant(client)["access_token"]
    return str(sandbox.marketplace_key(token).json()["data"]["attributes"]["key"])


def test_a_client_makes_one_key_in_an_organisation(sandbox: Sandbox) -> None:
    client = sandbox.client()
    token = sandbox.grant(client)["access_token"]
    first = sandbox.marketplace_key(token)
    data = first.json()["data"]
    assert (first.status_code, data["type"]) == (201, "api_keys")
    assert re.fullmatch(r"[0-9a-f]{32}", data["attributes"]["key"])
    assert data["attributes"]["last4"] == data["attributes"]["key"][-4:]
    second = sandbox.marketplace_key(token)
    assert second.status_code == 409
    assert second.json() == {"errors": ["An API key with this name already exists"]}


def test_another_organisation_and_another_client_make_their_own(sandbox: Sandbox) -> None:
    client = sandbox.client()
    assert _key(sandbox, client)
    elsewhere = sandbox.grant(client, host="bigcorp")["access_token"]
    assert sandbox.marketplace_key(elsewhere).status_code == 201
    other = sandbox.grant(sandbox.client())["access_token"]
    assert sandbox.marketplace_key(other).status_code == 201


def test_a_key_needs_the_private_scope(sandbox: Sandbox) -> None:
    token = sandbox.credentials(scopes=["monitors_read"])["access_token"]
    answer = sandbox.marketplace_key(token)
    assert (answer.status_code, answer.json()) == (403, {"errors": ["Forbidden"]})


def test_a_new_key_works_once_it_has_propagated(sandbox: Sandbox) -> None:
    key = _key(sandbox, sandbox.client())
    assert sandbox.validate(key).status_code == 403
    assert sandbox.send_series(key, [point()]).status_code == 403
    assert sandbox.send_logs(key, [{"message": "x"}]).status_code == 403
    sandbox.tell("settings", clock_ahead_seconds=1)
    assert sandbox.validate(key).status_code == 200
    assert sandbox.send_series(key, [point()]).status_code == 202


def test_uninstalling_ends_tokens_but_not_the_key(sandbox: Sandbox) -> None:
    sandbox.tell("settings", key_propagation_seconds=0)
    client = sandbox.client()
    grant = sandbox.grant(client)
    key = sandbox.marketplace_key(grant["access_token"]).json()["data"]["attributes"]["key"]
    sandbox.tell("uninstall", site="datadoghq.eu", client_id=client["client_id"])
    assert sandbox.refresh(client, grant["refresh_token"]).status_code == 400
    assert sandbox.validate(key).status_code == 200


def test_a_revoked_key_frees_its_name_and_can_be_restored(sandbox: Sandbox) -> None:
    sandbox.tell("settings", key_propagation_seconds=0)
    client = sandbox.client()
    key = _key(sandbox, client)
    sandbox.tell("keys/revoke", site="datadoghq.eu", client_id=client["client_id"])
    assert sandbox.validate(key).status_code == 403
    sandbox.tell("keys/restore", api_key=key)
    assert sandbox.validate(key).status_code == 200
    sandbox.tell("keys/revoke", api_key=key)
    assert _key(sandbox, client) != key


@pytest.mark.parametrize(
    ("headers", "text"),
    [
        ({}, '{"errors":["API key required"]}'),
        ({"DD-API-KEY": "0" * 32}, '{"errors":["Forbidden"]}'),
        ({"DD-API-KEY": "not-a-key"}, "Request forbidden by administrative rules."),
        ({"Authorization": "Bearer any"}, '{"errors":["Forbidden"]}'),
    ],
)
def test_a_wrong_key_is_refused_in_datadogs_words(
    sandbox: Sandbox, headers: dict[str, str], text: str
) -> None:
    answer = requests.get(sandbox.at("/api/v1/validate"), headers=headers, timeout=10)
    assert answer.status_code == 403
    assert text in answer.text


def test_the_newer_checks_tell_the_organisation_and_the_pair(sandbox: Sandbox) -> None:
    made = sandbox.credentials()
    headers = {"DD-API-KEY": made["api_key"]}
    data = requests.get(sandbox.at("/api/v2/validate"), headers=headers, timeout=10).json()["data"]
    assert (data["id"], data["type"]) == (made["org_id"], "validate_v2")
    pair = {**headers, "DD-APPLICATION-KEY": made["app_key"]}
    url = sandbox.at("/api/v2/validate_keys")
    assert requests.get(url, headers=pair, timeout=10).json() == {"status": "ok"}
    assert requests.get(url, headers=headers, timeout=10).status_code == 403


def test_a_bearer_is_no_key_on_the_intakes(sandbox: Sandbox) -> None:
    headers = bearer(sandbox.credentials()["access_token"])
    series = requests.post(
        sandbox.at("/api/v2/series"), json={"series": []}, headers=headers, timeout=10
    )
    logs = requests.post(
        sandbox.at("/api/v2/logs", host="http-intake.logs"), json=[], headers=headers, timeout=10
    )
    assert (series.status_code, logs.status_code) == (403, 403)
    assert logs.json()["errors"][0]["title"] == "Forbidden"
