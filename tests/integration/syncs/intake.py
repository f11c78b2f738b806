"""A log intake that refuses every body with a poisoned record in it, as Datadog answers 400."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import orjson
import zstandard


class PoisonedIntake(ThreadingHTTPServer):
    """Remembers the ids of what it took and how many bodies it refused."""

    daemon_threads = True

    def __init__(self, poison: set[str], status: int) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.poison, self.status = poison, status
        self.taken: list[str] = []
        self.refused = 0

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}"


class _Handler(BaseHTTPRequestHandler):
    server: PoisonedIntake
    protocol_version = "HTTP/1.1"

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        logs = orjson.loads(zstandard.ZstdDecompressor().decompress(body))
        ids = [log["record_id"] for log in logs]
        if self.server.poison.intersection(ids):
            self.server.refused += 1
            self._answer(self.server.status, {"errors": [{"detail": "there is poison in it"}]})
        else:
            self.server.taken += ids
            self._answer(202, {})

    def _answer(self, status: int, content: dict[str, Any]) -> None:
        answer = orjson.dumps(content)
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(answer)))
        self.end_headers()
        self.wfile.write(answer)

    def log_message(self, format: str, *args: Any) -> None:
        """Quiet."""


@contextmanager
def poisoned_intake(*poison: str, status: int = 400) -> Iterator[PoisonedIntake]:
    """Serve on a free port."""
    server = PoisonedIntake(set(poison), status)
    thread = threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True)
    thread.start()
    try:
        yield server
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
