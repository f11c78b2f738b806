"""Reads records from a vendor's HTTP API that answers in JSON, page by page.

A sweep goes through all pages since the overlap window's start. The caller gives the client, a
guarded one for addresses that a tenant may type.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from math import floor
from typing import Any

import orjson

from integrations.core.clock import Clock, SystemClock
from integrations.core.fields import field_getter
from integrations.core.timestamps import epoch_seconds
from integrations.http.client import Answer, HttpClient
from integrations.sources.base import STRETCH_BYTES, Cursor, Found, Refused, Stretch
from integrations.sources.errors import SourceAnswerError
from integrations.sources.http_answers import check_status, json_of, records_in
from integrations.sources.http_paging import Page, Place, repeats
from integrations.sources.http_settings import FilledRequest, HttpJsonSettings
from integrations.sources.http_sign_in import NoSignIn, SignIn
from integrations.sources.values import SHOWN_BYTES, record_or_refused
from integrations.sources.window import MAX_SEEN, Window, digest_of

AHEAD_S = 86_400
# A record further in the future waits for its day, see sql.py.
MAX_PAGES = 100
# In one reading, so that one of pages without anything new ends, too.

_REFUSED_STATUS = 401


@dataclass(slots=True)
class _Sweep:
    """Where reading stands. ``place`` is the next page, ``held`` the last one with records."""

    window: Window
    place: Place = None
    held: Place = None
    page_number: int = 0
    held_number: int = 0
    page_count: int = 0
    last: str = ""
    mark: str = ""

    def watch(self, records: list[Any]) -> None:
        """Notice pages that go round in a circle, of any length, by Brent's method."""
        if not records:
            return
        digest = digest_of(orjson.dumps(records)).hex()
        if digest in (self.last, self.mark):
            raise repeats()
        self.page_count += 1
        self.last = digest
        if self.page_count & (self.page_count - 1) == 0:
            self.mark = digest

    def start_again(self, *, keep_place: bool) -> None:
        """From the first page, or from the last that had records: it may have grown."""
        self.window.finish_sweep()
        self.place = self.held = self.held if keep_place else None
        self.page_number = self.held_number
        self.page_count, self.last, self.mark = 0, "", ""

    def cursor(self) -> dict[str, Any]:
        kept = {name: getattr(self, name) for name in _KEPT}
        return {**kept, "window": self.window.state()}


_KEPT = ("place", "held", "page_number", "held_number", "page_count", "last", "mark")


