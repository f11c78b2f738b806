"""The demo's processes: sandbox, worker, beat and web, and what has to hold before they start."""

from __future__ import annotations

import socket
import sys
from urllib.parse import urlsplit

from django.conf import settings

from portal.embedded.processes import ProcessSpec


class StageError(Exception):
    """The demo cannot start; the sentence says why."""


def check_addresses() -> None:
    """Refuse to start over somebody else's server."""
    for name, address in _addresses().items():
        host, port = _host_and_port(address)
        with socket.socket() as probe:
            if probe.connect_ex((host, port)) == 0:
                raise StageError(
                    f"Something else answers on {host}:{port}, which the {name} needs. Stop it, or "
                    "choose other ports: make demo WEB_PORT=8001 SANDBOX_PORT=9001."
                )


def processes(*, with_vendor: bool) -> list[ProcessSpec]:
    """What runs side by side; ``with_vendor`` adds the stream of made-up records."""
    manage = [sys.executable, "manage.py"]
    celery = [sys.executable, "-m", "celery", "--app", "portal.config"]
    sandbox = _addresses()["sandbox"]
    _host, sandbox_port = _host_and_port(sandbox)
    host, port = _host_and_port(settings.PORTAL_BASE_URL)
    quiet = ["--loglevel", "WARNING"]
    specs = [
        ProcessSpec(
            "sandbox",
            [*manage, "sandbox", "--port", str(sandbox_port)],
            ready=f"{sandbox}/_sandbox/stats",
            environment={"PORTAL_LOG_LEVEL": "WARNING"},  # a line per request hides the rest
        ),
        ProcessSpec(
            "worker",
            [
                *celery,
                "worker",
                "--concurrency",
                "2",
                "--without-gossip",
                "--without-mingle",
                *quiet,
            ],
        ),
        ProcessSpec("beat", [*celery, "beat", *quiet]),
        ProcessSpec(
            "web",
            [
                *[sys.executable, "-m", "gunicorn", "portal.config.wsgi", "--threads", "8"],
                *["--bind", f"{host}:{port}", "--log-level", "warning", "--no-control-socket"],
            ],
            ready=f"{settings.PORTAL_BASE_URL}/readyz",
        ),
    ]
    if with_vendor:
        specs.append(ProcessSpec("vendor", [*manage, "demo_vendor"]))
    return specs


def _addresses() -> dict[str, str]:
    return {"portal": settings.PORTAL_BASE_URL, "sandbox": str(settings.DATADOG_SANDBOX_URL)}


def _host_and_port(address: str) -> tuple[str, int]:
    parts = urlsplit(address)
    return parts.hostname or "127.0.0.1", parts.port or 80
