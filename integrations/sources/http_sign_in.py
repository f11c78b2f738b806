"""How requests to an HTTP source are signed in: by header, Basic, or OAuth client credentials."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Mapping
from dataclasses import dataclass
from threading import Lock
from typing import Protocol
from urllib.parse import quote_plus, urlencode

from integrations.core.secret import Secret
from integrations.http.client import HttpClient
from integrations.sources.errors import SourceAnswerError, SourceSignInError
from integrations.sources.http_answers import check_status, json_of

DEFAULT_LIFETIME_S = 300
# Of a token that does not tell; RFC 6749 only recommends that it does.
_MARGIN_S = 30
# A request that is under way when a token ends has to be over by then.

_REFUSED = (400, 401, 403)


class SignIn(Protocol):
    """One way of signing in."""

    def headers(self, client: HttpClient) -> Mapping[str, str]:
        """What to send along with a request."""

    def renew(self) -> bool:
        """The last headers were refused: True when others can be had."""


@dataclass(frozen=True, slots=True)
class NoSignIn:
    def headers(self, client: HttpClient) -> Mapping[str, str]:
        return {}

    def renew(self) -> bool:
        return False


@dataclass(frozen=True, slots=True)
class HeaderSignIn:
    """A fixed header, such as ``Authorization: Bearer …`` or ``X-Api-Key: …``."""

    value: Secret
    name: str = "Authorization"

    def headers(self, client: HttpClient) -> Mapping[str, str]:
        return {self.name: self.value.reveal()}

    def renew(self) -> bool:
        return False


@dataclass(frozen=True, slots=True)
class BasicSignIn:
    """A user name and a password (RFC 7617)."""

    user: str
    password: Secret

    def headers(self, client: HttpClient) -> Mapping[str, str]:
        return {"Authorization": _basic(self.user, self.password.reveal())}

    def renew(self) -> bool:
        return False


class ClientCredentialsSignIn:
    """OAuth client credentials (RFC 6749, section 4.4). The token is kept until it expires.

    Share one per process and source; it is thread-safe.
    """

    def __init__(
        self, token_url: str, *, client_id: str, client_secret: Secret, scope: str = ""
    ) -> None:
        self._token_url = token_url
        self._client_id = client_id
        self._client_secret = client_secret
        self._scope = scope
        self._lock = Lock()
        self._token: Secret | None = None
        self._expires_at = 0.0

    def headers(self, client: HttpClient) -> Mapping[str, str]:
        with self._lock:
            if self._token is None or client.now() >= self._expires_at:
                self._token, self._expires_at = self._fetched(client)
            return {"Authorization": f"Bearer {self._token.reveal()}"}

    def renew(self) -> bool:
        with self._lock:
            self._token = None
        return True

    def _fetched(self, client: HttpClient) -> tuple[Secret, float]:
        form = {"grant_type": "client_credentials"} | (
            {"scope": self._scope} if self._scope else {}
        )
        secret = quote_plus(self._client_secret.reveal())
        answer = client.request(
            "POST",
            self._token_url,
            headers={
                "Authorization": _basic(quote_plus(self._client_id), secret),
                "Content-Type": "application/x-www-form-urlencoded",
                "Accept": "application/json",
            },
            body=urlencode(form).encode(),
        )
        if answer.status in _REFUSED:
            raise SourceSignInError(
                f"The source's token endpoint refuses the client ({answer.status}).",
                fix="Check the client's id, secret and scope.",
            )
        check_status(answer)
        data = json_of(answer)
        token = data.get("access_token") if isinstance(data, dict) else None
        if not token or not isinstance(token, str):
            raise SourceAnswerError("The token endpoint sent no token.", reason="no_token")
        lifetime = data.get("expires_in")
        seconds = lifetime if isinstance(lifetime, int | float) else DEFAULT_LIFETIME_S
        return Secret(token), answer.received_at + seconds - min(_MARGIN_S, seconds / 2)


def _basic(user: str, password: str) -> str:
    return f"Basic {b64encode(f'{user}:{password}'.encode()).decode()}"
