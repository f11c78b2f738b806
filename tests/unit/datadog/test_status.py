"""Status to kind, on both surfaces, with Datadog's words and the wait it asks for."""

import pytest

from integrations.core.errors import (
    GrantRevokedError,
    IntegrationError,
    MissingScopeError,
    PayloadRefusedError,
    PayloadTooLargeError,
    RetryLaterError,
    StopError,
)
from integrations.core.secret import Secret
from integrations.datadog.status import Kind, Surface, kind_of, raise_for, retry_after
from tests.unit.datadog.answers import NOW, answer

KINDS: list[tuple[int, Kind, Kind]] = [
    # status, on an intake, on a resource
    (200, Kind.DONE, Kind.DONE),
    (202, Kind.DONE, Kind.DONE),
    (204, Kind.DONE, Kind.DONE),
    (301, Kind.WRONG_HOST, Kind.WRONG_HOST),
    (308, Kind.WRONG_HOST, Kind.WRONG_HOST),
    (400, Kind.REFUSED, Kind.STOP),
    (401, Kind.REVOKED, Kind.REVOKED),
    (403, Kind.REVOKED, Kind.NO_SCOPE),
    (404, Kind.WRONG_HOST, Kind.STOP),
    (405, Kind.WRONG_HOST, Kind.STOP),
    (408, Kind.RETRY, Kind.RETRY),
    (409, Kind.STOP, Kind.STOP),
    (413, Kind.TOO_LARGE, Kind.STOP),
    (415, Kind.STOP, Kind.STOP),
    (422, Kind.REFUSED, Kind.STOP),
    (425, Kind.RETRY, Kind.RETRY),
    (429, Kind.RETRY, Kind.RETRY),
    (500, Kind.RETRY, Kind.RETRY),
    (501, Kind.RETRY, Kind.RETRY),
    (502, Kind.RETRY, Kind.RETRY),
    (503, Kind.RETRY, Kind.RETRY),
    (504, Kind.RETRY, Kind.RETRY),
    (599, Kind.RETRY, Kind.RETRY),
    (700, Kind.STOP, Kind.STOP),
]

ERRORS: dict[Kind, type[IntegrationError]] = {
    Kind.RETRY: RetryLaterError,
    Kind.REVOKED: GrantRevokedError,
    Kind.NO_SCOPE: MissingScopeError,
    Kind.TOO_LARGE: PayloadTooLargeError,
    Kind.REFUSED: PayloadRefusedError,
    Kind.WRONG_HOST: StopError,
    Kind.STOP: StopError,
}


@pytest.mark.parametrize(("status", "intake", "resource"), KINDS)
def test_each_status_has_its_kind_and_its_error(status: int, intake: Kind, resource: Kind) -> None:
    surfaces: list[tuple[Surface, Kind]] = [("intake", intake), ("resource", resource)]
    for surface, kind in surfaces:
        assert kind_of(status, surface=surface) is kind
        if kind is Kind.DONE:
            raise_for(answer(status), surface=surface)
            continue
        with pytest.raises(ERRORS[kind]) as caught:
            raise_for(answer(status, b'{"errors":["said"]}'), surface=surface)
        assert type(caught.value) is ERRORS[kind]
        assert "said" in str(caught.value)
        assert not isinstance(caught.value, StopError) or caught.value.fix.endswith(".")


def test_a_202_that_lists_errors_is_no_success() -> None:
    body = b'{"errors":["Payload is not in the expected format"]}'
    with pytest.raises(PayloadRefusedError) as caught:
        raise_for(answer(202, body), surface="intake")
    assert caught.value.detail == "Payload is not in the expected format"


@pytest.mark.parametrize("body", [b'{"errors":[]}', b"{}", b"", b'{"status":"ok"}', b"OK\n"])
def test_a_202_without_errors_is_a_success(body: bytes) -> None:
    raise_for(answer(202, body), surface="intake")


def test_a_web_page_is_no_success_but_an_empty_one_is() -> None:
    with pytest.raises(StopError, match="wrong host"):
        raise_for(answer(200, b"<h1>Sign in to the WiFi</h1>", content_type="text/html"))
    raise_for(answer(204, b"", content_type="text/html"), surface="resource")


@pytest.mark.parametrize(("status", "uncertain"), [(429, False), (503, False), (500, True)])
def test_only_a_refusal_to_work_is_certain(status: int, *, uncertain: bool) -> None:
    with pytest.raises(RetryLaterError) as caught:
        raise_for(answer(status))
    assert caught.value.uncertain is uncertain


WAITS: list[tuple[dict[str, str], float | None]] = [
    ({}, None),
    ({"X_RateLimit_Reset": "7"}, 7.0),
    ({"Retry_After": "2"}, 2.0),
    ({"Retry_After": "2", "X_RateLimit_Reset": "7"}, 7.0),
    ({"X_RateLimit_Reset": str(NOW + 30)}, 30.0),
    ({"X_RateLimit_Reset": str(NOW - 30)}, 0.0),
    ({"X_RateLimit_Reset": "-5"}, 0.0),
    ({"X_RateLimit_Reset": "999999"}, 3600.0),
    ({"X_RateLimit_Reset": "soon"}, None),
    ({"X_RateLimit_Reset": "nan"}, None),
    ({"X_RateLimit_Reset": "inf"}, None),
    ({"Retry_After": "Wed, 21 Oct 2026 07:28:00 GMT"}, None),
]


@pytest.mark.parametrize(("headers", "seconds"), WAITS)
def test_the_wait_is_what_datadog_asks_for(headers: dict[str, str], seconds: float | None) -> None:
    rate_limited = answer(429, b"", **headers)
    assert retry_after(rate_limited) == seconds
    with pytest.raises(RetryLaterError) as caught:
        raise_for(rate_limited)
    assert caught.value.retry_after == seconds


def test_a_key_in_datadogs_words_does_not_reach_the_message() -> None:
    key = Secret("plainwordkey")
    with pytest.raises(GrantRevokedError) as caught:
        raise_for(answer(403, b'{"errors":["plainwordkey is revoked"]}'), key)
    assert "plainwordkey" not in str(caught.value)
    assert "*** is revoked" in str(caught.value)
