"""Incidents: found by a marker, then created or changed, under the customer's OAuth bearer.

https://docs.datadoghq.com/api/latest/incidents/ ; Datadog documents no idempotency key, so each
incident bears a marker in its title or in a field, and every send looks for it first.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote, urlencode

import msgspec
import orjson

from integrations.core.errors import PayloadRefusedError, RetryLaterError, StopError
from integrations.core.secret import Secret
from integrations.datadog.framing import LONE, Framing
from integrations.datadog.limits import LIMITS, DataTypeLimits
from integrations.datadog.sinks.base import IDENTITY, SinkSetting
from integrations.datadog.sites import Addresses, Site
from integrations.datadog.status import raise_for
from integrations.datadog.words import json_of
from integrations.http.client import Answer, HttpClient

INCIDENTS_PATH = "/api/v2/incidents"
SEARCH_PATH = "/api/v2/incidents/search"

_PAGE = 100
# Matches looked through; a marker is one incident's, so that more than a few are never right.


class Marker(msgspec.Struct, frozen=True):
    """What an incident is found by: ``text`` stands in its title, or in ``field`` where named."""

    text: str
    field: str = ""


class IncidentBody(msgspec.Struct, frozen=True):
    """One packed incident: the marker, and the request as Datadog takes it for a new one."""

    marker: Marker
    data: dict[str, Any]


def incidents_sink(setting: SinkSetting) -> IncidentsSink:
    """StopError without an access token: Datadog takes no API key for incidents."""
    token = setting.options.access_token
    if token is None:
        raise StopError(
            "Incidents travel under the OAuth grant, and this connection has none at hand.",
            fix="Link Datadog again with the permissions incident_read and incident_write.",
        )
    return IncidentsSink(setting.http, setting.addresses, setting.site, token)


@dataclass(frozen=True, slots=True)
class IncidentsSink:
    """Looks the marker up, then POSTs a new incident or PATCHes the one that bears it.

    Incidents made here are remembered: how soon a search finds them is not documented. Not meant
    for several threads at once (``limits.in_order``).
    """

    http: HttpClient
    addresses: Addresses
    site: Site
    access_token: Secret
    data_type: str = "incidents"
    limits: DataTypeLimits = LIMITS["incidents"]
    framing: Framing = LONE
    content_encoding: str = IDENTITY
    _known: dict[Marker, str] = field(default_factory=dict)

    def send(self, body: bytes, *, batch_id: str) -> Answer:
        """See ``Sink.send``. Only the making of a new incident can end uncertain."""
        incident = _decoded(body)
        try:
            answer = self._changed(incident, batch_id)
        except RetryLaterError as exc:
            exc.uncertain = False  # a lookup changes nothing, and the same change again is harmless
            raise
        if answer is None:
            answer = self._call("POST", INCIDENTS_PATH, batch_id, {"data": incident.data})
            raise_for(answer, self.access_token, surface="record")
            self._remember(answer, incident.marker)
        return answer

    def _changed(self, incident: IncidentBody, batch_id: str) -> Answer | None:
        """Change the incident that bears the marker; None when there is none (any more)."""
        incident_id = self._known.get(incident.marker) or self._found(incident.marker)
        if incident_id is None:
            return None
        content = {"data": {**incident.data, "id": incident_id}}
        path = f"{INCIDENTS_PATH}/{quote(incident_id, safe='')}"
        answer = self._call("PATCH", path, batch_id, content)
        if answer.status == 404:
            self._known.pop(incident.marker, None)
            return None
        raise_for(answer, self.access_token, surface="record")
        self._known[incident.marker] = incident_id
        return answer

    def _found(self, marker: Marker) -> str | None:
        """The id of the incident that bears the marker, by Datadog's search and a look at it."""
        query = {"query": _query(marker), "page[size]": _PAGE}
        answer = self._call("GET", f"{SEARCH_PATH}?{urlencode(query)}")
        raise_for(answer, self.access_token, surface="record")
        return next((found for found, data in _results(answer) if _bears(data, marker)), None)

    def _remember(self, answer: Answer, marker: Marker) -> None:
        content = json_of(answer)
        data = content.get("data") if isinstance(content, dict) else None
        if isinstance(data, dict) and isinstance(data.get("id"), str):
            self._known[marker] = data["id"]

    def _call(
        self, method: str, path: str, batch_id: str = "", content: dict[str, Any] | None = None
    ) -> Answer:
        headers = {
            "Authorization": f"Bearer {self.access_token.reveal()}",
            "Accept": "application/json",
        }
        if content is not None:
            headers |= {"Content-Type": "application/json", "X-Batch-Id": batch_id}
        return self.http.request(
            method,
            self.addresses.url(self.site, "api", path),
            headers=headers,
            body=None if content is None else orjson.dumps(content),
        )


def _decoded(body: bytes) -> IncidentBody:
    try:
        return msgspec.json.decode(body, type=IncidentBody)
    except msgspec.MsgspecError as exc:
        raise PayloadRefusedError("The incident could not be read.", detail=str(exc)) from exc


def _query(marker: Marker) -> str:
    """The marker as a quoted phrase, in its field where it has one; it has no quotes in it."""
    quoted = f'"{marker.text}"'
    return f"{marker.field}:{quoted}" if marker.field else quoted


def _results(answer: Answer) -> list[tuple[str, dict[str, Any]]]:
    """Ids and attributes of the incidents that a search answered."""
    content = json_of(answer)
    try:
        entries = content["data"]["attributes"]["incidents"]
        return [(entry["data"]["id"], entry["data"]["attributes"]) for entry in entries]
    except (KeyError, TypeError):
        raise StopError(
            "Datadog's answer to a search for incidents could not be read.",
            fix="Nothing was sent. Ask the vendor's support.",
        ) from None


def _bears(attributes: dict[str, Any], marker: Marker) -> bool:
    if not marker.field:
        return marker.text in str(attributes.get("title", ""))
    entry = (attributes.get("fields") or {}).get(marker.field)
    value = entry.get("value") if isinstance(entry, dict) else None
    return marker.text in value if isinstance(value, list) else value == marker.text
