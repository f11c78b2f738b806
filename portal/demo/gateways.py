"""The sandbox, as the demo uses it: its server, its controls and a customer who consents."""

from __future__ import annotations

from typing import Any
from urllib.parse import parse_qs, urlsplit

import requests
from django.conf import settings

from integrations.sandbox import serve

TIMEOUT_S = 10


class ConsentError(Exception):
    """The consent page did not lead back to the portal."""


def serve_sandbox(*, host: str, port: int) -> None:
    """Serve until SIGINT or SIGTERM."""
    serve(host=host, port=port)


def control(name: str, order: dict[str, Any] | None = None) -> Any:
    """Tell the running sandbox something (with an order) or ask it (without)."""
    address = f"{settings.DATADOG_SANDBOX_URL}/_sandbox/{name}"
    answer = (
        requests.get(address, timeout=TIMEOUT_S)
        if order is None
        else requests.post(address, json=order, timeout=TIMEOUT_S)
    )
    answer.raise_for_status()
    return answer.json()


def arrived() -> dict[tuple[str, str], int]:
    """Count what the sandbox has accepted since its start, by (site, data type)."""
    stats = control("stats")
    return {
        (site, data_type): figures["accepted"]
        for site, types in stats["sites"].items()
        for data_type, figures in types.items()
    }


def consent(authorize_url: str) -> dict[str, str]:
    """Press "Authorize" on the consent page; return the parameters of the redirect back."""
    answer = requests.post(
        authorize_url, data={"decision": "authorize"}, allow_redirects=False, timeout=TIMEOUT_S
    )
    query = parse_qs(urlsplit(answer.headers.get("Location", "")).query)
    if "code" not in query:
        raise ConsentError(f"Consent ended with {answer.status_code} and no code.")
    return {name: values[0] for name, values in query.items()}
