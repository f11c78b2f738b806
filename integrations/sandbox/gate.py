"""Who may pass: API keys on intakes, bearer with scope or key pair on resources, rate limits.

The two worlds of credentials are kept apart as Datadog keeps them: a bearer opens no intake, an
API key alone opens no resource (datadog.md 0 and 9.3).
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from math import ceil

from integrations.sandbox.answers import Refuse, RefusedError, edge_forbidden, refuse
from integrations.sandbox.registry import ApiKey, Grant, Organisation
from integrations.sandbox.world import Call, World

_API_KEY = re.compile(r"\A[0-9a-fA-F]{32}\Z")
_BEARER = "Bearer "
UNAUTHORIZED, FORBIDDEN, TOO_MANY = 401, 403, 429


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
    here = token is not None and token.grant.organisation.site == call.site
    if token is None or not here or not token.usable_at(call.now):
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
    return _owner_of_keys(call)


def _owner_of_keys(call: Call) -> Organisation:
    if not call.header("DD-API-KEY"):
        raise refuse(UNAUTHORIZED, "Unauthorized")
    organisation = api_key_of(call).organisation
    if call.world.registry.app_keys.get(call.header("DD-APPLICATION-KEY")) is not organisation:
        raise refuse(FORBIDDEN, "Forbidden")
    return organisation


@dataclass(frozen=True, slots=True)
class Access:
    """Leave to answer a call; ``headers`` go with the answer."""

    organisation: Organisation
    headers: dict[str, str]


def open_resource(call: Call, *, scope: str, bucket: str) -> Access:
    """Check credentials, then count the call against the organisation's rate limit."""
    return _counted(call, organisation_of(call, scope=scope), bucket)


def open_with_keys(call: Call, *, bucket: str) -> Access:
    """For resources that no OAuth scope reaches: API key and application key together."""
    if call.header("Authorization").startswith(_BEARER):
        raise refuse(FORBIDDEN, "Forbidden")
    return _counted(call, _owner_of_keys(call), bucket)


def open_intake(call: Call, *, bucket: str, refuse_with: Refuse = refuse) -> Access:
    """For the one intake that is limited, events: an API key, then the rate limit."""
    return _counted(call, api_key_of(call, refuse_with=refuse_with).organisation, bucket)


def _counted(call: Call, organisation: Organisation, bucket: str) -> Access:
    used, headers = _use_allowance(call.world, bucket=bucket, organisation=organisation)
    if used > call.world.rate_limits[bucket].limit:
        raise RefusedError(TOO_MANY, '{"errors":["Too many requests"]}', headers=headers)
    return Access(organisation, headers)


def _use_allowance(
    world: World, *, bucket: str, organisation: Organisation
) -> tuple[int, dict[str, str]]:
    """Calls used in this period, this one included, and Datadog's headers about it."""
    rate = world.rate_limits[bucket]
    # Calendar-aligned; the reset is a duration, not a moment.
    period, elapsed = divmod(world.now(), rate.period)
    key = (bucket, organisation.id, int(period))
    used = world.rate_counts[key] = world.rate_counts.get(key, 0) + 1
    return used, {
        "X-RateLimit-Limit": str(rate.limit),
        "X-RateLimit-Period": str(rate.period),
        "X-RateLimit-Remaining": str(max(rate.limit - used, 0)),
        "X-RateLimit-Reset": str(ceil(rate.period - elapsed)),
        "X-RateLimit-Name": bucket,
    }
