"""Whether an API key works, and whose it is."""

import pytest

from integrations.core.errors import RetryLaterError, StopError
from integrations.core.secret import Secret
from integrations.datadog.keys import KeyCheck, validate_api_key
from integrations.datadog.sites import Addresses, site_for_domain
from tests.unit.http.answering import AnsweringServer, Planned

KEY = Secret("0123456789abcdef0123456789abcdef")
VALID = Planned(200, b'{"valid":true}')
ORG = Planned(200, b'{"data":{"id":"8dee7c38","type":"validate_v2","attributes":{"valid":true}}}')


def check(server: AnsweringServer) -> KeyCheck:
    site = site_for_domain("ap1.datadoghq.com")
    return validate_api_key(server.client(), addresses=Addresses(), site=site, api_key=KEY)


def test_a_valid_key_tells_its_organisation(server: AnsweringServer) -> None:
    server.answer(VALID, ORG)
    assert check(server) == KeyCheck(valid=True, org_id="8dee7c38")
    assert [got.path for got in server.got] == [
        "/api.ap1.datadoghq.com/api/v1/validate",
        "/api.ap1.datadoghq.com/api/v2/validate",
    ]
    assert server.got[1].headers["DD-API-KEY"] == KEY.reveal()


@pytest.mark.parametrize(
    "plan",
    [
        Planned(403, b'{"errors":["Forbidden"]}'),
        Planned(401, b"{}"),
        Planned(200, b'{"valid":false}'),
        Planned(200, b"[]"),
    ],
)
def test_a_refused_key_is_not_valid(server: AnsweringServer, plan: Planned) -> None:
    server.answer(plan)
    assert check(server) == KeyCheck(valid=False, org_id=None)


@pytest.mark.parametrize("second", [Planned(404), Planned(403), Planned(200, b'{"data":[]}')])
def test_an_organisation_that_is_not_told_is_unknown(
    server: AnsweringServer, second: Planned
) -> None:
    server.answer(VALID, second)
    assert check(server) == KeyCheck(valid=True, org_id=None)


PAGE = Planned(403, b"<html>Blocked by proxy</html>", {"Content-Type": "text/html"})


@pytest.mark.parametrize("plans", [[Planned(503)], [VALID, Planned(503)], [PAGE]])
def test_a_passing_failure_is_tried_later(server: AnsweringServer, plans: list[Planned]) -> None:
    server.answer(*plans)
    with pytest.raises(RetryLaterError):
        check(server)


def test_another_server_is_told_apart(server: AnsweringServer) -> None:
    server.answer(Planned(200, b"<p>hello</p>", {"Content-Type": "text/html; charset=utf-8"}))
    with pytest.raises(StopError, match="wrong host"):
        check(server)
