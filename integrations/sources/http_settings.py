"""What a vendor says about an HTTP JSON source, and the addresses that come of it.

``{external_id}`` and ``{since}`` are filled in; nothing is asked for without the former.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal
from urllib.parse import quote, urlsplit

from integrations.core.timestamps import iso_text
from integrations.sources.errors import SourceSetupError
from integrations.sources.http_paging import OnePage, Paging

PAGE_BYTES = 8 * 1024 * 1024
# Read as Python objects a page takes some ten times as much.
TIMEOUT_S = 60.0
DEFAULT_OVERLAP = 300
# Seconds, as for SQL sources.

_PLACEHOLDER = re.compile(r"\{(\w+)\}", re.ASCII)
_KNOWN = frozenset({"external_id", "since"})
_LABEL = re.compile(r"\A[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?\Z", re.ASCII)


@dataclass(frozen=True, slots=True, kw_only=True)
class HttpJsonSettings:
    """``records_path`` is where the list is ("" is the answer itself).

    Without ``cursor_field`` pages are read on from the last one, as fits a list that only grows.
    ``overlap`` is in seconds for times and in numbers for integers.
    """

    url: str
    paging: Paging = field(default_factory=OnePage)
    params: Mapping[str, str] = field(default_factory=dict)
    headers: Mapping[str, str] = field(default_factory=dict)
    records_path: str = ""
    id_field: str = ""
    cursor_field: str = ""
    cursor_type: Literal["timestamp", "integer"] = "timestamp"
    since_format: Literal["iso", "seconds", "milliseconds"] = "iso"
    since_start: int = 0
    overlap: int = DEFAULT_OVERLAP
    page_bytes: int = PAGE_BYTES
    timeout_s: float = TIMEOUT_S

    def __post_init__(self) -> None:
        texts = (self.url, *self.params.values(), *self.headers.values())
        used = {name for text in texts for name in _PLACEHOLDER.findall(text)}
        if used - _KNOWN:
            raise SourceSetupError(f"Nothing fills {{{min(used - _KNOWN)}}} of the source.")
        if "external_id" not in used:
            raise SourceSetupError(
                "The source does not ask for one organisation's records.",
                fix="Put {external_id} into its address, parameters or headers.",
            )
        if "since" in used and not self.cursor_field:
            raise SourceSetupError("A source with {since} names the field that it is about.")

    def filled(self, external_id: str, since: int | None) -> FilledRequest:
        """The request for the first page of records since a place."""
        if external_id in ("", ".", "..") or not external_id.isprintable():
            raise SourceSetupError("That external id cannot stand in an address.")
        if "{" in urlsplit(self.url).netloc and not _LABEL.match(external_id):
            raise SourceSetupError("That external id cannot stand in a host's name.")
        values = {"external_id": external_id, "since": self._since_text(since)}
        quoted = {name: quote(value, safe="") for name, value in values.items()}
        return FilledRequest(
            _filled(self.url, quoted),
            {name: _filled(text, values) for name, text in self.params.items()},
            {name: _filled(text, values) for name, text in self.headers.items()},
        )

    def _since_text(self, since: int | None) -> str:
        place = self.since_start if since is None else max(since, self.since_start)
        if self.cursor_type == "integer" or self.since_format == "seconds":
            return str(place)
        return str(place * 1000) if self.since_format == "milliseconds" else iso_text(place)


@dataclass(frozen=True, slots=True)
class FilledRequest:
    """Address, parameters and headers for one organisation."""

    url: str
    params: Mapping[str, str]
    headers: Mapping[str, str]


def _filled(text: str, values: Mapping[str, str]) -> str:
    return _PLACEHOLDER.sub(lambda match: values[match[1]], text)
