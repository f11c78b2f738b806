"""Datadog's own client libraries judge the intakes for events, checks and distributions."""

# The generated client annotates nothing, so calls into it cannot be checked.
# mypy: disallow-untyped-calls=False

from __future__ import annotations

import time
from collections.abc import Iterator
from typing import Any

import pytest
from datadog import initialize
from datadog.api.distributions import Distribution
from datadog.api.events import Event
from datadog.api.service_checks import ServiceCheck as Check
from datadog_api_client import ApiClient, Configuration
from datadog_api_client.exceptions import ApiException
from datadog_api_client.v1.api.events_api import EventsApi as EventsApiV1
from datadog_api_client.v1.api.metrics_api import MetricsApi
from datadog_api_client.v1.api.service_checks_api import ServiceChecksApi
from datadog_api_client.v1.model.distribution_point import DistributionPoint
from datadog_api_client.v1.model.distribution_points_content_encoding import (
    DistributionPointsContentEncoding,
)
from datadog_api_client.v1.model.distribution_points_payload import DistributionPointsPayload
from datadog_api_client.v1.model.distribution_points_series import DistributionPointsSeries
from datadog_api_client.v1.model.event_create_request import EventCreateRequest
from datadog_api_client.v1.model.service_check import ServiceCheck
from datadog_api_client.v1.model.service_check_status import ServiceCheckStatus
from datadog_api_client.v1.model.service_checks import ServiceChecks
from datadog_api_client.v2.api.events_api import EventsApi
from datadog_api_client.v2.model.alert_event_custom_attributes import AlertEventCustomAttributes
from datadog_api_client.v2.model.alert_event_custom_attributes_status import (
    AlertEventCustomAttributesStatus,
)
from datadog_api_client.v2.model.event_category import EventCategory
from datadog_api_client.v2.model.event_create_request import EventCreateRequest as EventCreateV2
from datadog_api_client.v2.model.event_create_request_payload import EventCreateRequestPayload
from datadog_api_client.v2.model.event_create_request_type import EventCreateRequestType
from datadog_api_client.v2.model.event_payload import EventPayload

from tests.unit.sandbox.driver import Sandbox

NOW = int(time.time())


@pytest.fixture
def made(sandbox: Sandbox) -> dict[str, Any]:
    return sandbox.credentials()


def _client(sandbox: Sandbox, made: dict[str, Any], *, host: str = "api") -> ApiClient:
    configuration = Configuration(host=sandbox.at("", host=host))
    configuration.api_key["apiKeyAuth"] = made["api_key"]
    configuration.api_key["appKeyAuth"] = made["app_key"]
    return ApiClient(configuration)


def _items(sandbox: Sandbox, kind: str) -> list[dict[str, Any]]:
    return list(sandbox.ask("items", type=kind)["items"])


def test_the_client_submits_a_distribution(sandbox: Sandbox, made: dict[str, Any]) -> None:
    point = DistributionPoint([float(NOW), [1.0, 2.0]])
    series = DistributionPointsSeries(metric="acme.latency", points=[point], tags=["env:prod"])
    with _client(sandbox, made) as client:
        answer = MetricsApi(client).submit_distribution_points(
            content_encoding=DistributionPointsContentEncoding.DEFLATE,
            body=DistributionPointsPayload(series=[series]),
        )
    assert answer.status == "ok"
    assert _items(sandbox, "distributions")[0]["values"] == [1, 2]


def test_the_client_submits_service_checks(sandbox: Sandbox, made: dict[str, Any]) -> None:
    check = ServiceCheck(
        check="acme.up", host_name="web-1", status=ServiceCheckStatus(2), tags=["a:b"], message="m"
    )
    with _client(sandbox, made) as client:
        answer = ServiceChecksApi(client).submit_service_check(body=ServiceChecks([check]))
    assert answer.status == "ok"
    assert _items(sandbox, "service_checks")[0]["message"] == "m"


def test_the_client_posts_events_of_both_versions(sandbox: Sandbox, made: dict[str, Any]) -> None:
    with _client(sandbox, made) as client:
        first = EventsApiV1(client).create_event(EventCreateRequest(title="a", text="b"))
    alert = AlertEventCustomAttributes(status=AlertEventCustomAttributesStatus.WARN)
    payload = EventPayload(title="c", category=EventCategory.ALERT, attributes=alert)
    request = EventCreateV2(type=EventCreateRequestType.EVENT, attributes=payload)
    with _client(sandbox, made, host="event-management-intake") as client:
        second = EventsApi(client).create_event(body=EventCreateRequestPayload(data=request))
    versions = {item["version"]: item["id"] for item in _items(sandbox, "events")}
    evt = second.data.attributes.attributes.evt
    assert versions == {"v1": first.event.id_str, "v2": evt.id}


def test_the_client_reads_why_an_old_event_was_refused(
    sandbox: Sandbox, made: dict[str, Any]
) -> None:
    old = EventCreateRequest(title="a", text="b", date_happened=1)
    with _client(sandbox, made) as client, pytest.raises(ApiException) as raised:
        EventsApiV1(client).create_event(old)
    assert (raised.value.status, "too far in the past" in str(raised.value.body)) == (400, True)


@pytest.fixture
def datadog_package(sandbox: Sandbox, made: dict[str, Any]) -> Iterator[None]:
    initialize(
        api_key=made["api_key"], app_key=made["app_key"], api_host=sandbox.at(""), mute=False
    )
    yield
    initialize(api_key="", app_key="", mute=True)


@pytest.mark.usefixtures("datadog_package")
@pytest.mark.parametrize("compress", [False, True])
def test_the_datadog_package_sends_a_distribution(sandbox: Sandbox, *, compress: bool) -> None:
    sent = Distribution.send(
        metric="acme.latency", points=[(NOW, [1, 2])], compress_payload=compress
    )
    assert sent["status"] == "ok"
    assert _items(sandbox, "distributions")[0]["values"] == [1, 2]


@pytest.mark.usefixtures("datadog_package")
def test_the_datadog_package_sends_an_event_and_a_check(sandbox: Sandbox) -> None:
    event = Event.create(title="a", text="b", tags=["x:y"], alert_type="info")
    assert event["status"] == "ok"
    check = Check.check(check="acme.up", host_name="web-1", status=0, tags=["x:y"])
    assert check["status"] == "ok"
    assert _items(sandbox, "events")[0]["tags"] == ["x:y"]
    assert _items(sandbox, "service_checks")[0]["status"] == 0
