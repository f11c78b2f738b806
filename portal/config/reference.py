"""The pages of docs/reference, made of the tables that the code itself uses."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from pathlib import Path
from typing import TypeVar

from django.conf import settings

from portal.config.gateways import REJECT_CODES, SITES
from portal.connections import domain as connections
from portal.syncs import domain as syncs

S = TypeVar("S", bound=StrEnum)

FOLDER = Path(settings.BASE_DIR) / "docs" / "reference"
_MADE = "<!-- Made by `manage.py make_reference`; change the code instead. -->\n\n"


def pages() -> dict[str, str]:
    """Return each page's text by file name."""
    return {
        "errors.md": _MADE + _errors(),
        "states.md": _MADE + _states(),
        "sites.md": _MADE + _sites(),
    }


def _errors() -> str:
    lines = [
        "# Reject codes",
        "",
        "A record that is not sent carries one of these codes, with the field and, where Datadog",
        "refused it, Datadog's own words. Correct the cause and replay the run.",
        "",
        "| code | shown as | what it means | what to do |",
        "|---|---|---|---|",
    ]
    lines += [f"| `{c.code}` | {c.title} | {c.meaning} | {c.fix} |" for c in REJECT_CODES.values()]
    return "\n".join(lines) + "\n"


def _states() -> str:
    return (
        "# States\n\n## Runs\n\n"
        + _diagram(syncs.TRANSITIONS)
        + "\n## Connections\n\n"
        + _diagram(connections.TRANSITIONS)
    )


def _diagram(transitions: Mapping[S, frozenset[S]]) -> str:
    lines = ["```mermaid", "stateDiagram-v2"]
    for state, targets in transitions.items():
        lines += [f"    {state.value} --> {target.value}" for target in sorted(targets)]
    return "\n".join([*lines, "```", ""])


def _sites() -> str:
    lines = [
        "# Datadog's sites",
        "",
        "| site | label | region | customers sign in at | OTLP |",
        "|---|---|---|---|---|",
    ]
    lines += [
        f"| `{site.domain}` | {site.label} | {site.region} | {site.app_host} "
        f"| {'yes' if site.otlp else 'no'} |"
        for site in SITES
    ]
    return "\n".join(lines) + "\n"
