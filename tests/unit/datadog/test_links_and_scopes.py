"""What the connection page shows: links on the customer's own host, scopes in plain words."""

import pytest

from integrations.datadog import links
from integrations.datadog.scopes import SCOPES, Scope, describe_scopes
from integrations.datadog.sites import Addresses, parse_site

BIGCORP = parse_site("bigcorp.datadoghq.eu")
LIVE = Addresses()


def test_links_open_on_the_customers_own_host() -> None:
    host = "https://bigcorp.datadoghq.eu"
    assert links.api_keys_link(LIVE, BIGCORP, name="OAuth Client API Key") == (
        f"{host}/organization-settings/api-keys?filter=OAuth%20Client%20API%20Key"
    )
    assert links.integration_link(LIVE, BIGCORP, integration_id="acme") == (
        f"{host}/integrations?integrationId=acme"
    )
    assert links.logs_link(LIVE, BIGCORP, query="source:acme") == f"{host}/logs?query=source%3Aacme"
    assert links.metrics_link(LIVE, BIGCORP, metric="acme.x") == (
        f"{host}/metric/explorer?exp_metric=acme.x"
    )
    assert links.logs_link(LIVE, BIGCORP) == f"{host}/logs"


def test_links_lead_to_the_sandbox_when_one_is_set() -> None:
    sandbox = Addresses("http://127.0.0.1:9000/")
    assert links.logs_link(sandbox, BIGCORP) == "http://127.0.0.1:9000/datadoghq.eu/bigcorp/logs"


def test_a_name_with_any_characters_stays_a_parameter() -> None:
    link = links.api_keys_link(LIVE, BIGCORP, name="#é&x=/\n")
    assert link.endswith("?filter=%23%C3%A9%26x%3D%2F%0A")


@pytest.mark.parametrize("scope", SCOPES.values(), ids=lambda scope: scope.name)
def test_each_scope_has_one_plain_sentence(scope: Scope) -> None:
    assert scope.sentence[0].isupper()
    assert scope.sentence.endswith(".")
    assert scope.sentence.count(".") == 1


def test_scopes_are_described_in_order_and_unknown_ones_too() -> None:
    described = describe_scopes(["monitors_read", "api_keys_write", "brand_new_write"])
    assert [scope.writes for scope in described] == [False, True, True]
    assert "brand new write" in described[2].sentence
