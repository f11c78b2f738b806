"""All routes of the portal, read from the resolver, with what they need to be opened."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.urls import URLPattern, URLResolver, get_resolver
from django.urls.resolvers import RoutePattern

_CONVERTER = re.compile(r"<(?:\w+:)?(\w+)>")
_REGEX_GROUP = re.compile(r"\(\?P<(\w+)>[^)]*\)")


@dataclass(frozen=True, slots=True)
class Route:
    """One address: its pattern with ``<name>`` for each part, and its full name."""

    name: str
    pattern: str

    @property
    def parts(self) -> list[str]:
        return _CONVERTER.findall(self.pattern)

    def path(self, values: dict[str, Any]) -> str:
        return "/" + _CONVERTER.sub(lambda part: str(values[part[1]]), self.pattern)

    def __str__(self) -> str:
        return self.name or self.pattern


def all_routes() -> list[Route]:
    """Return every route that a request can reach."""
    return list(_walk(get_resolver(), prefix="", namespace=""))


def _walk(resolver: URLResolver, *, prefix: str, namespace: str) -> Iterator[Route]:
    for entry in resolver.url_patterns:
        pattern = prefix + _readable(entry)
        if isinstance(entry, URLResolver):
            inner = f"{namespace}{entry.namespace}:" if entry.namespace else namespace
            yield from _walk(entry, prefix=pattern, namespace=inner)
        else:
            yield Route(f"{namespace}{entry.name or ''}", pattern)


def _readable(entry: URLPattern | URLResolver) -> str:
    text = str(entry.pattern)
    if isinstance(entry.pattern, RoutePattern):
        return text
    return _REGEX_GROUP.sub(r"<\1>", text.strip("^$").replace(r"\Z", ""))