class HttpJsonSource:
    """One organisation's records behind an HTTP API."""

    def __init__(
        self,
        client: HttpClient,
        settings: HttpJsonSettings,
        *,
        external_id: str,
        sign_in: SignIn | None = None,
        clock: Clock | None = None,
    ) -> None:
        self._client = client
        self._settings = settings
        self._external_id = external_id
        self._sign_in = sign_in or NoSignIn()
        self._clock = clock or SystemClock()
        self._cursor_of = field_getter(settings.cursor_field)
        self._id_of = field_getter(settings.id_field)

    def read(self, after: Cursor, *, limit: int) -> Stretch:
        """See ``Source.read``; pages are read whole."""
        sweep = self._opened(after)
        request = self._settings.filled(self._external_id, sweep.window.start)
        found = Found()
        for _ in range(MAX_PAGES):
            page = self._page(sweep.place, request)
            sweep.watch(page.records)
            self._take(page, sweep, found)
            if page.records:
                sweep.held, sweep.held_number = sweep.place, sweep.page_number
            following = self._settings.paging.following(sweep.place, page)
            if following is None:
                sweep.start_again(keep_place=not self._settings.cursor_field)
                return found.stretch(sweep.cursor(), more=False)
            sweep.place = following
            sweep.page_number += 1
            if len(found.records) >= limit or found.size >= STRETCH_BYTES:
                break
        return found.stretch(sweep.cursor(), more=True)

    def _opened(self, cursor: Cursor) -> _Sweep:
        span = self._settings.overlap if self._settings.cursor_field else 0
        kept = {name: cursor[name] for name in _KEPT if name in cursor}
        window = Window(span, cursor.get("window"))
        if self._settings.cursor_field and window.start is None:
            window.start = self._settings.since_start
        return _Sweep(window, **kept)

    def _page(self, place: Place, request: FilledRequest) -> Page:
        url = self._settings.paging.url_of(place, request.url, request.params)
        answer = self._asked(url, request.headers)
        if answer.status == _REFUSED_STATUS and self._sign_in.renew():
            answer = self._asked(url, request.headers)
        check_status(answer)
        data = json_of(answer)
        records = [] if answer.body == b"" else records_in(data, self._settings.records_path)
        if len(records) > MAX_SEEN:
            raise SourceAnswerError(
                f"A page has {len(records):,} records; {MAX_SEEN:,} are read at once.",
                reason="too_large",
                fix="Ask for fewer records a page.",
            )
        return Page(url, answer.headers, data, records)

    def _asked(self, url: str, headers: Mapping[str, str]) -> Answer:
        signed = {"Accept": "application/json", **headers, **self._sign_in.headers(self._client)}
        return self._client.request(
            "GET",
            url,
            headers=signed,
            timeout=self._settings.timeout_s,
            max_answer_bytes=self._settings.page_bytes,
        )

    def _take(self, page: Page, sweep: _Sweep, found: Found) -> None:
        alike: Counter[str] = Counter()
        latest = self._clock.now() + AHEAD_S
        for data in page.records:
            at, name, problem = self._judged(data, sweep, alike)
            if self._is_timed and at > latest:
                continue
            if not sweep.window.is_new(at, digest_of(str(at), name)):
                continue
            if problem:
                found.add(Refused(name, problem[0], problem[1], _shown(data)))
            else:
                found.add(record_or_refused(found.next_number, name, data))

    @property
    def _is_timed(self) -> bool:
        return bool(self._settings.cursor_field) and self._settings.cursor_type == "timestamp"

    def _judged(
        self, data: Any, sweep: _Sweep, alike: Counter[str]
    ) -> tuple[int, str, tuple[str, str] | None]:
        """A record's place in the window, its id, and what is wrong with it and where."""
        newest = sweep.window.newest or 0
        if type(data) is not dict:
            return newest, _content_id(data, alike), ("", "A record is a JSON object.")
        own_id = self._id_of(data) if self._settings.id_field else None
        has_id = type(own_id) in (str, int) and own_id != ""
        name = str(own_id) if has_id else _content_id(data, alike)
        if self._settings.id_field and not has_id:
            return newest, name, (self._settings.id_field, "The record's id is missing.")
        at = self._place_of(data, sweep)
        if at is None:
            wanted = "a whole number" if self._settings.cursor_type == "integer" else "a time"
            return newest, name, (self._settings.cursor_field, f"The field is not {wanted}.")
        return at, name, None

    def _place_of(self, data: dict[str, Any], sweep: _Sweep) -> int | None:
        """The record's place by its cursor field; without one, by the page that it is on."""
        if not self._settings.cursor_field:
            return sweep.page_number
        value = self._cursor_of(data)
        if self._settings.cursor_type == "integer":
            return value if type(value) is int else None
        moment = epoch_seconds(value)
        return None if moment is None else floor(moment)


def _content_id(data: Any, alike: Counter[str]) -> str:
    """An id for what has none of its own: its content, and which of equal ones on the page."""
    digest = digest_of(orjson.dumps(data, option=orjson.OPT_SORT_KEYS)).hex()
    alike[digest] += 1
    return digest if alike[digest] == 1 else f"{digest}-{alike[digest]}"


def _shown(data: Any) -> bytes:
    return orjson.dumps(data)[:SHOWN_BYTES]
