"""API keys: the one that a partner's client may make, and the calls that check keys.

docs.datadoghq.com/extend/authorization/oauth2_endpoints and the v1/v2 "Authentication" calls.
"""

from __future__ import annotations

from datetime import UTC, datetime

from aiohttp import web

from integrations.sandbox.answers import json_answer, refuse
from integrations.sandbox.gate import FORBIDDEN, UNAUTHORIZED, api_key_of, bearer_of
from integrations.sandbox.registry import ApiKey
from integrations.sandbox.world import Call

CREATED, CONFLICT = 201, 409
_NAME = "OAuth Client API Key"


def create_marketplace_key(call: Call) -> web.Response:
    """Once for each organisation and client; again only after the customer revoked the key."""
    grant = bearer_of(call, scope="api_keys_write", expired=UNAUTHORIZED)
    registry = call.world.registry
    if registry.live_key_of(grant.organisation, grant.client.id):
        raise refuse(CONFLICT, "An API key with this name already exists")
    usable_from = call.now + call.world.settings.key_propagation_seconds
    key = registry.issue_api_key(
        grant.organisation, usable_from=usable_from, client_id=grant.client.id
    )
    return json_answer(
        _as_resource(key, name=f"{_NAME} - {grant.client.name}", now=call.now), status=CREATED
    )


def _as_resource(key: ApiKey, *, name: str, now: float) -> dict[str, object]:
    at = datetime.fromtimestamp(now, UTC).isoformat()
    user = {"data": {"type": "users", "id": key.organisation.id}}
    return {
        "data": {
            "type": "api_keys",
            "id": key.id,
            "attributes": {
                "created_at": at,
                "key": key.value,
                "last4": key.value[-4:],
                "modified_at": at,
                "name": name,
            },
            "relationships": {"created_by": user, "modified_by": user},
        }
    }


def validate_v1(call: Call) -> web.Response:
    api_key_of(call)
    return json_answer({"valid": True})


def validate_v2(call: Call) -> web.Response:
    """Tells which organisation the key belongs to."""
    key = api_key_of(call)
    attributes = {"valid": True, "api_key_id": key.id, "api_key_scopes": []}
    return json_answer(
        {"data": {"id": key.organisation.id, "type": "validate_v2", "attributes": attributes}}
    )


def validate_both(call: Call) -> web.Response:
    key = api_key_of(call)
    owner = call.world.registry.app_keys.get(call.header("DD-APPLICATION-KEY"))
    if owner is not key.organisation:
        raise refuse(FORBIDDEN, "Forbidden")
    return json_answer({"status": "ok"})
