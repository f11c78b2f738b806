"""States of a connection and what each means; plain Python."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum


class ConnectionState(StrEnum):
    """Where a connection stands."""

    PENDING = "pending"
    """The customer has chosen a site and not come back from Datadog yet."""
    CHECKING_KEY = "checking_key"
    """The API key is stored; Datadog does not accept it everywhere yet."""
    CONNECTED = "connected"
    NEEDS_RECONNECT = "needs_reconnect"
    """A person has to act; ``problem`` and ``fix`` say what."""
    DISCONNECTING = "disconnecting"
    """Schedules are stopped; the grant is being revoked."""
    DISCONNECTED = "disconnected"


TRANSITIONS: dict[ConnectionState, frozenset[ConnectionState]] = {
    ConnectionState.PENDING: frozenset(
        {
            ConnectionState.CHECKING_KEY,
            ConnectionState.CONNECTED,
            ConnectionState.NEEDS_RECONNECT,
            ConnectionState.DISCONNECTED,
        }
    ),
    ConnectionState.CHECKING_KEY: frozenset(
        {
            ConnectionState.CONNECTED,
            ConnectionState.NEEDS_RECONNECT,
            ConnectionState.DISCONNECTING,
            ConnectionState.CHECKING_KEY,
        }
    ),
    ConnectionState.CONNECTED: frozenset(
        {
            ConnectionState.NEEDS_RECONNECT,
            ConnectionState.DISCONNECTING,
            ConnectionState.CHECKING_KEY,
            ConnectionState.CONNECTED,
        }
    ),
    ConnectionState.NEEDS_RECONNECT: frozenset(
        {
            ConnectionState.CHECKING_KEY,
            ConnectionState.CONNECTED,
            ConnectionState.DISCONNECTING,
            ConnectionState.NEEDS_RECONNECT,
        }
    ),
    ConnectionState.DISCONNECTING: frozenset({ConnectionState.DISCONNECTED}),
    ConnectionState.DISCONNECTED: frozenset(
        {
            ConnectionState.CHECKING_KEY,
            ConnectionState.CONNECTED,
            ConnectionState.NEEDS_RECONNECT,
        }
    ),
}


class ApiKeyState(StrEnum):
    """What is known of the one API key that Datadog shows once."""

    NONE = "none"
    REQUESTED = "requested"
    """Asked for and no answer stored: after a crash this means that the key is lost."""
    STORED = "stored"
    VALID = "valid"
    LOST = "lost"
    """Datadog has made a key that we do not hold; the customer has to revoke it."""
    REFUSED = "refused"
    """We hold a key that Datadog no longer accepts."""


class SecretKind(StrEnum):
    """The secrets of a connection."""

    ACCESS_TOKEN = "access_token"  # noqa: S105 - a name, not a secret
    REFRESH_TOKEN = "refresh_token"  # noqa: S105 - a name, not a secret
    API_KEY = "api_key"


@dataclass(frozen=True, slots=True)
class Destination:
    """A Datadog site by its domain, and the customer's own subdomain there, if they have one."""

    site: str
    subdomain: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class RedirectAnswer:
    """What Datadog's redirect carries. All of it can be written by an attacker."""

    state: str = field(repr=False)
    code: str = field(default="", repr=False)
    error: str = ""
    error_description: str = ""
    domain: str = ""
    datadog_org_id: str = ""
    datadog_org_name: str = ""


class ConnectionsError(Exception):
    """A refusal for the person: ``title`` and what to do."""

    def __init__(self, title: str, fix: str = "") -> None:
        super().__init__(title)
        self.title = title
        self.fix = fix


class AddressRefusedError(ConnectionsError):
    """A site or domain that does not derive from the table of sites."""


class StateRefusedError(ConnectionsError):
    """An answer to an authorisation that this person did not start here, or that is over."""


class AuthorizationDeniedError(ConnectionsError):
    """The person, or Datadog for them, said no on the consent page."""


class GrantLostError(ConnectionsError):
    """Datadog does not honour the code, the grant or the token."""


class ClientRefusedError(ConnectionsError):
    """Datadog does not take the vendor's OAuth client, or there is none."""


class ApiKeyExistsError(ConnectionsError):
    """Datadog has made this client's one API key in that organisation before."""


class OrganisationTakenError(ConnectionsError):
    """The Datadog organisation is not the one that may be linked here."""


class SecretMissingError(ConnectionsError):
    """The connection has no secret of that kind."""


class TryLaterError(ConnectionsError):
    """Nothing is wrong for good. ``retry_after`` is the wait that Datadog asked for, or None."""

    def __init__(self, title: str, *, retry_after: float | None = None) -> None:
        super().__init__(title, "Try again in a minute.")
        self.retry_after = retry_after
