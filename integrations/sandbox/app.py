"""The one door: splits an address into site, host and path, applies faults, finds the handler.

Logs a line per request: method, path without its query, status, bytes, milliseconds.
"""

from __future__ import annotations

import asyncio
import logging
import time
from contextlib import suppress
from dataclasses import replace

from aiohttp import web

from integrations.core.errors import RefusedHostError
from integrations.datadog.sites import SITES, SiteAddress, site_for_domain
from integrations.sandbox import control
from integrations.sandbox.answers import RefusedError, json_answer
from integrations.sandbox.faults import Fault
from integrations.sandbox.limits import READ_BYTES
from integrations.sandbox.routes import HOSTS, Route, find, known_paths, methods_of
from integrations.sandbox.world import Call, World

logger = logging.getLogger("integrations.sandbox")

NOT_FOUND, METHOD_NOT_ALLOWED = 404, 405


class Door:
    """The application's only handler."""

    def __init__(self, world: World) -> None:
        self.world = world

    async def __call__(self, request: web.Request) -> web.StreamResponse:
        started = time.monotonic()
        body = await request.read()
        try:
            answer = await self._answer(request, body)
        except RefusedError as refusal:
            answer = refusal.answer()
        logger.info(
            "%s %s %d %dB %.0fms",
            request.method,
            request.path.encode("unicode_escape").decode(),
            answer.status,
            len(body),
            (time.monotonic() - started) * 1000,
        )
        return answer

    async def _answer(self, request: web.Request, body: bytes) -> web.Response:
        if request.path.startswith(control.PREFIX):
            return control.answer(self.world, request, body)
        call = _call(self.world, request, body)
        fault = self.world.faults.take(
            site=call.site, paths=(call.path, request.path), method=request.method
        )
        if fault is None:
            return _handled(call)
        return await _at_fault(call, fault)


def _call(world: World, request: web.Request, body: bytes) -> Call:
    """``/<site>/<subdomain>/<Datadog's path>``, refused with what is known instead."""
    _, domain, subdomain, path = (*request.path.split("/", 3), "", "", "")[:4]
    try:
        site = site_for_domain(domain)
    except RefusedHostError as error:
        known = [site.domain for site in SITES]
        raise _unknown(f"Unknown site '{domain}'.", known_sites=known) from error
    if subdomain in HOSTS:
        return Call(world, request, SiteAddress(site), subdomain, f"/{path}", body)
    try:
        address = SiteAddress(site, subdomain)
    except RefusedHostError as error:
        hosts = [*HOSTS, "<custom subdomain>"]
        raise _unknown(f"Unknown host '{subdomain}'.", known_hosts=hosts) from error
    return Call(world, request, address, "app", f"/{path}", body)


def _unknown(message: str, **known: list[str]) -> RefusedError:
    body = json_answer({"errors": [message], **known}).text
    return RefusedError(NOT_FOUND, body or "")


def _handled(call: Call) -> web.Response:
    method = call.request.method
    found = find(method, call.service, call.path)
    if found is not None:
        return _counted(replace(call, parameters=found.parameters), found.route)
    allowed = methods_of(call.service, call.path)
    if allowed:
        headers = {"Allow": ", ".join(allowed)}
        body = {"errors": ["Method not allowed"]}
        return json_answer(body, status=METHOD_NOT_ALLOWED, headers=headers)
    message = f"The sandbox serves nothing at {call.path} on the host '{call.service}'."
    raise _unknown(message, known_paths=known_paths(call.service))


def _counted(call: Call, route: Route) -> web.Response:
    if route.data_type is None:
        return route.handler(call)
    counts = call.world.store.counts(call.site, route.data_type)
    counts.requests += 1
    counts.bytes += len(call.body)
    try:
        return route.handler(call)
    except RefusedError:
        counts.refused += 1
        raise


async def _at_fault(call: Call, fault: Fault) -> web.Response:
    await asyncio.sleep(fault.latency_ms / 1000)
    if fault.disconnect == "before":
        return _dropped(call)
    if fault.disconnect == "after":
        with suppress(RefusedError):
            _handled(call)
        return _dropped(call)
    if fault.status is None:
        return _handled(call)
    answer = web.Response(status=fault.status, body=fault.body, content_type=fault.content_type)
    answer.headers.update(fault.headers)
    return answer


def _dropped(call: Call) -> web.Response:
    """Cut the line; the response that is returned for form's sake reaches nobody."""
    if call.request.transport is not None:
        call.request.transport.abort()
    return web.Response(status=499)


def application(world: World) -> web.Application:
    app = web.Application(client_max_size=READ_BYTES)
    # The bound method, since aiohttp takes an object with an async __call__ for a plain function.
    app.router.add_route("*", "/{path:.*}", Door(world).__call__)
    return app
