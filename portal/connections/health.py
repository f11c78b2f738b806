"""A connection as its pages show it. Never a secret: of those only the last four characters."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property

from portal.connections import gateways
from portal.connections.domain import ConnectionState, Destination, SecretKind
from portal.connections.gateways import API_KEY_SCOPE, Site
from portal.connections.models import Connection, Credential, OAuthClient
from portal.connections.services.api_keys import key_name, keys_url

_MOVING = (ConnectionState.CHECKING_KEY, ConnectionState.DISCONNECTING)
_ENDED = (ConnectionState.PENDING, ConnectionState.DISCONNECTING, ConnectionState.DISCONNECTED)


@dataclass(frozen=True, slots=True)
class ScopeLine:
    """A scope in a sentence, and whether Datadog granted it (None: not asked yet)."""

    name: str
    sentence: str
    writes: bool
    granted: bool | None


@dataclass(frozen=True)
class Health:
    """What the strip, the pages and the wizard say of a connection.

    Made from a row with its client and credentials loaded; needs no database after that.
    """

    connection: Connection

    @property
    def site(self) -> Site:
        return gateways.site_of(self.connection.site)

    @property
    def destination(self) -> Destination:
        return Destination(self.connection.site, self.connection.subdomain)

    @property
    def host(self) -> str:
        return gateways.host_of(self.destination)

    @property
    def title(self) -> str:
        return f"{self.site.label}, {self.host}"

    @property
    def is_moving(self) -> bool:
        """Whether the page has something to wait for."""
        return self.connection.state in _MOVING

    @property
    def is_over(self) -> bool:
        return self.connection.state in _ENDED

    @property
    def state(self) -> str:
        return self.connection.state

    @cached_property
    def api_key(self) -> Credential | None:
        credentials = self.connection.credentials.all()
        return next((one for one in credentials if one.kind == SecretKind.API_KEY), None)

    @property
    def key_last_four(self) -> str:
        return self.api_key.last_four if self.api_key else ""

    @property
    def key_stored_at(self) -> datetime | None:
        return self.api_key.stored_at if self.api_key else None

    @property
    def key_name(self) -> str:
        return key_name(self.connection)

    @property
    def keys_url(self) -> str:
        return keys_url(self.connection)

    @property
    def scopes(self) -> list[ScopeLine]:
        """Every scope asked for, then those granted beyond."""
        granted = self.connection.granted_scopes if self.connection.connected_at else None
        return scope_lines(self.connection.client.scopes, granted)

    @property
    def granted_count(self) -> int:
        return sum(1 for line in self.scopes if line.granted)

    @property
    def missing_scopes(self) -> list[ScopeLine]:
        return [line for line in self.scopes if line.granted is False]


@dataclass(frozen=True, slots=True)
class Terms:
    """What a customer agrees to, shown before they go to Datadog."""

    client_name: str
    sends: bool
    reads: list[ScopeLine]
    changes: list[ScopeLine]


def terms_of(client: OAuthClient) -> Terms:
    """The card before the redirect."""
    lines = scope_lines(client.scopes, None)
    return Terms(
        client_name=client.name,
        sends=API_KEY_SCOPE in client.scopes,
        reads=[line for line in lines if not line.writes],
        changes=[line for line in lines if line.writes],
    )


def scope_lines(asked: Sequence[str], granted: Sequence[str] | None) -> list[ScopeLine]:
    """Scopes with their sentences, each once, those asked for first."""
    names = list(dict.fromkeys([*asked, *(granted or ())]))
    return [
        ScopeLine(
            scope.name,
            scope.sentence,
            scope.writes,
            None if granted is None else scope.name in granted,
        )
        for scope in gateways.describe_scopes(names)
    ]
