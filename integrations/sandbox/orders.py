"""The bodies of the control calls as types: msgspec refuses anything else and names the field."""

from __future__ import annotations

from typing import Annotated, Any, Literal, TypeVar

import msgspec
from msgspec import UNSET, Meta, UnsetType

from integrations.core.errors import RefusedHostError
from integrations.datadog.sites import SiteAddress, parse_site, site_for_domain
from integrations.sandbox.answers import refuse
from integrations.sandbox.scopes import ALL_SCOPES

BAD_REQUEST = 400

Seconds = Annotated[float, Meta(ge=0)]
Text = Annotated[str, Meta(min_length=1)]
Scope = Annotated[str, Meta(pattern=r"\A[a-z][a-z0-9_]{0,99}\Z")]


class Order(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Any control call's body."""


class AtAddress(Order, frozen=True, kw_only=True):
    """``site`` is a site's domain or the whole address; ``subdomain`` a customer's own."""

    site: Text
    subdomain: str | None = None

    @property
    def address(self) -> SiteAddress:
        try:
            address = parse_site(self.site)
            return SiteAddress(address.site, self.subdomain) if self.subdomain else address
        except RefusedHostError as error:
            raise refuse(BAD_REQUEST, f"site, subdomain: {error}") from error


class CredentialsOrder(AtAddress, frozen=True, kw_only=True):
    scopes: tuple[Scope, ...] = ALL_SCOPES


class ClientOrder(Order, frozen=True, kw_only=True):
    """``home`` is where an unpublished client works: a site's domain or address."""

    redirect_uris: Annotated[list[Text], Meta(min_length=1)]
    name: Text = "Sandbox client"
    scopes: tuple[Scope, ...] = ALL_SCOPES
    client_id: Text | None = None
    client_secret: Text | None = None
    published: bool = True
    home: Text = "datadoghq.com"


class ClientAtAddress(AtAddress, frozen=True, kw_only=True):
    client_id: Text


class AppOrder(ClientAtAddress, frozen=True, kw_only=True):
    disabled: bool


class KeyOrder(Order, frozen=True, kw_only=True):
    """Either the key itself, or the key that a client made in an organisation."""

    api_key: str | None = None
    client_id: str | None = None
    site: str | None = None
    subdomain: str | None = None


class RateLimitOrder(Order, frozen=True, kw_only=True):
    limit: Annotated[int, Meta(ge=0)]
    period: Annotated[int, Meta(ge=1)]


class SettingsOrder(Order, frozen=True, kw_only=True):
    refresh_rotation: bool | UnsetType = UNSET
    access_token_seconds: Seconds | UnsetType = UNSET
    authorization_code_seconds: Seconds | UnsetType = UNSET
    key_propagation_seconds: Seconds | UnsetType = UNSET
    clock_ahead_seconds: float | UnsetType = UNSET
    items_kept: Annotated[int, Meta(ge=1)] | UnsetType = UNSET
    rate_limits: dict[str, RateLimitOrder] | UnsetType = UNSET


class MatchOrder(Order, frozen=True, kw_only=True):
    site: Text | None = None
    path: Text | None = None
    method: Text | None = None


class FaultOrder(Order, frozen=True, kw_only=True):
    """``body``: a string is sent as it is, null as nothing, else as JSON; left out, an error."""

    match: MatchOrder = MatchOrder()
    status: Annotated[int, Meta(ge=200, le=599)] | None = None
    headers: dict[str, str] = {}
    body: Any = UNSET
    latency_ms: Annotated[float, Meta(ge=0, le=600_000)] = 0
    disconnect: bool | Literal["before", "after"] = False
    times: Annotated[int, Meta(ge=1)] | None = None
    probability: Annotated[float, Meta(ge=0, le=1)] = 1


class SeedOrder(AtAddress, frozen=True, kw_only=True):
    type: Literal["metrics", "logs", "monitors"]
    items: list[dict[str, Any]]


class SeedMetric(Order, frozen=True, kw_only=True):
    """One series; points are ``[epoch seconds, value]`` of any age."""

    metric: Text
    points: list[tuple[int, float]]
    tags: tuple[str, ...] = ()
    host: str | None = None
    type: Annotated[int, Meta(ge=0, le=3)] = 3


class ResetOrder(Order, frozen=True, kw_only=True):
    keep_credentials: bool = False


AnyOrder = TypeVar("AnyOrder", bound=Order)


def check_site(field: str, domain: str | None) -> None:
    """Refuse a site that is none of the nine; None means all of them."""
    try:
        if domain is not None:
            site_for_domain(domain)
    except RefusedHostError as error:
        raise refuse(BAD_REQUEST, f"{field}: {error}") from error


def read_order(kind: type[AnyOrder], body: bytes) -> AnyOrder:
    """The body as this kind of order; an empty body counts as ``{}``."""
    try:
        return msgspec.json.decode(body or b"{}", type=kind)
    except (msgspec.MsgspecError, UnicodeDecodeError) as error:
        raise refuse(BAD_REQUEST, str(error)) from error


def convert_item(kind: type[AnyOrder], item: object, *, number: int) -> AnyOrder:
    try:
        return msgspec.convert(item, type=kind)
    except msgspec.ValidationError as error:
        raise refuse(BAD_REQUEST, f"items[{number}]: {error}") from error
