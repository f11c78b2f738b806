"""The tests' hand on the stand-in for Datadog: its controls, and a customer at its consent page."""

from __future__ import annotations

from typing import Any
from urllib.parse import parse_qsl, urlsplit

import requests


class Sandbox:
    """One running sandbox."""

    def __init__(self, url: str) -> None:
        self.url = url
        self._session = requests.Session()
        self._session.trust_env = False

    def close(self) -> None:
        self._session.close()

    def tell(self, control: str, **order: Any) -> dict[str, Any]:
        """Give an order to ``/_sandbox/<control>``."""
        answer = self._session.post(f"{self.url}/_sandbox/{control}", json=order, timeout=10)
        answer.raise_for_status()
        told: dict[str, Any] = answer.json()
        return told

    def ask(self, control: str) -> dict[str, Any]:
        answer = self._session.get(f"{self.url}/_sandbox/{control}", timeout=10)
        answer.raise_for_status()
        told: dict[str, Any] = answer.json()
        return told

    def api_key(self, site: str) -> str:
        """A key of the organisation at the site, usable at once."""
        return str(self.tell("credentials", site=site)["api_key"])

    def items(self, data_type: str, *, limit: int = 1000) -> list[dict[str, Any]]:
        """What was accepted, newest first."""
        found: list[dict[str, Any]] = self.ask(f"items?type={data_type}&limit={limit}")["items"]
        return found

    def total(self, data_type: str) -> int:
        """How many items were accepted."""
        return int(self.ask(f"items?type={data_type}&limit=1")["total"])

    def watch(self, path: str) -> int:
        """Count the calls of a path from here on; see ``calls``."""
        fault = self.tell("faults", match={"path": path}, latency_ms=0.01)
        return int(fault["id"])

    def calls(self, watch: int) -> int:
        """How many calls a watch has seen."""
        faults = self.ask("faults")["faults"]
        return next(int(fault["used"]) for fault in faults if fault["id"] == watch)

    def consent(self, authorize_url: str, *, allow: bool = True) -> dict[str, str]:
        """Press a button on the consent page; return what the redirect carries."""
        answer = self._session.post(
            authorize_url,
            data={"decision": "authorize" if allow else "deny"},
            allow_redirects=False,
            timeout=10,
        )
        assert answer.status_code == 302, answer.text
        return dict(parse_qsl(urlsplit(answer.headers["Location"]).query))
