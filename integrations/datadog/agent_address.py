"""The address of a Datadog Agent, as an organisation gives it; no host of Datadog's own.

Says how such an address is written, not whether it may be reached: that is the caller's guard.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from urllib.parse import urlsplit

from integrations.core.errors import RefusedHostError

DEFAULT_PORT = 8126
# The trace API's port on every Agent (apm_config.receiver_port).

_FIX = "Write it like http://10.1.2.3:8126 or https://agent.example.com."
_HOST = re.compile(r"\A(?:[a-z0-9](?:[a-z0-9.-]{0,251}[a-z0-9])?|\[[0-9a-f:.]{2,45}\])\Z", re.ASCII)
_PATH = re.compile(r"\A(?:/[A-Za-z0-9._~-]+)*/?\Z", re.ASCII)

# The one HTTP client calls https addresses only; ``rewrite`` turns this one into the Agent's, the
# same way as a sandbox stands in for Datadog. ".invalid" resolves nowhere (RFC 2606).
_PLACEHOLDER = "https://agent.invalid"


@dataclass(frozen=True, slots=True)
class AgentAddress:
    """Where an Agent listens: scheme, host, port and, behind a proxy, a path before the API's."""

    base: str

    def url(self, path: str) -> str:
        """What to ask an HttpClient for that was made with ``rewrite``."""
        return f"{_PLACEHOLDER}{path}"

    def rewrite(self, url: str) -> str:
        """For ``HttpClient(rewrite=…)``: such a client reaches this Agent and nothing else."""
        if not url.startswith(f"{_PLACEHOLDER}/"):
            raise RefusedHostError("Only the Agent's own address is called here.")
        return self.base + url.removeprefix(_PLACEHOLDER)


def parse_agent_address(value: str) -> AgentAddress:
    """Read "http://10.1.2.3:8126"; 8126 is the port where http names none. RefusedHostError."""
    try:
        text = value.strip()
        parts = urlsplit(text if text.isprintable() else "")  # urlsplit drops line ends within
        host, port = parts.netloc.lower(), parts.port
    except ValueError as exc:
        raise RefusedHostError("That is not an Agent's address.", fix=_FIX) from exc
    bare = host.removesuffix(f":{port}") if port is not None else host
    readable = parts.scheme in ("http", "https") and _HOST.match(bare) and _PATH.match(parts.path)
    if not readable or parts.query or parts.fragment or port == 0:
        raise RefusedHostError("That is not an Agent's address.", fix=_FIX)
    if port is None and parts.scheme == "http":
        port = DEFAULT_PORT
    netloc = bare if port is None else f"{bare}:{port}"
    return AgentAddress(f"{parts.scheme}://{netloc}{parts.path.rstrip('/')}")
