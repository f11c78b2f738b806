"""Records of every data type from a mapping to what the sandbox holds of them."""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import Any

import orjson
import pytest
import requests

from integrations.core.clock import SystemClock
from integrations.core.records import Record
from integrations.core.secret import Secret
from integrations.datadog.agent_address import parse_agent_address
from integrations.datadog.heartbeat import Heartbeat, send_heartbeat
from integrations.datadog.sinks import Sink, SinkOptions, sink_for
from integrations.datadog.sites import Addresses, site_for_domain
from integrations.http.client import HttpClient
from integrations.mapping import compile_mapping, decode_mapping
from integrations.pipeline import BatchResult, Outcome, deliver, prepare
from tests.unit.mapping.documents import (
    ALERTS,
    CHANGES,
    CHECKS,
    DISTRIBUTIONS,
    EVENTS,
    INCIDENTS,
    LOGS,
    METRICS,
    SPANS,
    happening,
)
from tests.unit.pipeline.sinks import NAMESPACE

SITE = site_for_domain("datadoghq.eu")
AGENT_FORMS = ["agent_v0.3_json", "agent_v0.4_json", "agent_v0.3_msgpack", "agent_v0.4_msgpack"]
ONE_BY_ONE = [EVENTS, CHANGES, ALERTS, INCIDENTS]


@dataclass
class Datadog:
    """A sandbox with one organisation's key and bearer."""

    url: str
    api_key: Secret
    access_token: Secret

    def sink(self, data_type: str, form: str = "") -> Sink:
        addresses = Addresses(self.url)
        agent = parse_agent_address(f"{self.url}/{SITE.domain}/agent")
        return sink_for(
            data_type,
            http=HttpClient(agent.rewrite if form.startswith("agent") else addresses.sandboxed),
            addresses=addresses,
            site=SITE,
            api_key=self.api_key,
            options=SinkOptions(form=form, access_token=self.access_token, agent=agent),
        )

    def push(self, document: dict[str, Any], contents: list[dict[str, Any]]) -> list[BatchResult]:
        """Map, pack and deliver; nothing may be rejected on the way."""
        mapping = compile_mapping(decode_mapping(document))
        sink, now = self.sink(mapping.data_type, mapping.form), time.time()
        records = [Record(n, f"r{n}", b"", data) for n, data in enumerate(contents, start=1)]
        prepared = prepare(records, mapping=mapping, sink=sink, now=now, batch_namespace=NAMESPACE)
        assert prepared.rejects == []
        clock = SystemClock()
        deadline = clock.monotonic() + 20
        return deliver(prepared.batches, sink, concurrency=4, deadline=deadline, clock=clock)

    def items(self, data_type: str) -> list[dict[str, Any]]:
        params = {"type": data_type, "site": SITE.domain}
        answer = requests.get(f"{self.url}/_sandbox/items", params=params, timeout=5).json()
        return list(answer["items"])


@pytest.fixture
def datadog(sandbox_url: str) -> Datadog:
    requests.post(f"{sandbox_url}/_sandbox/reset", json={}, timeout=5)
    order = {"site": SITE.domain, "scopes": ["incident_read", "incident_write"]}
    answer = requests.post(f"{sandbox_url}/_sandbox/credentials", json=order, timeout=5).json()
    return Datadog(sandbox_url, Secret(answer["api_key"]), Secret(answer["access_token"]))


def _contents(count: int) -> list[dict[str, Any]]:
    now = time.time()
    measured = {"measure": "cpu", "value": 1.5, "measured_at": now}
    return [
        happening(occurred_at=now, span=f"s-{n}", trace=f"t-{n % 3}", resource=f"i-{n}", **measured)
        for n in range(count)
    ]


@pytest.mark.parametrize(
    "document",
    [
        METRICS,
        DISTRIBUTIONS,
        LOGS,
        EVENTS,
        CHANGES,
        ALERTS,
        CHECKS,
        SPANS,
        {**SPANS, "form": "otlp_json"},
        *({**SPANS, "form": form} for form in AGENT_FORMS),
        INCIDENTS,
    ],
)
def test_records_of_every_data_type_arrive(datadog: Datadog, document: dict[str, Any]) -> None:
    results = datadog.push(document, _contents(7))
    assert [result.detail for result in results if result.detail] == []
    assert {result.outcome for result in results} == {Outcome.ACCEPTED}
    assert len(results) == (7 if document in ONE_BY_ONE else 1)
    assert len(datadog.items(document["target"])) == 7


@pytest.mark.parametrize("form", ["otlp_protobuf", "otlp_json", *AGENT_FORMS])
def test_a_span_says_the_same_whichever_way_it_goes(datadog: Datadog, form: str) -> None:
    trace, span = "0af7651916cd43dd8448eb211c80319c", "b7ad6b7169203331"
    data = happening(occurred_at=time.time(), trace=trace, span=span, parent=5, failed=True)
    datadog.push({**SPANS, "form": form, "attributes": ["machine"]}, [data])
    (kept,) = datadog.items("traces")
    assert (kept["span_id"], kept["parent_id"]) == (span, f"{5:016x}")
    assert kept["trace_id"][-16:] == trace[-16:]
    assert (kept["service"], kept["status"]["code"]) == ("shop", "error")
    assert (kept["attributes"]["machine"], kept["attributes"]["record_id"]) == ("h1", "r1")
    assert kept["end_ns"] - kept["start_ns"] == 12_500_000


def test_a_record_sent_again_changes_its_incident(datadog: Datadog) -> None:
    first, second = happening(level="FATAL"), happening(level="ERROR", message="mended")
    datadog.push(INCIDENTS, [first])
    datadog.push({**INCIDENTS, "fields": []}, [second])
    (incident,) = datadog.items("incidents")
    assert orjson.dumps(incident).count(b"mended [r1]") == 1
    assert b'"SEV-1"' in orjson.dumps(incident)


def test_records_of_one_incident_arrive_in_order(datadog: Datadog) -> None:
    document = {**INCIDENTS, "marker": {"value": {"field": "app"}, "field": "acme_id"}}
    datadog.push(document, [happening(message=f"state {n}") for n in range(5)])
    (incident,) = datadog.items("incidents")
    assert b'"state 4"' in orjson.dumps(incident)


def test_a_heartbeat_arrives(datadog: Datadog) -> None:
    send_heartbeat(
        Heartbeat("acme", ["mapping:m-1"], at=time.time()),
        http=HttpClient(Addresses(datadog.url).sandboxed),
        addresses=Addresses(datadog.url),
        site=SITE,
        api_key=datadog.api_key,
    )
    (kept,) = datadog.items("metrics")
    assert (kept["metric"], kept["tags"]) == ("acme.portal.heartbeat", ["mapping:m-1"])
