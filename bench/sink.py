"""The local sink: an HTTP server that reads bodies and answers 202. Knows no data type.

python -m bench.sink            prints its port, serves until its input ends
"""

from __future__ import annotations

import asyncio
import re
import sys

_LENGTH = re.compile(rb"\r\ncontent-length: *(\d+)", re.IGNORECASE)
_ANSWER = (
    b"HTTP/1.1 202 Accepted\r\nContent-Type: application/json\r\n"
    b'Content-Length: 13\r\n\r\n{"errors":[]}'
)


class _Intake(asyncio.Protocol):
    """One connection, kept open; a body is counted and dropped."""

    def __init__(self) -> None:
        self._head = b""
        self._left = 0

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        if not isinstance(transport, asyncio.Transport):
            raise TypeError("The sink speaks TCP.")
        self._transport = transport

    def data_received(self, data: bytes) -> None:
        if self._left:
            self._count(data)
            return
        self._head += data
        head, end, body = self._head.partition(b"\r\n\r\n")
        if end:
            found = _LENGTH.search(head)
            self._left, self._head = int(found[1]) if found else 0, b""
            self._count(body)

    def _count(self, body: bytes) -> None:
        self._left -= len(body)
        if self._left <= 0:
            self._transport.write(_ANSWER)


async def _serve() -> None:
    loop = asyncio.get_running_loop()
    server = await loop.create_server(_Intake, "127.0.0.1", 0)
    sys.stdout.write(f"{server.sockets[0].getsockname()[1]}\n")
    sys.stdout.flush()
    await loop.run_in_executor(None, sys.stdin.read)


if __name__ == "__main__":
    asyncio.run(_serve())
