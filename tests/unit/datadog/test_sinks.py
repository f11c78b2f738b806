"""One body on its way to an intake."""

import pytest
import zstandard

from integrations.core.errors import (
    GrantRevokedError,
    PayloadRefusedError,
    RetryLaterError,
    StopError,
)
from integrations.core.records import Item
from integrations.core.secret import Secret
from integrations.datadog.agent_address import parse_agent_address
from integrations.datadog.limits import LIMITS
from integrations.datadog.sinks import Origin, Sink, SinkOptions, sink_for
from integrations.datadog.sites import Addresses, site_for_domain
from integrations.http.client import HttpClient
from tests.unit.http.answering import AnsweringServer, Planned

KEY = Secret("0123456789abcdef0123456789abcdef")


def sink_of(
    server: AnsweringServer,
    data_type: str,
    domain: str = "datadoghq.eu",
    options: SinkOptions | None = None,
) -> Sink:
    return sink_for(
        data_type,
        http=server.client(),
        addresses=Addresses(),
        site=site_for_domain(domain),
        api_key=KEY,
        options=options or SinkOptions(origin=Origin("acme", "2.1")),
    )


@pytest.mark.parametrize(
    ("data_type", "path", "framed"),
    [
        ("metrics", "/api.datadoghq.eu/api/v2/series", b'{"series":[{},{}]}'),
        ("logs", "/http-intake.logs.datadoghq.eu/api/v2/logs", b"[{},{}]"),
    ],
)
def test_a_body_reaches_its_intake(
    server: AnsweringServer, data_type: str, path: str, framed: bytes
) -> None:
    server.answer(Planned(202, b'{"errors":[]}'))
    sink = sink_of(server, data_type)
    body = sink.framing.framed([Item(1, "r1", b"{}", None), Item(2, "r2", b"{}", None)])
    answer = sink.send(zstandard.compress(body), batch_id="b-1")
    got = server.got[0]
    assert (answer.status, got.method, got.path) == (202, "POST", path)
    assert zstandard.decompress(got.body) == framed
    assert got.headers["DD-API-KEY"] == KEY.reveal()
    assert got.headers["Content-Encoding"] == sink.content_encoding == "zstd"
    assert got.headers["Content-Type"] == "application/json"
    assert (got.headers["DD-EVP-ORIGIN"], got.headers["DD-EVP-ORIGIN-VERSION"]) == ("acme", "2.1")
    assert got.headers["X-Batch-Id"] == "b-1"
    assert (sink.data_type, sink.limits) == (data_type, LIMITS[data_type])


def test_an_accepted_body_with_errors_is_refused(server: AnsweringServer) -> None:
    server.answer(Planned(202, b'{"errors":["bad series"]}'))
    with pytest.raises(PayloadRefusedError, match="bad series"):
        sink_of(server, "metrics").send(b"x", batch_id="b")


def test_a_page_in_place_of_datadogs_answer_blames_no_key(server: AnsweringServer) -> None:
    page = b"<html><body>Request forbidden by administrative rules.</body></html>"
    server.answer(Planned(403, page, {"Content-Type": "text/html"}))
    with pytest.raises(RetryLaterError, match="administrative rules") as caught:
        sink_of(server, "logs").send(b"x", batch_id="b")
    assert KEY.reveal() not in str(caught.value)


def test_a_redirect_is_not_followed_with_the_key(server: AnsweringServer) -> None:
    server.answer(Planned(307, headers={"Location": "https://evil.example/"}))
    with pytest.raises(StopError, match="wrong host"):
        sink_of(server, "metrics").send(b"x", batch_id="b")
    assert len(server.got) == 1


def test_a_sink_does_not_show_its_key(server: AnsweringServer) -> None:
    assert KEY.reveal() not in repr(sink_of(server, "metrics"))


def test_there_is_no_sink_for_an_unknown_data_type(server: AnsweringServer) -> None:
    with pytest.raises(StopError, match="smells"):
        sink_of(server, "smells")


@pytest.mark.parametrize("data_type", LIMITS)
def test_every_goal_lies_below_its_limit(data_type: str) -> None:
    limits = LIMITS[data_type]
    assert limits.goal_raw_bytes < limits.max_raw_bytes
    assert limits.goal_compressed_bytes < limits.max_compressed_bytes
    assert limits.max_item_bytes < limits.goal_raw_bytes


