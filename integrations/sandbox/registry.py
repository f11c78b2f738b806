"""Who is known to the stand-in: organisations, OAuth clients, grants, tokens and keys.

Knows no HTTP. Times are epoch seconds handed in by the caller. Everything is lost with the
process, but an organisation's UUID derives from its address, so it is the same after a restart.
"""

from __future__ import annotations

import secrets
import uuid
from dataclasses import dataclass, field

from integrations.datadog.sites import SiteAddress

# Fixed, so that the UUIDs below do not change between processes.
_ORGANISATIONS = uuid.UUID("6f1d3b52-8c9e-4f8e-9a55-0d5c2f6c7b11")


@dataclass(frozen=True, eq=False, slots=True)
class Organisation:
    """One Datadog organisation for each site and subdomain."""

    id: str
    name: str
    address: SiteAddress

    @property
    def site(self) -> str:
        return self.address.site.domain


@dataclass(slots=True)
class Client:
    """An OAuth client. Unpublished, it works in its home organisation only."""

    id: str
    secret: str
    name: str
    redirect_uris: tuple[str, ...]
    scopes: tuple[str, ...]
    published: bool = True
    home: SiteAddress | None = None
    disabled_in: set[str] = field(default_factory=set)


@dataclass(eq=False, slots=True)
class Grant:
    """What one organisation allowed one client."""

    client: Client
    organisation: Organisation
    scopes: tuple[str, ...]
    refresh_token: str
    revoked: bool = False


@dataclass(frozen=True, slots=True)
class Code:
    """An authorization code; ``challenge`` is None when the request came without PKCE."""

    client: Client
    organisation: Organisation
    scopes: tuple[str, ...]
    redirect_uri: str
    challenge: str | None
    expires_at: float


@dataclass(slots=True)
class AccessToken:
    grant: Grant
    expires_at: float
    revoked: bool = False

    def usable_at(self, now: float) -> bool:
        return not self.revoked and not self.grant.revoked and now < self.expires_at


@dataclass(slots=True)
class ApiKey:
    """``client_id`` is set for the one key that a client made through the marketplace call."""

    id: str
    value: str
    organisation: Organisation
    usable_from: float
    client_id: str | None = None
    revoked: bool = False

    def usable_at(self, now: float) -> bool:
        return not self.revoked and now >= self.usable_from


@dataclass
class Registry:
    """All of them, found by what a request carries."""

    organisations: dict[SiteAddress, Organisation] = field(default_factory=dict)
    clients: dict[str, Client] = field(default_factory=dict)
    codes: dict[str, Code] = field(default_factory=dict)
    grants: dict[str, Grant] = field(default_factory=dict)  # by refresh token
    access_tokens: dict[str, AccessToken] = field(default_factory=dict)
    api_keys: dict[str, ApiKey] = field(default_factory=dict)
    app_keys: dict[str, Organisation] = field(default_factory=dict)

    def organisation(self, address: SiteAddress) -> Organisation:
        """The organisation that signs in at this address."""
        known = self.organisations.get(address)
        if known is None:
            name = address.subdomain or f"Sandbox {address.site.label}"
            known = Organisation(str(uuid.uuid5(_ORGANISATIONS, address.host)), name, address)
            self.organisations[address] = known
        return known

    def open_grant(
        self, client: Client, organisation: Organisation, scopes: tuple[str, ...]
    ) -> Grant:
        grant = Grant(client, organisation, scopes, secrets.token_urlsafe(32))
        self.grants[grant.refresh_token] = grant
        return grant

    def rotate_refresh_token(self, grant: Grant) -> None:
        """The old refresh token is unknown from here on."""
        del self.grants[grant.refresh_token]
        grant.refresh_token = secrets.token_urlsafe(32)
        self.grants[grant.refresh_token] = grant

    def add_code(self, code: Code) -> str:
        value = secrets.token_urlsafe(24)
        self.codes[value] = code
        return value

    def issue_access_token(self, grant: Grant, *, expires_at: float) -> str:
        value = secrets.token_urlsafe(32)
        self.access_tokens[value] = AccessToken(grant, expires_at)
        return value

    def end_grant(self, grant: Grant) -> None:
        """Its refresh token and its access tokens die."""
        grant.revoked = True
        self.grants.pop(grant.refresh_token, None)

    def issue_api_key(
        self, organisation: Organisation, *, usable_from: float, client_id: str | None = None
    ) -> ApiKey:
        key = ApiKey(str(uuid.uuid4()), secrets.token_hex(16), organisation, usable_from, client_id)
        self.api_keys[key.value] = key
        return key

    def issue_app_key(self, organisation: Organisation) -> str:
        value = secrets.token_hex(20)
        self.app_keys[value] = organisation
        return value

    def live_key_of(self, organisation: Organisation, client_id: str) -> ApiKey | None:
        """The client's key in the organisation, unless a customer revoked it."""
        return next((key for key in self.keys_of(organisation, client_id) if not key.revoked), None)

    def keys_of(self, organisation: Organisation, client_id: str) -> list[ApiKey]:
        return [
            key
            for key in self.api_keys.values()
            if key.organisation is organisation and key.client_id == client_id
        ]

    def revoke_grants(self, organisation: Organisation, client_id: str) -> int:
        """Tokens and unused codes die; API keys live (datadog.md 9.2). Returns how many."""
        ended = [
            grant
            for grant in self.grants.values()
            if grant.organisation is organisation and grant.client.id == client_id
        ]
        for grant in ended:
            self.end_grant(grant)
        self.codes = {
            value: code
            for value, code in self.codes.items()
            if code.organisation is not organisation or code.client.id != client_id
        }
        return len(ended)
