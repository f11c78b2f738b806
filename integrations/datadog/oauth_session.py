"""One call of the token endpoint through requests-oauthlib, with its sharp edges taken off.

No secret reaches a log (the library logs bodies at DEBUG) or an exception; no redirect is
followed; a scope that differs from the one asked for is a fact of the grant, not a Warning.
"""

from __future__ import annotations

import logging
from dataclasses import dataclass
from typing import Any

import requests
from oauthlib.oauth2 import OAuth2Error
from requests_oauthlib import OAuth2Session

from integrations.core.errors import GrantRevokedError, StopError
from integrations.core.secret import Secret
from integrations.datadog.oauth_status import CodeRefusedError, raise_for_token
from integrations.datadog.words import json_of
from integrations.http.client import USER_AGENT, Answer, HttpClient, answer_of
from integrations.http.transport import TIMEOUT_S

# Access tokens live one hour (Datadog's OAuth documentation); used when the answer does not say.
_DEFAULT_LIFETIME_S = 3600


class _Silence(logging.Filter):
    """A filter outlives a later logging configuration; a level or ``disabled`` would not."""

    def filter(self, record: logging.LogRecord) -> bool:
        return False


for _name in ("requests_oauthlib.oauth2_session", "oauthlib.oauth2.rfc6749.clients.base"):
    logging.getLogger(_name).addFilter(_Silence())


@dataclass(frozen=True, slots=True)
class Grant:
    """What the customer granted. ``expires_in`` are seconds from now.

    ``scopes`` are those granted. Where Datadog names none they are the ones asked for (RFC 6749,
    5.1), and after a refresh empty: the stored ones still hold (RFC 6749, 6).
    """

    access_token: Secret
    refresh_token: Secret | None
    expires_in: int
    scopes: tuple[str, ...]


class _Session(OAuth2Session):
    """A session that goes through the one transport and never follows a redirect."""

    def __init__(self, http: HttpClient, client_id: str, redirect_uri: str) -> None:
        # No scope is given: with one, oauthlib raises a Warning that carries the token whenever
        # Datadog grants other scopes than those asked for.
        super().__init__(client_id, redirect_uri=redirect_uri)
        self.trust_env = False
        self.adapters.clear()
        self.mount("https://", http.adapter)
        self.headers["User-Agent"] = USER_AGENT

    def get_redirect_target(self, resp: requests.Response) -> str | None:
        return None


@dataclass(frozen=True, slots=True)
class TokenCall:
    """The token endpoint of one site for one client."""

    http: HttpClient
    url: str
    client_id: str
    client_secret: Secret
    redirect_uri: str
    scopes: tuple[str, ...]

    def exchange(self, code: str, *, verifier: Secret) -> Grant:
        """``grant_type=authorization_code``; see ``oauth.exchange_code``."""
        session = self._session(Secret(code or "-"), verifier)
        try:
            token = session.fetch_token(
                self.url,
                code=code,
                code_verifier=verifier.reveal(),
                include_client_id=True,
                client_secret=self.client_secret.reveal(),
                timeout=TIMEOUT_S,
            )
        except GrantRevokedError as exc:
            raise CodeRefusedError(str(exc), fix="Start linking Datadog again.") from exc
        except (OAuth2Error, ValueError, TypeError, AttributeError, Warning):
            raise _unreadable() from None
        return _grant(token, unnamed=self.scopes)

    def refresh(self, refresh_token: Secret) -> Grant:
        """``grant_type=refresh_token``; see ``oauth.refresh``."""
        session = self._session(refresh_token)
        try:
            token = session.refresh_token(
                self.url,
                refresh_token=refresh_token.reveal(),
                client_id=self.client_id,
                client_secret=self.client_secret.reveal(),
                timeout=TIMEOUT_S,
            )
        except (OAuth2Error, ValueError, TypeError, AttributeError, Warning):
            raise _unreadable() from None
        return _grant(token, unnamed=())

    def _session(self, *known: Secret) -> _Session:
        session = _Session(self.http, self.client_id, self.redirect_uri)

        def check(response: requests.Response) -> requests.Response:
            """Runs before oauthlib reads the answer, so that errors are ours and clean."""
            answer = answer_of(response, received_at=self.http.now())
            raise_for_token(answer, self.client_secret, *known)
            _check_readable(answer)
            return response

        session.register_compliance_hook("access_token_response", check)
        session.register_compliance_hook("refresh_token_response", check)
        return session


def _grant(token: dict[str, Any], *, unnamed: tuple[str, ...]) -> Grant:
    refresh_token = token.get("refresh_token")
    return Grant(
        access_token=Secret(token["access_token"]),
        refresh_token=Secret(str(refresh_token)) if refresh_token else None,
        expires_in=int(token.get("expires_in") or _DEFAULT_LIFETIME_S),
        scopes=tuple(token.get("scope") or unnamed),
    )


def _check_readable(answer: Answer) -> None:
    """Only what RFC 6749, 5.1 calls a token answer goes on to oauthlib."""
    content = json_of(answer)
    token = content.get("access_token") if isinstance(content, dict) else None
    if not (isinstance(token, str) and token):
        raise _unreadable()


def _unreadable() -> StopError:
    """Raised without a cause: the exception it replaces may carry tokens."""
    return StopError(
        "Datadog's answer to the token request could not be read.",
        fix="Link Datadog again; tell the vendor if it happens twice.",
    )
