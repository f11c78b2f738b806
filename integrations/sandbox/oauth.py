"""OAuth on the app host: the consent page and what follows a decision.

docs.datadoghq.com/extend/authorization/oauth2_endpoints ; RFC 6749 section 4.1, RFC 7636.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from urllib.parse import parse_qs, urlencode, urlsplit, urlunsplit

from aiohttp import web

from integrations.datadog.sites import SITES, SiteAddress
from integrations.sandbox import pages
from integrations.sandbox.registry import Client, Code
from integrations.sandbox.world import Call

FOUND = 302
# RFC 7636: the SHA-256 of the verifier, base64url without padding.
_S256_CHALLENGE = re.compile(r"\A[A-Za-z0-9_-]{43}\Z")


class NoRedirectError(Exception):
    """The client or its redirect URI is wrong: answer with a page."""


@dataclass(frozen=True, slots=True)
class Request:
    """An authorization request whose client and redirect URI are known to belong together."""

    client: Client
    redirect_uri: str
    scopes: tuple[str, ...]
    state: str
    challenge: str | None


class RedirectedError(Exception):
    """The request is wrong, and its client may be told so."""

    def __init__(self, redirect_uri: str, state: str, error: str, description: str) -> None:
        super().__init__(error)
        self.location = _redirected(
            redirect_uri, {"error": error, "error_description": description, "state": state}
        )


def show_consent(call: Call) -> web.Response:
    try:
        request = _read(call)
    except NoRedirectError as error:
        return pages.refusal(str(error))
    except RedirectedError as error:
        return _found(error.location)
    return pages.consent(request.client, call.organisation, request.scopes)


def decide(call: Call) -> web.Response:
    """The form's target: the query is read and checked again, nothing is kept between the two."""
    try:
        request = _read(call)
    except NoRedirectError as error:
        return pages.refusal(str(error))
    except RedirectedError as error:
        return _found(error.location)
    decision = parse_qs(call.body.decode(errors="replace")).get("decision", [""])[0]
    if decision == "authorize":
        return _found(_allowed(call, request))
    denied = "The user denied the authorization request."
    return _found(
        RedirectedError(request.redirect_uri, request.state, "access_denied", denied).location
    )


def _read(call: Call) -> Request:
    client = call.world.registry.clients.get(call.query("client_id"))
    if client is None or not _open_to(client, call.address):
        raise NoRedirectError("invalid_request - Invalid client_id parameter value")
    redirect_uri, state = call.query("redirect_uri"), call.query("state")
    if redirect_uri not in client.redirect_uris:
        raise NoRedirectError("invalid_request - Mismatching redirect URI")
    fault = _fault(call, client)
    if fault:
        raise RedirectedError(redirect_uri, state, *fault)
    return Request(
        client, redirect_uri, _scopes(call, client), state, call.query("code_challenge") or None
    )


def _open_to(client: Client, address: SiteAddress) -> bool:
    home = client.home or SiteAddress(SITES[0])
    return client.published or address == home


def _scopes(call: Call, client: Client) -> tuple[str, ...]:
    """Those asked for; a partner's client usually asks for none and gets what it registered."""
    return tuple(call.query("scope").split()) or client.scopes


def _fault(call: Call, client: Client) -> tuple[str, str] | None:
    """The first thing wrong as (error, description)."""
    challenge, method = call.query("code_challenge"), call.query("code_challenge_method")
    checks = (
        (
            call.query("response_type") == "code",
            "unsupported_response_type",
            "response_type must be code.",
        ),
        (
            set(_scopes(call, client)) <= set(client.scopes),
            "invalid_scope",
            "The client is not registered for a requested scope.",
        ),
        (
            not challenge or method == "S256",
            "invalid_request",
            "code_challenge_method must be S256.",
        ),
        (
            not challenge or _S256_CHALLENGE.match(challenge) is not None,
            "invalid_request",
            "code_challenge must be 43 characters of base64url.",
        ),
        (
            call.organisation.id not in client.disabled_in,
            "access_denied",
            "The application is disabled in this organisation.",
        ),
    )
    return next(((error, text) for holds, error, text in checks if not holds), None)


def _allowed(call: Call, request: Request) -> str:
    registry, organisation = call.world.registry, call.organisation
    code = Code(
        request.client,
        organisation,
        request.scopes,
        request.redirect_uri,
        request.challenge,
        expires_at=call.now + call.world.settings.authorization_code_seconds,
    )
    answer = {
        "code": registry.add_code(code),
        "state": request.state,
        "domain": organisation.site,
        "site": organisation.address.origin,
        "dd_oid": organisation.id,
        "dd_org_name": organisation.name,
        "client_id": request.client.id,
    }
    return _redirected(request.redirect_uri, answer)


def _redirected(redirect_uri: str, answer: dict[str, str]) -> str:
    """The redirect URI with the answer added to its query; empty values stay out."""
    parts = urlsplit(redirect_uri)
    added = urlencode({name: value for name, value in answer.items() if value})
    query = f"{parts.query}&{added}" if parts.query else added
    return urlunsplit(parts._replace(query=query))


def _found(location: str) -> web.Response:
    return web.Response(status=FOUND, headers={"Location": location, "Cache-Control": "no-store"})
