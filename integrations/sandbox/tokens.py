"""OAuth on the API host: token (old and new path) and revoke.

docs.datadoghq.com/extend/authorization/oauth2_endpoints ; RFC 6749 sections 4.1.3 and 6, RFC 7009.
"""

from __future__ import annotations

import hashlib
from base64 import urlsafe_b64encode
from collections.abc import Callable, Mapping
from hmac import compare_digest
from urllib.parse import parse_qsl

import orjson
from aiohttp import web

from integrations.sandbox.answers import RefusedError, json_answer, refuse_oauth
from integrations.sandbox.registry import Client, Code, Grant
from integrations.sandbox.world import Call

BAD_REQUEST, UNAUTHORIZED = 400, 401
Fields = Mapping[str, str]


def _bad(error: str, description: str) -> RefusedError:
    return refuse_oauth(BAD_REQUEST, error, description)


def issue_token(call: Call) -> web.Response:
    fields = _fields(call)
    client = _client(call, fields, wrong_secret=UNAUTHORIZED)
    handler = _GRANT_TYPES.get(fields.get("grant_type", ""))
    if handler is None:
        raise _bad("unsupported_grant_type", "Use authorization_code or refresh_token")
    return handler(call, client, fields)


def revoke_token(call: Call) -> web.Response:
    """200 also for a token nobody knows. A refresh token takes its whole grant with it, an access
    token only itself."""
    fields = _fields(call)
    client = _client(call, fields, wrong_secret=BAD_REQUEST)
    if not fields.get("token"):
        raise _bad("invalid_request", "Missing token parameter")
    registry, value = call.world.registry, fields["token"]
    grant = registry.grants.get(value)
    if grant is not None and _belongs(grant, client, call):
        registry.end_grant(grant)
    token = registry.access_tokens.get(value)
    if token is not None and _belongs(token.grant, client, call):
        token.revoked = True
    return json_answer({})


def _belongs(grant: Grant, client: Client, call: Call) -> bool:
    return grant.client is client and grant.organisation.site == call.site


def _fields(call: Call) -> Fields:
    """A form; JSON is tolerated."""
    try:
        if call.request.content_type == "application/json":
            data = orjson.loads(call.body)
            return {str(name): str(value) for name, value in data.items() if value is not None}
        return dict(parse_qsl(call.body.decode(), strict_parsing=bool(call.body)))
    except (ValueError, AttributeError) as error:
        raise _bad("invalid_request", "The body is not a form") from error


def _client(call: Call, fields: Fields, *, wrong_secret: int) -> Client:
    client = call.world.registry.clients.get(fields.get("client_id", ""))
    if client is None:
        raise _bad("invalid_client", "Invalid client_id parameter value")
    secret = fields.get("client_secret", "")
    if not compare_digest(secret.encode(), client.secret.encode()):
        raise refuse_oauth(wrong_secret, "invalid_client", "Client authentication failed")
    return client


def _redeem_code(call: Call, client: Client, fields: Fields) -> web.Response:
    """A code is gone with its first use, also when that use fails."""
    code = call.world.registry.codes.pop(fields.get("code", ""), None)
    if code is None or not _holds(code, client, call, fields):
        raise _bad("invalid_grant", "Invalid code or code verifier")
    if code.redirect_uri != fields.get("redirect_uri"):
        raise _bad("invalid_grant", "Mismatching redirect URI")
    grant = call.world.registry.open_grant(client, code.organisation, code.scopes)
    return _granted(call, grant, refresh_token=grant.refresh_token)


def _holds(code: Code, client: Client, call: Call, fields: Fields) -> bool:
    return (
        code.client is client
        and code.organisation.site == call.site
        and code.organisation.id not in client.disabled_in
        and call.now < code.expires_at
        and _verified(code.challenge, fields.get("code_verifier", ""))
    )


def _verified(challenge: str | None, verifier: str) -> bool:
    if challenge is None:
        return True
    digest = hashlib.sha256(verifier.encode()).digest()
    return compare_digest(urlsafe_b64encode(digest).rstrip(b"="), challenge.encode())


def _refresh(call: Call, client: Client, fields: Fields) -> web.Response:
    registry = call.world.registry
    grant = registry.grants.get(fields.get("refresh_token", ""))
    if grant is None or not _belongs(grant, client, call):
        raise _bad("invalid_grant", "Invalid refresh token")
    if not call.world.settings.refresh_rotation:
        return _granted(call, grant, refresh_token=None)
    registry.rotate_refresh_token(grant)
    return _granted(call, grant, refresh_token=grant.refresh_token)


_GRANT_TYPES: dict[str, Callable[[Call, Client, Fields], web.Response]] = {
    "authorization_code": _redeem_code,
    "refresh_token": _refresh,
}


def _granted(call: Call, grant: Grant, *, refresh_token: str | None) -> web.Response:
    seconds = call.world.settings.access_token_seconds
    access_token = call.world.registry.issue_access_token(grant, expires_at=call.now + seconds)
    answer = {
        "access_token": access_token,
        "token_type": "Bearer",
        "expires_in": int(seconds),
        "scope": " ".join(grant.scopes),
        **({"refresh_token": refresh_token} if refresh_token else {}),
    }
    return json_answer(answer, headers={"Cache-Control": "no-store", "Pragma": "no-cache"})