@pytest.mark.parametrize(
    ("data_type", "form", "path", "kind", "encoding"),
    [
        (
            "distributions",
            "",
            "api.datadoghq.eu/api/v1/distribution_points",
            "text/json",
            "deflate",
        ),
        ("events", "", "api.datadoghq.eu/api/v1/events", "application/json", None),
        (
            "events",
            "v2",
            "event-management-intake.datadoghq.eu/api/v2/events",
            "application/json",
            None,
        ),
        ("service_checks", "", "api.datadoghq.eu/api/v1/check_run", "application/json", None),
        ("traces", "", "otlp.datadoghq.eu/v1/traces", "application/x-protobuf", "gzip"),
        ("traces", "otlp_json", "otlp.datadoghq.eu/v1/traces", "application/json", "gzip"),
    ],
)
def test_every_data_type_has_its_intake(
    server: AnsweringServer, data_type: str, form: str, path: str, kind: str, encoding: str | None
) -> None:
    server.answer(Planned(202, b"{}"))
    sink = sink_of(server, data_type, options=SinkOptions(form=form))
    sink.send(b"x", batch_id="b-1")
    (got,) = server.got
    assert (got.method, got.path) == ("POST", f"/{path}")
    assert got.headers["DD-API-KEY"] == KEY.reveal()
    assert got.headers["Content-Type"] == kind
    assert got.headers.get("Content-Encoding") == encoding
    assert sink.content_encoding == (encoding or "identity")


def test_spans_ask_datadog_for_trace_metrics(server: AnsweringServer) -> None:
    options = SinkOptions(otlp_source="acme")
    sink_of(server, "traces", options=options).send(b"x", batch_id="b")
    headers = server.got[0].headers
    assert (headers["compute_stats"], headers["dd-otlp-source"]) == ("true", "acme")


def test_a_site_without_otlp_names_the_agent_as_the_way(server: AnsweringServer) -> None:
    with pytest.raises(StopError, match="no OTLP intake on US1-FED") as caught:
        sink_of(server, "traces", "ddog-gov.com")
    assert "Agent" in caught.value.fix


@pytest.mark.parametrize(
    ("form", "path", "kind", "body"),
    [
        ("agent_v0.3_json", "/dd/v0.3/traces", "application/json", b"[[{}],\n[{}]]"),
        ("agent_v0.4_msgpack", "/dd/v0.4/traces", "application/msgpack", b"\xdd\0\0\0\x02x"),
    ],
)
def test_an_agent_gets_traces_without_a_key(
    server: AnsweringServer, form: str, path: str, kind: str, body: bytes
) -> None:
    agent = parse_agent_address(f"{server.url}/dd")
    options = SinkOptions(form=form, agent=agent, origin=Origin("acme", "2.1"))
    sink = sink_for(
        "traces",
        http=HttpClient(agent.rewrite),
        addresses=Addresses(),
        site=site_for_domain("ddog-gov.com"),
        options=options,
    )
    sink.send(body, batch_id="b-1")
    (got,) = server.got
    assert (got.method, got.path, got.headers["Content-Type"]) == ("PUT", path, kind)
    assert got.headers["X-Datadog-Trace-Count"] == "2"
    assert got.headers["Datadog-Meta-Tracer-Version"] == "acme-2.1"
    assert "DD-API-KEY" not in got.headers
    assert sink.limits.repeatable is False


@pytest.mark.parametrize(
    ("data_type", "form", "words"),
    [
        ("traces", "agent_v0.4_json", "no Agent's address"),
        ("traces", "zipkin", "no traces of the form"),
        ("events", "v3", "no events of the form"),
        ("incidents", "", "under the OAuth grant"),
        ("metrics", "", "has no API key"),
        ("traces", "", "has no API key"),
    ],
)
def test_a_sink_that_lacks_something_says_what(
    server: AnsweringServer, data_type: str, form: str, words: str
) -> None:
    with pytest.raises(StopError, match=words) as caught:
        sink_for(
            data_type,
            http=server.client(),
            addresses=Addresses(),
            site=site_for_domain("datadoghq.eu"),
            options=SinkOptions(form=form),
        )
    assert caught.value.fix


def test_only_what_counts_once_may_be_repeated() -> None:
    repeatable = {name for name, limits in LIMITS.items() if limits.repeatable}
    assert repeatable == {"metrics", "service_checks", "traces"}


@pytest.mark.parametrize("status", [401, 403, 404, 405])
def test_what_is_no_agent_stops_without_blaming_the_grant(
    server: AnsweringServer, status: int
) -> None:
    server.answer(Planned(status))
    agent = parse_agent_address(server.url)
    sink = sink_for(
        "traces",
        http=HttpClient(agent.rewrite),
        addresses=Addresses(),
        site=site_for_domain("datadoghq.eu"),
        options=SinkOptions(form="agent_v0.4_json", agent=agent),
    )
    with pytest.raises(StopError, match="takes no traces") as caught:
        sink.send(b"[]", batch_id="b-1")
    assert not isinstance(caught.value, GrantRevokedError)
    assert caught.value.status == status
