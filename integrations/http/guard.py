"""The SSRF guard: calls to addresses that a tenant may type reach the public internet only.

A host is resolved once, refused if any of its addresses leads inside, and exactly a checked
address is dialled, so that a name that changes its mind in between (DNS rebinding) gains nothing.
In production an egress proxy does well as a second wall.
"""

from __future__ import annotations

import socket
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from ipaddress import ip_address
from typing import Any
from urllib.parse import SplitResult, urlsplit

import requests
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.connectionpool import HTTPConnectionPool, HTTPSConnectionPool
from urllib3.exceptions import ConnectTimeoutError, NameResolutionError, NewConnectionError

from integrations.core.clock import Clock, SystemClock
from integrations.core.errors import RefusedHostError
from integrations.http.addresses import Network, is_public, is_within
from integrations.http.client import HttpClient
from integrations.http.transport import TIMEOUT_S, BoundedAdapter

Resolver = Callable[[str, int], Sequence[str]]

DEFAULT_PORTS: Mapping[str, int] = {"https": 443, "http": 80}

_FIX = "Give an address on the public internet, or ask the vendor to allow this one."


def system_resolver(host: str, port: int) -> list[str]:
    """All addresses of a host as the operating system knows them; OSError when there are none."""
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(entry[4][0]) for entry in found))


@dataclass(frozen=True, slots=True)
class AddressGuard:
    """What may be called.

    ``networks`` are inside addresses that the vendor allows on top of the public internet.
    """

    networks: tuple[Network, ...] = ()
    ports: frozenset[int] = frozenset({80, 443})
    schemes: frozenset[str] = frozenset({"https"})
    resolve: Resolver = system_resolver

    def check_url(self, url: str) -> None:
        """RefusedHostError for a URL that can be refused as it is written; resolves nothing."""
        parts = _split(url)
        if parts.scheme not in self.schemes:
            wanted = " or ".join(sorted(self.schemes))
            raise RefusedHostError(f"Only {wanted} addresses are called.", fix=_FIX)
        if "@" in parts.netloc:
            raise RefusedHostError("An address must not carry a user name.", fix=_FIX)
        port = _port(parts)
        self._check_port(DEFAULT_PORTS[parts.scheme] if port is None else port)
        host = parts.hostname or ""
        if _is_number_like(host):
            self._check_address(host)

    def addresses(self, host: str, port: int) -> list[str]:
        """Resolve once and return what may be dialled; RefusedHostError if any leads inside."""
        self._check_port(port)
        found = list(self.resolve(host, port))
        for address in found:
            self._check_address(address)
        if not found:
            raise OSError("The host has no address.")
        return found

    def _check_port(self, port: int) -> None:
        if port not in self.ports:
            raise RefusedHostError(f"Port {port} is not called.", fix=_FIX)

    def _check_address(self, text: str) -> None:
        try:
            address = ip_address(text.partition("%")[0])
        except ValueError as exc:
            raise RefusedHostError("That host is not a name and not an address.", fix=_FIX) from exc
        if not (is_public(address) or is_within(address, self.networks)):
            raise RefusedHostError("That host is not on the public internet.", fix=_FIX)


class GuardedAdapter(BoundedAdapter):
    """Sends to what ``guard`` allows and to nothing else. Thread-safe, as its base."""

    def __init__(
        self, guard: AddressGuard, *, clock: Clock, rewrite: Callable[[str], str] | None = None
    ) -> None:
        super().__init__(clock=clock, rewrite=rewrite)
        self._guard = guard
        self.poolmanager.pool_classes_by_scheme = _pool_classes(guard)

    def _rewritten(self, request: requests.PreparedRequest) -> requests.PreparedRequest:
        copy = super()._rewritten(request) if self._rewrite is not None else request.copy()
        self._guard.check_url(copy.url or "")
        return copy


def guarded_client(
    guard: AddressGuard,
    *,
    rewrite: Callable[[str], str] | None = None,
    clock: Clock | None = None,
    timeout: float = TIMEOUT_S,
) -> HttpClient:
    """An HttpClient behind the guard; what ``rewrite`` leads to is guarded too."""
    known = clock or SystemClock()
    adapter = GuardedAdapter(guard, clock=known, rewrite=rewrite)
    return HttpClient(clock=known, timeout=timeout, adapter=adapter)


def _pool_classes(guard: AddressGuard) -> dict[str, type[HTTPConnectionPool]]:
    """Pools whose connections dial checked addresses; Host, SNI and certificate stay the name's."""

    class Dialler(HTTPConnection):
        def _new_conn(self) -> socket.socket:
            name = self._dns_host
            try:
                return self._dial(_resolved(guard, self))
            finally:
                self._dns_host = name

        def _dial(self, addresses: list[str]) -> socket.socket:
            *others, last = addresses
            for address in others:
                self._dns_host = address
                try:
                    return super()._new_conn()
                except (NewConnectionError, ConnectTimeoutError):
                    continue
            self._dns_host = last
            return super()._new_conn()

    class SecureDialler(Dialler, HTTPSConnection):
        pass

    class Pool(HTTPConnectionPool):
        ConnectionCls: Any = Dialler

    class SecurePool(HTTPSConnectionPool):
        ConnectionCls: Any = SecureDialler

    return {"http": Pool, "https": SecurePool}


def _resolved(guard: AddressGuard, connection: HTTPConnection) -> list[str]:
    host = connection._dns_host
    try:
        return guard.addresses(host.strip("[]"), connection.port)
    except socket.gaierror as exc:
        raise NameResolutionError(host, connection, exc) from exc
    except OSError as exc:
        raise NewConnectionError(connection, "The host has no address.") from exc


def _split(url: str) -> SplitResult:
    """Parts of a URL that every parser reads alike."""
    if not url.isprintable() or any(sign in url for sign in "\\ <>\"'`{}|^"):
        raise RefusedHostError("That is not an address.", fix=_FIX)
    try:
        parts = urlsplit(url)
    except ValueError as exc:
        raise RefusedHostError("That is not an address.", fix=_FIX) from exc
    if not parts.hostname or "%" in parts.netloc:
        raise RefusedHostError("That address names no host.", fix=_FIX)
    return parts


def _port(parts: SplitResult) -> int | None:
    try:
        return parts.port
    except ValueError as exc:
        raise RefusedHostError("That address has no readable port.", fix=_FIX) from exc


def _is_number_like(host: str) -> bool:
    """Is it an address, in any of the forms that resolvers accept for one (127.1, 0x7f000001)?"""
    last = host.rstrip(".").rpartition(".")[2]
    return ":" in host or last.isdecimal() or last.lower().startswith("0x")
