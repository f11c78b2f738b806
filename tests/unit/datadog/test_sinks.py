"""One body on its way to an intake."""

import pytest
import zstandard

from integrations.core.errors import GrantRevokedError, PayloadRefusedError, StopError
from integrations.core.records import Item
from integrations.core.secret import Secret
from integrations.datadog.limits import LIMITS
from integrations.datadog.sinks import Origin, Sink, SinkOptions, sink_for
from integrations.datadog.sites import Addresses, site_for_domain
from tests.unit.http.answering import AnsweringServer, Planned

KEY = Secret("0123456789abcdef0123456789abcdef")


def sink_of(server: AnsweringServer, data_type: str, domain: str = "datadoghq.eu") -> Sink:
    return sink_for(
        data_type,
        http=server.client(),
        addresses=Addresses(),
        site=site_for_domain(domain),
        api_key=KEY,
        options=SinkOptions(origin=Origin("acme", "2.1")),
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


def test_a_key_that_is_refused_by_the_edge_stops(server: AnsweringServer) -> None:
    page = b"<html><body>Request forbidden by administrative rules.</body></html>"
    server.answer(Planned(403, page, {"Content-Type": "text/html"}))
    with pytest.raises(GrantRevokedError, match="administrative rules") as caught:
        sink_of(server, "logs").send(b"x", batch_id="b")
    assert "API key" in caught.value.fix
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
