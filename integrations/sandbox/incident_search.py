"""Searching incidents: words and phrases over title and fields, and ``key:value``.

https://docs.datadoghq.com/api/latest/incidents/#search-for-incidents . Understands
``key:(a OR b)``, a leading minus and ``*``; no brackets around terms and no OR between them.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from fnmatch import fnmatchcase

from aiohttp import web

from integrations.sandbox.answers import json_answer, refuse
from integrations.sandbox.encoding import BAD_REQUEST
from integrations.sandbox.gate import open_resource
from integrations.sandbox.incident_shape import Document, with_people
from integrations.sandbox.incidents import BUCKET, page
from integrations.sandbox.world import Call

_TERM = re.compile(
    r"(?P<minus>-?)(?:(?P<key>[A-Za-z_][\w.]*):(?=\S))?"
    r'(?:\((?P<choices>[^()]*)\)|"(?P<phrase>[^"]*)"|(?P<word>[^\s"()]+))'
)
_ATTRIBUTES = ("state", "severity", "title", "public_id", "customer_impacted", "visibility")


@dataclass(frozen=True, slots=True)
class Term:
    """One of ``values`` has to be found; without a key anywhere."""

    key: str | None
    values: tuple[str, ...]
    negated: bool

    def fits(self, incident: Document) -> bool:
        return any(self._found(incident, value) for value in self.values) != self.negated

    def _found(self, incident: Document, value: str) -> bool:
        if self.key is None:
            return any(value in text for text in _texts(incident))
        return any(fnmatchcase(text, value) for text in _texts_of(incident, self.key))


def search(call: Call) -> web.Response:
    access = open_resource(call, scope="incident_read", bucket=BUCKET)
    terms, sort = _terms(call.query("query")), call.query("sort") or "-created"
    if sort not in ("created", "-created"):
        raise refuse(BAD_REQUEST, "sort must be created or -created")
    kept = [one.document for one in call.world.store.shelves["incidents"].of(access.organisation)]
    found = [incident for incident in kept if all(term.fits(incident) for term in terms)]
    if sort == "-created":
        found.reverse()
    shown, meta = page(call, found)
    attributes = {
        "total": len(found),
        "facets": _facets(found),
        "incidents": [{"data": with_people(one, access.organisation)} for one in shown],
    }
    answer = {
        "data": {"type": "incidents_search_results", "attributes": attributes},
        "included": [],
        "meta": meta,
    }
    return json_answer(answer, headers=access.headers)


def _terms(query: str) -> list[Term]:
    if not query.strip():
        raise refuse(BAD_REQUEST, "query is required")
    terms: list[Term] = []
    rest = query.strip()
    while rest:
        match = _TERM.match(rest)
        if match is None:
            raise refuse(BAD_REQUEST, f"Query parsing error near '{rest[:40]}'")
        if rest[: match.end()] not in ("*", "AND"):
            terms.append(_term(match))
        rest = rest[match.end() :].lstrip()
    return terms


def _term(match: re.Match[str]) -> Term:
    if match["choices"] is not None:
        values = [value.strip(' "') for value in match["choices"].split(" OR ")]
    else:
        values = [match["phrase"] if match["phrase"] is not None else match["word"]]
    lowered = tuple(value.lower() for value in values)
    return Term(match["key"], lowered, bool(match["minus"]))


def _texts(incident: Document) -> Iterator[str]:
    yield incident["attributes"]["title"].lower()
    for name in incident["attributes"]["fields"]:
        yield from _field_texts(incident, name)


def _field_texts(incident: Document, name: str) -> Iterator[str]:
    value = incident["attributes"]["fields"].get(name, {}).get("value")
    for text in value if isinstance(value, list) else [value]:
        if text is not None:
            yield str(text).lower()


def _texts_of(incident: Document, key: str) -> Iterator[str]:
    if key in _ATTRIBUTES:
        yield str(incident["attributes"][key]).lower()
        return
    yield from _field_texts(incident, key)


def _facets(found: list[Document]) -> dict[str, list[Document]]:
    """Of state and severity only."""
    return {
        name: [
            {"name": value, "count": count}
            for value, count in Counter(one["attributes"][name] for one in found).items()
        ]
        for name in ("severity", "state")
    }
