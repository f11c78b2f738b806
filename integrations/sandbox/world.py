"""The stand-in's whole state, its settings and its clock, and one request seen against it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property

from aiohttp import web

from integrations.core.clock import Clock, SystemClock
from integrations.datadog.sites import SiteAddress
from integrations.sandbox.faults import FaultPlan
from integrations.sandbox.limits import RATE_LIMITS, RateLimit
from integrations.sandbox.registry import Organisation, Registry
from integrations.sandbox.store import Store


@dataclass
class Settings:
    """What ``POST /_sandbox/settings`` changes while the sandbox runs."""

    # Datadog documents "subsequent" refresh tokens but not whether the old one dies. Off: a refresh
    # answers without a refresh token. On: with a new one, and the old one is dead at once.
    refresh_rotation: bool = False
    # Documented: an access token lives an hour.
    access_token_seconds: float = 3_600
    # Undocumented for Datadog; RFC 6749 recommends ten minutes at most.
    authorization_code_seconds: float = 300
    # "A few seconds" according to docs.datadoghq.com/account_management/api-app-keys.
    key_propagation_seconds: float = 1
    # Added to the real time: makes tokens, codes and records age without waiting.
    clock_ahead_seconds: float = 0
    # How many items of each type, and how many points, are kept to be looked at.
    items_kept: int = 200_000


@dataclass
class World:
    """Everything that one sandbox process knows."""

    clock: Clock = field(default_factory=SystemClock)
    settings: Settings = field(default_factory=Settings)
    registry: Registry = field(default_factory=Registry)
    store: Store = field(default_factory=Store)
    faults: FaultPlan = field(default_factory=FaultPlan)
    rate_limits: dict[str, RateLimit] = field(default_factory=lambda: dict(RATE_LIMITS))
    # (bucket, organisation, number of the period) -> calls made
    rate_counts: dict[tuple[str, str, int], int] = field(default_factory=dict)

    def now(self) -> float:
        return self.clock.now() + self.settings.clock_ahead_seconds

    def reset(self, *, keep_credentials: bool) -> None:
        """Forget items, counts, seeds and faults; unless kept, everything else as well."""
        self.store = Store()
        self.faults = FaultPlan()
        self.rate_counts.clear()
        if not keep_credentials:
            self.registry = Registry()
            self.settings = Settings()
            self.rate_limits = dict(RATE_LIMITS)


@dataclass(frozen=True)
class Call:
    """One request to a Datadog host: where it went, what it carried.

    ``service`` is the host ("api", "http-intake.logs"), "app" for custom subdomains too;
    ``address`` says which organisation signs in there.
    """

    world: World
    request: web.Request
    address: SiteAddress
    service: str
    path: str
    body: bytes
    # What the route's ``{name}`` parts held.
    parameters: Mapping[str, str] = field(default_factory=dict)

    @property
    def site(self) -> str:
        return self.address.site.domain

    @cached_property
    def now(self) -> float:
        return self.world.now()

    @property
    def organisation(self) -> Organisation:
        """Of the host in the address; calls to the API know theirs from the credentials."""
        return self.world.registry.organisation(self.address)

    def header(self, name: str) -> str:
        return self.request.headers.get(name, "")

    def query(self, name: str) -> str:
        return self.request.query.get(name, "")
