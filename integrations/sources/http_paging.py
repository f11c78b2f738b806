"""How an HTTP source's pages follow each other: by number, offset, cursor or Link header.

A place is what has to be kept to ask for a page again; None is the first page.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Protocol
from urllib.parse import urlencode, urljoin, urlsplit

from requests.utils import parse_header_links

from integrations.sources.errors import SourceAnswerError
from integrations.sources.http_answers import found_at

Place = str | int | None


@dataclass(frozen=True, slots=True)
class Page:
    """One answer: where it came from, the whole of it, and its records."""

    url: str
    headers: Mapping[str, str]
    data: Any
    records: list[Any]


class Paging(Protocol):
    """One way of paging."""

    def url_of(self, place: Place, url: str, params: Mapping[str, str]) -> str:
        """The page's address, given the first page's."""

    def following(self, place: Place, page: Page) -> Place:
        """The place after ``page``, or None when it was the last."""


@dataclass(frozen=True, slots=True)
class OnePage:
    """One answer holds everything."""

    def url_of(self, place: Place, url: str, params: Mapping[str, str]) -> str:
        return with_params(url, params)

    def following(self, place: Place, page: Page) -> Place:
        return None


@dataclass(frozen=True, slots=True, kw_only=True)
class PageNumbers:
    """``?page=1, 2, 3`` until a page is empty, or until ``more_path`` in the answer is false.

    A page that is merely short does not end it: servers shorten pages to limits of their own.
    """

    parameter: str = "page"
    first: int = 1
    more_path: str = ""

    def url_of(self, place: Place, url: str, params: Mapping[str, str]) -> str:
        number = self.first if place is None else place
        return with_params(url, {**params, self.parameter: str(number)})

    def following(self, place: Place, page: Page) -> Place:
        if not page.records or _says_no(self.more_path, page):
            return None
        return int(self.first if place is None else place) + 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Offsets:
    """``?offset=0, 100, 200`` by the number of records that came, until a page is empty."""

    parameter: str = "offset"
    more_path: str = ""

    def url_of(self, place: Place, url: str, params: Mapping[str, str]) -> str:
        return with_params(url, {**params, self.parameter: str(place or 0)})

    def following(self, place: Place, page: Page) -> Place:
        if not page.records or _says_no(self.more_path, page):
            return None
        return int(place or 0) + len(page.records)


@dataclass(frozen=True, slots=True, kw_only=True)
class Tokens:
    """The answer has the next page's cursor at ``next_path``; none, null or "" at the end."""

    parameter: str = "cursor"
    next_path: str = "next_cursor"

    def url_of(self, place: Place, url: str, params: Mapping[str, str]) -> str:
        return with_params(url, params if place is None else {**params, self.parameter: str(place)})

    def following(self, place: Place, page: Page) -> Place:
        token = found_at(self.next_path, page.data)
        if token is None or token == "":
            return None
        if type(token) not in (str, int):
            raise SourceAnswerError(
                f'"{self.next_path}" of the answer is no cursor.', reason="unusable_cursor"
            )
        if token == place:
            raise repeats()
        return str(token)


@dataclass(frozen=True, slots=True)
class Links:
    """The header ``Link: <…>; rel="next"`` has the next page's address (RFC 8288)."""

    def url_of(self, place: Place, url: str, params: Mapping[str, str]) -> str:
        return with_params(url, params) if place is None else str(place)

    def following(self, place: Place, page: Page) -> Place:
        for link in parse_header_links(page.headers.get("Link", "")):
            if "next" in link.get("rel", "").split():
                return _next_url(page.url, link["url"])
        return None


def with_params(url: str, params: Mapping[str, str]) -> str:
    if not params:
        return url
    return f"{url}{'&' if '?' in url else '?'}{urlencode(params)}"


def repeats() -> SourceAnswerError:
    return SourceAnswerError(
        "A page of the source came twice, so that reading would never end.",
        reason="repeats",
        fix="Check the parameter that pages are asked for by.",
    )


def _says_no(more_path: str, page: Page) -> bool:
    return bool(more_path) and not found_at(more_path, page.data)


def _next_url(url: str, link: str) -> str:
    """The link made whole; it must stay on the host that the credentials are for."""
    target = urljoin(url, link)
    here, there = urlsplit(url), urlsplit(target)
    if (here.scheme, here.netloc) != (there.scheme, there.netloc):
        raise SourceAnswerError(
            "The link to the next page leads to another host.", reason="other_host"
        )
    if target == url:
        raise repeats()
    return target
