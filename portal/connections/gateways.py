"""Everything this app has to do with Datadog: addresses, OAuth, the API key.

The only module here that opens ``integrations``; its errors leave as this app's own.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import lru_cache

from django.conf import settings

from integrations.core.errors import (
    GrantRevokedError,
    MissingScopeError,
    RefusedHostError,
    RetryLaterError,
    StopError,
)
from integrations.core.secret import Secret
from integrations.datadog import links, oauth, scopes
from integrations.datadog.keys import KeyCheck, validate_api_key
from integrations.datadog.oauth import ApiKey, Grant, OAuthClientConfig
from integrations.datadog.redact import redact
from integrations.datadog.scopes import Scope
from integrations.datadog.sites import (
    SITES,
    Addresses,
    Site,
    SiteAddress,
    parse_site,
    site_for_domain,
)
from integrations.http.client import HttpClient
from portal.connections import domain
from portal.connections.domain import Destination

__all__ = [
    "API_KEY_SCOPE",
    "SITES",
    "ApiKey",
    "Grant",
    "KeyCheck",
    "OAuthClientConfig",
    "Scope",
    "Secret",
    "Site",
    "redact",
]

API_KEY_SCOPE = "api_keys_write"
CALLBACK_PATH = "/connect/callback/"

# Their order matters: the first that fits is taken.
_TRANSLATIONS: tuple[tuple[type[StopError], type[domain.ConnectionsError]], ...] = (
    (oauth.ApiKeyExistsError, domain.ApiKeyExistsError),
    (oauth.ClientRefusedError, domain.ClientRefusedError),
    (RefusedHostError, domain.AddressRefusedError),
    (GrantRevokedError, domain.GrantLostError),
    (MissingScopeError, domain.GrantLostError),
    (StopError, domain.ConnectionsError),
)


@contextmanager
def _translated() -> Iterator[None]:
    try:
        yield
    except RetryLaterError as error:
        raise domain.TryLaterError(str(error), retry_after=error.retry_after) from error
    except StopError as error:
        ours = next(ours for theirs, ours in _TRANSLATIONS if isinstance(error, theirs))
        raise ours(str(error), error.fix) from error


# ---- addresses


def parse_destination(*, site: str, domain: str) -> Destination:
    """Read what an onboarding link says: ``site`` is an address, ``domain`` the site's domain.

    Either may be missing. AddressRefusedError unless all that is given derives from the table and
    belongs together.
    """
    with _translated():
        address = parse_site(site) if site else SiteAddress(site_for_domain(domain))
        if domain and site_for_domain(domain) != address.site:
            raise RefusedHostError(
                "The link names two different Datadog sites.",
                fix="Open the integration's tile in Datadog again and press Connect Accounts.",
            )
    return Destination(address.site.domain, address.subdomain or "")


def check_destination(*, site: str, subdomain: str) -> Destination:
    """Take a site's domain and a subdomain; AddressRefusedError unless both can be."""
    with _translated():
        address = SiteAddress(site_for_domain(site), subdomain or None)
    return Destination(address.site.domain, address.subdomain or "")


def is_site(domain: str) -> bool:
    """Whether it is exactly the domain of one of Datadog's sites."""
    return any(site.domain == domain for site in SITES)


def site_of(domain: str) -> Site:
    with _translated():
        return site_for_domain(domain)


def host_of(destination: Destination) -> str:
    """The host where the customer signs in to Datadog."""
    return _address(destination).host


def api_keys_url(destination: Destination, *, name: str) -> str:
    """Datadog's list of API keys on the customer's own host, showing the key of that name."""
    return links.api_keys_link(_addresses(), _address(destination), name=name)


def describe_scopes(names: Sequence[str]) -> list[Scope]:
    """Each scope with a sentence about it."""
    return scopes.describe_scopes(names)


# ---- OAuth


def client_config(
    *, client_id: str, client_secret: Secret, scopes: Sequence[str]
) -> OAuthClientConfig:
    """The vendor's client; its redirect URI comes from the settings, never from a request."""
    return OAuthClientConfig(
        client_id=client_id,
        client_secret=client_secret,
        redirect_uri=f"{settings.PORTAL_BASE_URL}{CALLBACK_PATH}",
        scopes=tuple(scopes),
        token_path=settings.DATADOG_TOKEN_PATH,
    )


def new_verifier() -> Secret:
    return oauth.new_verifier()


def authorize_url(
    destination: Destination, *, config: OAuthClientConfig, state: str, verifier: Secret
) -> str:
    """Where to send the browser: on the host where the customer signs in."""
    return oauth.authorize_url(
        _address(destination), addresses=_addresses(), config=config, state=state, verifier=verifier
    )


def exchange_code(*, config: OAuthClientConfig, site: str, code: str, verifier: Secret) -> Grant:
    with _translated():
        return oauth.exchange_code(
            _http(),
            addresses=_addresses(),
            config=config,
            site=site_for_domain(site),
            code=code,
            verifier=verifier,
        )


def refresh(*, config: OAuthClientConfig, site: str, refresh_token: Secret) -> Grant:
    with _translated():
        return oauth.refresh(
            _http(),
            addresses=_addresses(),
            config=config,
            site=site_for_domain(site),
            refresh_token=refresh_token,
        )


def revoke(*, config: OAuthClientConfig, site: str, token: Secret, hint: str) -> None:
    with _translated():
        oauth.revoke(
            _http(),
            addresses=_addresses(),
            config=config,
            site=site_for_domain(site),
            token=token,
            hint=hint,
        )


# ---- the API key


def create_api_key(*, site: str, access_token: Secret) -> ApiKey:
    with _translated():
        return oauth.create_api_key(
            _http(), addresses=_addresses(), site=site_for_domain(site), access_token=access_token
        )


def check_api_key(*, site: str, api_key: Secret) -> KeyCheck:
    """Whether Datadog takes the key on that site, and whose it is."""
    with _translated():
        return validate_api_key(
            _http(), addresses=_addresses(), site=site_for_domain(site), api_key=api_key
        )


def _address(destination: Destination) -> SiteAddress:
    with _translated():
        return SiteAddress(site_for_domain(destination.site), destination.subdomain or None)


def _addresses() -> Addresses:
    return Addresses(settings.DATADOG_SANDBOX_URL)


def _http() -> HttpClient:
    return _http_of(settings.DATADOG_SANDBOX_URL)


@lru_cache(maxsize=8)
def _http_of(sandbox_url: str | None) -> HttpClient:
    """One pool of connections per process."""
    return HttpClient(Addresses(sandbox_url).sandboxed if sandbox_url else None)
