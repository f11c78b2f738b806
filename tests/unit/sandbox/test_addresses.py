"""Where a request may go: nine sites, their hosts, and what an unknown one is told."""

from __future__ import annotations

import pytest
import requests

from integrations.datadog.sites import SITES
from tests.unit.sandbox.driver import Sandbox, bearer, point


@pytest.mark.parametrize("site", [site.domain for site in SITES])
def test_each_site_takes_its_own_keys_and_keeps_its_own_items(sandbox: Sandbox, site: str) -> None:
    key = sandbox.credentials(site)["api_key"]
    assert sandbox.validate(key, site).json() == {"valid": True}
    assert sandbox.send_series(key, [point()], site=site).status_code == 202
    assert sandbox.ask("items", type="metrics", site=site)["total"] == 1


def test_a_key_is_nobodys_key_on_another_site(sandbox: Sandbox) -> None:
    key = sandbox.credentials("datadoghq.eu")["api_key"]
    assert sandbox.validate(key, "datadoghq.com").status_code == 403
    assert sandbox.send_series(key, [point()], site="datadoghq.com").status_code == 403


def test_a_bearer_opens_nothing_on_another_site(sandbox: Sandbox) -> None:
    token = sandbox.credentials("datadoghq.eu")["access_token"]
    url = sandbox.at("/api/v1/monitor", "us5.datadoghq.com")
    assert requests.get(url, headers=bearer(token), timeout=10).status_code == 403


@pytest.mark.parametrize(
    ("path", "known"),
    [
        ("/datadoghq.example/api/api/v1/validate", "known_sites"),
        ("/datadoghq.eu/not.a.label/api/v1/validate", "known_hosts"),
        ("/datadoghq.eu/api/api/v9/nothing", "known_paths"),
        ("/datadoghq.eu/otlp/v1/metrics", "known_paths"),
        ("/datadoghq.eu", "known_hosts"),
        ("/", "known_sites"),
    ],
)
def test_an_unknown_address_is_told_what_is_known(sandbox: Sandbox, path: str, known: str) -> None:
    answer = requests.get(sandbox.url + path, timeout=10)
    assert answer.status_code == 404
    assert known in answer.json()


def test_a_wrong_method_is_told_the_right_one(sandbox: Sandbox) -> None:
    answer = requests.get(sandbox.at("/api/v2/series"), timeout=10)
    assert (answer.status_code, answer.headers["Allow"]) == (405, "POST")
