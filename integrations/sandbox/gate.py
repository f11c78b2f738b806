"""Who may pass: API keys on intakes, bearer with scope or key pair on resources, rate limits.

The two worlds of credentials are kept apart as Datadog keeps them: a bearer opens no intake, an
API key alone opens no resource (datadog.md 0 and 9.3).
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from math import ceil

from aiohttp import web

from integrations.sandbox.answers import Refuse, edge_forbidden, json_answer, refuse
from integrations.sandbox.registry import ApiKey, Grant, Organisation
from integrations.sandbox.world import Call, World

_API_KEY = re.compile(r"\A[0-9a-fA-F]{32}\Z")
_BEARER = "Bearer "
UNAUTHORIZED, FORBIDDEN = 401, 403


def api_key_of(call: Call, *, refuse_with: Refuse = refuse, without: int = FORBIDDEN) -> ApiKey:
    """The usable API key of the request; ``without`` is the status when it carries none."""
    value = call.header("DD-API-KEY")
    if not value and call.header("Authorization"):
        raise refuse_with(FORBIDDEN, "Forbidden")
    if not value:
        raise refuse_with(without, "API key required")
    if not _API_KEY.match(value):
        raise edge_forbidden()
    key = call.world.registry.api_keys.get(value)
    # The right key on the wrong site is nobody's key there.
    if key is None or key.organisation.site != call.site or not key.usable_at(call.now):
        raise refuse_with(FORBIDDEN, "Forbidden")
    return key


def bearer_of(call: Call, *, scope: str, expired: int = FORBIDDEN) -> Grant:
    """The grant behind the bearer, if it is alive, of this site, and covers the scope."""
    value = call.header("Authorization").removeprefix(_BEARER)
    token = call.world.registry.access_tokens.get(value)
    if token is None or token.grant.organisation.site != call.site:
        raise refuse(expired, "Forbidden" if expired == FORBIDDEN else "Unauthorized")
    if not token.usable_at(call.now):
        raise refuse(expired, "Forbidden" if expired == FORBIDDEN else "Unauthorized")
    if scope not in token.grant.scopes:
        raise refuse(FORBIDDEN, "Forbidden")
    return token.grant


def organisation_of(call: Call, *, scope: str) -> Organisation:
    """Whose resource this is: a bearer with the scope, or API key and application key together."""
    app_key = call.header("DD-APPLICATION-KEY")
    if call.header("Authorization").startswith(_BEARER):
        if app_key:
            raise refuse(FORBIDDEN, "Forbidden")
        return bearer_of(call, scope=scope).organisation
    if not call.header("DD-API-KEY"):
        raise refuse(UNAUTHORIZED, "Unauthorized")
    organisation = api_key_of(call).organisation
    if call.world.registry.app_keys.get(app_key) is not organisation:
        raise refuse(FORBIDDEN, "Forbidden")
    return organisation


@dataclass(frozen=True, slots=True)
class Allowance:
    """What is left in a bucket, as Datadog's headers say it."""

    headers: dict[str, str]
    exceeded: bool


def use_allowance(world: World, *, bucket: str, organisation: Organisation) -> Allowance:
    """Count one call against the organisation's bucket; periods are calendar-aligned."""
    rate = world.rate_limits[bucket]
    period, elapsed = divmod(world.now(), rate.period)
    key = (bucket, organisation.id, int(period))
    used = world.rate_counts.get(key, 0) + 1
    world.rate_counts[key] = used
    headers = {
        "X-RateLimit-Limit": str(rate.limit),
        "X-RateLimit-Period": str(rate.period),
        "X-RateLimit-Remaining": str(max(rate.limit - used, 0)),
        "X-RateLimit-Reset": str(ceil(rate.period - elapsed)),
        "X-RateLimit-Name": bucket,
    }
    return Allowance(headers, exceeded=used > rate.limit)


def too_many(allowance: Allowance) -> web.Response:
    return json_answer({"errors": ["Too many requests"]}, status=429, headers=allowance.headers)
