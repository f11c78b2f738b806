"""Datadog's own client libraries as outside judges."""

# The generated client annotates nothing, so calls into it cannot be checked.
# mypy: disallow-untyped-calls=False

from __future__ import annotations

import time
from collections.abc import Iterator
from typing import Any

import pytest
from datadog import initialize
from datadog.api.metrics import Metric
from datadog_api_client import ApiClient, Configuration
from datadog_api_client.exceptions import ForbiddenException
from datadog_api_client.v1.api.authentication_api import AuthenticationApi
from datadog_api_client.v1.api.metrics_api import MetricsApi as MetricsApiV1
from datadog_api_client.v1.api.monitors_api import MonitorsApi
from datadog_api_client.v2.api.logs_api import LogsApi
from datadog_api_client.v2.api.metrics_api import MetricsApi
from datadog_api_client.v2.model.http_log import HTTPLog
from datadog_api_client.v2.model.http_log_item import HTTPLogItem
from datadog_api_client.v2.model.logs_list_request import LogsListRequest
from datadog_api_client.v2.model.logs_list_request_page import LogsListRequestPage
from datadog_api_client.v2.model.metric_content_encoding import MetricContentEncoding
from datadog_api_client.v2.model.metric_intake_type import MetricIntakeType
from datadog_api_client.v2.model.metric_payload import MetricPayload
from datadog_api_client.v2.model.metric_point import MetricPoint
from datadog_api_client.v2.model.metric_series import MetricSeries

from tests.unit.sandbox.driver import Sandbox


def _configuration(sandbox: Sandbox, made: dict[str, Any], *, host: str = "api") -> Configuration:
    configuration = Configuration(host=sandbox.at("", host=host))
    configuration.api_key["apiKeyAuth"] = made["api_key"]
    configuration.api_key["appKeyAuth"] = made["app_key"]
    return configuration


@pytest.fixture
def made(sandbox: Sandbox) -> dict[str, Any]:
    return sandbox.credentials()


@pytest.mark.parametrize("encoding", ["gzip", "deflate", "zstd1"])
def test_the_client_submits_metrics_and_reads_them_back(
    sandbox: Sandbox, made: dict[str, Any], encoding: str
) -> None:
    now = int(time.time())
    series = MetricSeries(
        metric="acme.sync",
        type=MetricIntakeType.GAUGE,
        points=[MetricPoint(timestamp=now, value=2.5)],
        tags=["env:prod"],
    )
    with ApiClient(_configuration(sandbox, made)) as client:
        accepted = MetricsApi(client).submit_metrics(
            body=MetricPayload(series=[series]), content_encoding=MetricContentEncoding(encoding)
        )
        found = MetricsApiV1(client).query_metrics(
            _from=now - 60, to=now + 60, query="avg:acme.sync{env:prod}"
        )
        active = MetricsApiV1(client).list_active_metrics(_from=now - 60)
    assert accepted.errors == []
    assert found.series[0].pointlist[0].value == [now * 1000.0, 2.5]
    assert active.metrics == ["acme.sync"]


def test_the_client_sends_logs_and_finds_them(sandbox: Sandbox, made: dict[str, Any]) -> None:
    log = HTTPLog([HTTPLogItem(message="hello", ddsource="acme", ddtags="env:prod", service="web")])
    with ApiClient(_configuration(sandbox, made, host="http-intake.logs")) as client:
        LogsApi(client).submit_log(body=log)
    # Without a page of its own the client repeats its first request for ever.
    page = LogsListRequestPage(limit=10)
    with ApiClient(_configuration(sandbox, made)) as client:
        found = list(LogsApi(client).list_logs_with_pagination(body=LogsListRequest(page=page)))
    assert [one.attributes.message for one in found] == ["hello"]
    assert found[0].attributes.tags == ["source:acme", "env:prod"]


def test_the_client_validates_a_key(sandbox: Sandbox, made: dict[str, Any]) -> None:
    configuration = _configuration(sandbox, made)
    with ApiClient(configuration) as client:
        assert AuthenticationApi(client).validate().valid is True
    configuration.api_key["apiKeyAuth"] = "0" * 32
    with ApiClient(configuration) as client, pytest.raises(ForbiddenException) as raised:
        AuthenticationApi(client).validate()
    assert raised.value.body == {"errors": ["Forbidden"]}


def test_the_client_reads_monitors_with_a_bearer(sandbox: Sandbox, made: dict[str, Any]) -> None:
    monitors = [
        {"id": n, "name": f"m{n}", "type": "query alert", "query": "avg(last_5m):avg:a{*} > 1"}
        for n in (1, 2, 3)
    ]
    sandbox.tell("seed", site="datadoghq.eu", type="monitors", items=monitors)
    configuration = Configuration(host=sandbox.at(""), access_token=made["access_token"])
    with ApiClient(configuration) as client:
        found = list(MonitorsApi(client).list_monitors_with_pagination(page_size=2))
    assert [monitor.id for monitor in found] == [1, 2, 3]


@pytest.fixture
def datadog_package(sandbox: Sandbox, made: dict[str, Any]) -> Iterator[None]:
    initialize(
        api_key=made["api_key"], app_key=made["app_key"], api_host=sandbox.at(""), mute=False
    )
    yield
    initialize(api_key="", app_key="", mute=True)


@pytest.mark.usefixtures("datadog_package")
def test_the_datadog_package_sends_a_metric_and_queries_it(sandbox: Sandbox) -> None:
    now = int(time.time())
    sent = Metric.send(metric="acme.sync", points=[(now, 4)], type="count", tags=["a:b"])
    assert sent["status"] == "ok"
    found = Metric.query(start=now - 60, end=now + 60, query="sum:acme.sync{*}")
    assert found["series"][0]["pointlist"] == [[now * 1000.0, 4.0]]
    (item,) = sandbox.ask("items", type="metrics")["items"]
    assert (item["type"], item["tags"]) == (1, ["a:b"])
