"""The sign of life of a connection."""

import orjson

from integrations.core.secret import Secret
from integrations.datadog.heartbeat import Heartbeat, send_heartbeat
from integrations.datadog.sites import Addresses, site_for_domain
from tests.unit.http.answering import AnsweringServer, Planned


def test_a_heartbeat_is_one_gauge_under_the_vendors_prefix(server: AnsweringServer) -> None:
    server.answer(Planned(202, b'{"errors":[]}'))
    heartbeat = Heartbeat("acme", ["mapping:m-1", "organisation:o-1"], at=1_700_000_000.9)
    answer = send_heartbeat(
        heartbeat,
        http=server.client(),
        addresses=Addresses(),
        site=site_for_domain("datadoghq.eu"),
        api_key=Secret("0123456789abcdef0123456789abcdef"),
    )
    (got,) = server.got
    assert answer.status == 202
    assert got.path == "/api.datadoghq.eu/api/v2/series"
    assert "Content-Encoding" not in got.headers
    assert orjson.loads(got.body)["series"] == [
        {
            "metric": "acme.portal.heartbeat",
            "type": 3,
            "points": [{"timestamp": 1_700_000_000, "value": 1}],
            "tags": ["mapping:m-1", "organisation:o-1"],
        }
    ]
