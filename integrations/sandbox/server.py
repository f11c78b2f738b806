"""Runs the stand-in: in this process until a signal, or in a thread for a test."""

from __future__ import annotations

import asyncio
import logging
import signal
import threading
from collections.abc import AsyncIterator, Iterator
from concurrent.futures import Future
from contextlib import asynccontextmanager, contextmanager

from aiohttp import web

from integrations.sandbox.app import application
from integrations.sandbox.world import World

logger = logging.getLogger("integrations.sandbox")

# How long open connections may take to finish at a stop.
_SHUTDOWN_SECONDS = 1.0
_START_SECONDS = 10.0


@asynccontextmanager
async def _listening(host: str, port: int) -> AsyncIterator[int]:
    """Serve; yields the port. Content-Encoding is left alone: undoing it is under test."""
    runner = web.AppRunner(
        application(World()),
        access_log=None,
        auto_decompress=False,
        shutdown_timeout=_SHUTDOWN_SECONDS,
    )
    await runner.setup()
    try:
        site = web.TCPSite(runner, host, port)
        await site.start()
        yield runner.addresses[0][1]
    finally:
        await runner.cleanup()


async def _serve(host: str, port: int) -> None:
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop.set)
    async with _listening(host, port) as bound:
        logger.info("Datadog sandbox on http://%s:%d", host, bound)
        await stop.wait()
    logger.info("Datadog sandbox stopped")


def serve(*, port: int, host: str = "127.0.0.1") -> None:
    """Run until SIGTERM or SIGINT, in the main thread."""
    asyncio.run(_serve(host, port))


async def _serve_in_thread(
    host: str, bound: Future[int], stopping: Future[tuple[asyncio.AbstractEventLoop, asyncio.Event]]
) -> None:
    stop = asyncio.Event()
    stopping.set_result((asyncio.get_running_loop(), stop))
    async with _listening(host, 0) as port:
        bound.set_result(port)
        await stop.wait()


@contextmanager
def running_sandbox(*, host: str = "127.0.0.1") -> Iterator[str]:
    """A sandbox of its own on a free port; gives its base URL. For tests."""
    bound: Future[int] = Future()
    stopping: Future[tuple[asyncio.AbstractEventLoop, asyncio.Event]] = Future()
    thread = threading.Thread(
        target=lambda: asyncio.run(_serve_in_thread(host, bound, stopping)),
        name="sandbox",
        daemon=True,
    )
    thread.start()
    loop, stop = stopping.result(_START_SECONDS)
    try:
        yield f"http://{host}:{bound.result(_START_SECONDS)}"
    finally:
        loop.call_soon_threadsafe(stop.set)
        thread.join(_START_SECONDS)
