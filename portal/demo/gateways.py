"""The sandbox, as the demo uses it: its server, its controls and a customer who consents."""

from __future__ import annotations

import html
import re
from typing import Any
from urllib.parse import parse_qs, urlencode, urljoin, urlsplit

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


def consent(authorize_url: str) -> dict[str, str]:
    """Authorize as a customer does in the browser; return the parameters of the redirect back."""
    page = requests.get(authorize_url, timeout=TIMEOUT_S)
    form = re.search(r"<form[^>]*>.*?</form>", page.text, re.DOTALL)
    if page.status_code != 200 or form is None:
        raise ConsentError(f"The consent page answered {page.status_code}.")
    action = re.search(r'action="([^"]*)"', form.group())
    target = urljoin(authorize_url, html.unescape(action.group(1))) if action else authorize_url
    fields = dict(_inputs(form.group()))
    answer = requests.post(
        target,
        data=urlencode(fields),
        headers={"Content-Type": "application/x-www-form-urlencoded"},
        allow_redirects=False,
        timeout=TIMEOUT_S,
    )
    query = parse_qs(urlsplit(answer.headers.get("Location", "")).query)
    if "code" not in query:
        raise ConsentError(f"Consent ended with {answer.status_code} and no code.")
    return {name: values[0] for name, values in query.items()}


def _inputs(form: str) -> list[tuple[str, str]]:
    """Hidden fields and the button "Authorize" of a form."""
    pairs = []
    for tag in re.findall(r"<(?:input|button)[^>]*>(?:[^<]*</button>)?", form):
        name, value = re.search(r'name="([^"]*)"', tag), re.search(r'value="([^"]*)"', tag)
        if name and not tag.rstrip().lower().endswith("deny</button>"):
            pairs.append((html.unescape(name.group(1)), html.unescape(value.group(1) if value else "")))
    return pairs
