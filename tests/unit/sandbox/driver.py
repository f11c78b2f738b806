"""Speaks to a running sandbox as a partner's backend, a person's browser and a test would."""

from __future__ import annotations

import base64
import hashlib
import time
from typing import Any
from urllib.parse import parse_qs, urlsplit

import requests

REDIRECT_URI = "https://portal.example/oauth/callback"
VERIFIER = "a-verifier-of-at-least-forty-three-characters-1234"
CHALLENGE = (
    base64.urlsafe_b64encode(hashlib.sha256(VERIFIER.encode()).digest()).rstrip(b"=").decode()
)


class Sandbox:
    def __init__(self, url: str) -> None:
        self.url = url

    def at(self, path: str, site: str = "datadoghq.eu", host: str = "api") -> str:
        return f"{self.url}/{site}/{host}{path}"

    def tell(self, name: str, /, **order: Any) -> dict[str, Any]:
        answer = requests.post(f"{self.url}/_sandbox/{name}", json=order, timeout=10)
        assert answer.status_code == 200, answer.text
        return dict(answer.json())

    def ask(self, name: str, /, **query: Any) -> dict[str, Any]:
        return dict(requests.get(f"{self.url}/_sandbox/{name}", params=query, timeout=10).json())

    def credentials(self, site: str = "datadoghq.eu", **order: Any) -> dict[str, Any]:
        return self.tell("credentials", site=site, **order)

    def client(self, **order: Any) -> dict[str, Any]:
        return self.tell("clients", **{"redirect_uris": [REDIRECT_URI], **order})

    def authorize(
        self,
        client: dict[str, Any],
        *,
        site: str = "datadoghq.eu",
        host: str = "app",
        decision: str = "authorize",
        **query: str,
    ) -> requests.Response:
        params = {
            "client_id": client["client_id"],
            "redirect_uri": REDIRECT_URI,
            "response_type": "code",
            "code_challenge": CHALLENGE,
            "code_challenge_method": "S256",
            "state": "state-1",
            **query,
        }
        url = self.at("/oauth2/v1/authorize", site, host)
        form = {"decision": decision}
        return requests.post(url, params=params, data=form, allow_redirects=False, timeout=10)

    def token(
        self,
        client: dict[str, Any],
        *,
        site: str = "datadoghq.eu",
        path: str = "/api/v2/oauth2/token",
        **fields: str | None,
    ) -> requests.Response:
        form = {
            "grant_type": "authorization_code",
            "client_id": client["client_id"],
            "client_secret": client["client_secret"],
            "redirect_uri": REDIRECT_URI,
            "code_verifier": VERIFIER,
            **fields,
        }
        return requests.post(self.at(path, site), data=form, timeout=10)

    def grant(self, client: dict[str, Any], **where: str) -> dict[str, Any]:
        code = returned(self.authorize(client, **where))["code"]
        site = where.get("site", "datadoghq.eu")
        return dict(self.token(client, site=site, code=code).json())

    def refresh(self, client: dict[str, Any], refresh_token: str) -> requests.Response:
        return self.token(client, grant_type="refresh_token", refresh_token=refresh_token)

    def marketplace_key(self, access_token: str, site: str = "datadoghq.eu") -> requests.Response:
        url = self.at("/api/v2/api_keys/marketplace", site)
        return requests.post(url, headers=bearer(access_token), timeout=10)

    def validate(self, api_key: str, site: str = "datadoghq.eu") -> requests.Response:
        url = self.at("/api/v1/validate", site)
        return requests.get(url, headers={"DD-API-KEY": api_key}, timeout=10)

    def send_series(
        self, api_key: str, body: Any, *, site: str = "datadoghq.eu", encoding: str = ""
    ) -> requests.Response:
        headers = {"DD-API-KEY": api_key, "Content-Encoding": encoding}
        sent = {"data": body} if isinstance(body, bytes) else {"json": {"series": body}}
        return requests.post(self.at("/api/v2/series", site), headers=headers, timeout=10, **sent)

    def send_logs(self, api_key: str, body: Any, **headers: str) -> requests.Response:
        sent = {"data": body} if isinstance(body, bytes) else {"json": body}
        url = self.at("/api/v2/logs", host="http-intake.logs")
        return requests.post(url, headers={"DD-API-KEY": api_key, **headers}, timeout=10, **sent)


def bearer(access_token: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {access_token}"}


def returned(redirect: requests.Response) -> dict[str, str]:
    """What the redirect tells the client."""
    assert redirect.status_code == 302, redirect.text
    location = redirect.headers["Location"]
    assert location.startswith(f"{REDIRECT_URI}?")
    return {name: values[0] for name, values in parse_qs(urlsplit(location).query).items()}


def point(
    metric: str = "acme.sync", *, value: float = 1.5, age: int = 0, **fields: Any
) -> dict[str, Any]:
    at = int(time.time()) - age
    return {"metric": metric, "type": 3, "points": [{"timestamp": at, "value": value}], **fields}
