"""A tiny server that gives the answers a test lined up and keeps the requests it got."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from urllib.parse import urlsplit

from requests.structures import CaseInsensitiveDict

from integrations.http.client import HttpClient


@dataclass(frozen=True)
class Planned:
    """One answer; ``drop`` closes the connection instead, ``chunk_delay_s`` trickles the body."""

    status: int = 200
    body: bytes = b""
    headers: Mapping[str, str] = field(default_factory=dict)
    drop: bool = False
    chunk_delay_s: float = 0.0


@dataclass(frozen=True)
class Got:
    """One request as it arrived."""

    method: str
    path: str
    headers: Mapping[str, str]
    body: bytes


class AnsweringServer(ThreadingHTTPServer):
    """Answers in the planned order, the last plan repeats; or as ``respond`` decides."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.plans: list[Planned] = [Planned()]
        self.got: list[Got] = []
        self.respond: Callable[[Got], Planned] | None = None

    def handle_error(self, request: object, client_address: object) -> None:
        """A client that hangs up early is what some tests are about."""

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}"

    def answer(self, *plans: Planned) -> None:
        self.plans = list(plans)

    def rewrite(self, url: str) -> str:
        parts = urlsplit(url)
        return f"{self.url}/{parts.netloc}{parts.path}" + (f"?{parts.query}" * bool(parts.query))

    def client(self) -> HttpClient:
        return HttpClient(self.rewrite)


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: AnsweringServer

    def _serve(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        self.server.got.append(
            Got(self.command, self.path, CaseInsensitiveDict(self.headers.items()), body)
        )
        plan = self._planned()
        if plan.drop:
            self.close_connection = True
            return
        self.send_response(plan.status)
        for name, value in {"Content-Length": str(len(plan.body)), **plan.headers}.items():
            self.send_header(name, value)
        self.end_headers()
        self._write(plan)

    def _planned(self) -> Planned:
        if self.server.respond is not None:
            return self.server.respond(self.server.got[-1])
        plans = self.server.plans
        return plans.pop(0) if len(plans) > 1 else plans[0]

    def _write(self, plan: Planned) -> None:
        if not plan.chunk_delay_s:
            self.wfile.write(plan.body)
            return
        for byte in plan.body:
            time.sleep(plan.chunk_delay_s)
            self.wfile.write(bytes([byte]))

    do_GET = do_POST = do_PUT = do_PATCH = _serve

    def log_message(self, format: str, *args: object) -> None:
        return


@contextmanager
def answering_server() -> Iterator[AnsweringServer]:
    """Start one on a free port for the length of a ``with``."""
    server = AnsweringServer()
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
    thread.start()
    try:
        yield server
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
