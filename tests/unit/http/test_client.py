"""The HTTP client: what it sends, and how it ends when things go wrong."""

import gzip
import socket
from concurrent.futures import ThreadPoolExecutor

import pytest

from integrations.core.errors import RefusedHostError, RetryLaterError
from integrations.http.client import HttpClient
from tests.unit.http.answering import AnsweringServer, Planned

URL = "https://api.datadoghq.eu/api/v2/series"


def test_an_answer_carries_status_headers_and_body(server: AnsweringServer) -> None:
    server.answer(Planned(202, b'{"errors":[]}', {"X-RateLimit-Reset": "3"}))
    answer = server.client().request("POST", URL, headers={"DD-API-KEY": "k"}, body=b"abc")
    assert (answer.status, answer.body) == (202, b'{"errors":[]}')
    assert answer.headers["x-ratelimit-reset"] == "3"
    assert not answer.truncated
    got = server.got[0]
    assert (got.method, got.path, got.body) == ("POST", "/api.datadoghq.eu/api/v2/series", b"abc")
    assert got.headers["dd-api-key"] == "k"


def test_a_redirect_is_returned_and_not_followed(server: AnsweringServer) -> None:
    server.answer(Planned(302, headers={"Location": "https://evil.example/"}))
    assert server.client().request("GET", URL, headers={}).status == 302
    assert len(server.got) == 1


def test_a_long_answer_is_cut_at_the_cap_and_keeps_its_status(server: AnsweringServer) -> None:
    server.answer(Planned(403, b"x" * 5000))
    answer = server.client().request("GET", URL, headers={}, max_answer_bytes=1000)
    assert (answer.status, len(answer.body), answer.truncated) == (403, 1000, True)


def test_a_compressed_bomb_is_cut_too(server: AnsweringServer) -> None:
    server.answer(Planned(200, gzip.compress(b"0" * 20_000_000), {"Content-Encoding": "gzip"}))
    answer = server.client().request("GET", URL, headers={}, max_answer_bytes=2000)
    assert (len(answer.body), answer.truncated) == (2000, True)


def test_a_compressed_answer_is_read_decoded(server: AnsweringServer) -> None:
    server.answer(Planned(200, gzip.compress(b"plain"), {"Content-Encoding": "gzip"}))
    assert server.client().request("GET", URL, headers={}).body == b"plain"


def test_no_cookie_is_kept(server: AnsweringServer) -> None:
    server.answer(Planned(200, headers={"Set-Cookie": "session=1"}))
    client = server.client()
    for _ in range(2):
        client.request("GET", URL, headers={})
    assert "Cookie" not in server.got[1].headers


def test_the_environment_is_not_read(
    server: AnsweringServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY"):
        monkeypatch.setenv(name, "http://127.0.0.1:1")
    assert server.client().request("GET", URL, headers={}).status == 200


def test_a_connection_that_is_never_made_is_certain() -> None:
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        port = closed.getsockname()[1]
        client = HttpClient(lambda _: f"http://127.0.0.1:{port}/")
        with pytest.raises(RetryLaterError) as caught:
            client.request("POST", URL, headers={}, body=b"x")
    assert not caught.value.uncertain


def test_an_unknown_host_is_certain() -> None:
    client = HttpClient(lambda _: "http://does-not-exist.invalid/")
    with pytest.raises(RetryLaterError) as caught:
        client.request("POST", URL, headers={}, body=b"x")
    assert not caught.value.uncertain


@pytest.mark.parametrize(
    "plan",
    [
        Planned(drop=True),
        Planned(200, b"short", {"Content-Length": "50"}),
        Planned(200, b"not gzip", {"Content-Encoding": "gzip"}),
    ],
    ids=["dropped", "broken off", "undecodable"],
)
def test_a_lost_answer_is_uncertain(server: AnsweringServer, plan: Planned) -> None:
    server.answer(plan)
    with pytest.raises(RetryLaterError) as caught:
        server.client().request("POST", URL, headers={}, body=b"x", timeout=0.5)
    assert caught.value.uncertain


def test_a_trickling_answer_ends_at_the_total_deadline(server: AnsweringServer) -> None:
    server.answer(Planned(200, b"x" * 100, chunk_delay_s=0.05))
    with pytest.raises(RetryLaterError, match="too long") as caught:
        server.client().request("GET", URL, headers={}, timeout=0.2)
    assert caught.value.uncertain


@pytest.mark.parametrize("url", ["http://api.datadoghq.eu/", "ftp://x/", "", "//x", "https://[bad"])
def test_only_https_addresses_are_called(server: AnsweringServer, url: str) -> None:
    with pytest.raises(RefusedHostError):
        server.client().request("GET", url, headers={})
    assert server.got == []


def test_a_header_with_a_newline_is_refused(server: AnsweringServer) -> None:
    with pytest.raises(RefusedHostError):
        server.client().request("GET", URL, headers={"X-Batch-Id": "a\r\nEvil: 1"})
    assert server.got == []


def test_many_threads_share_one_client(server: AnsweringServer) -> None:
    server.answer(Planned(202, b"{}"))
    client = server.client()
    with ThreadPoolExecutor(8) as pool:
        answers = pool.map(lambda _: client.request("POST", URL, headers={}, body=b"x"), range(40))
        assert {answer.status for answer in answers} == {202}
    assert len(server.got) == 40
    client.close()
