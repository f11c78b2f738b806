"""Searching monitors: words over the name, and ``status:``, ``type:``, ``tag:``, ``id:``.

https://docs.datadoghq.com/monitors/manage/search/ . No brackets, no OR, no wildcards.
"""

from __future__ import annotations

import shlex
from collections import Counter
from collections.abc import Callable
from math import ceil

from aiohttp import web

from integrations.sandbox.answers import json_answer, refuse
from integrations.sandbox.encoding import BAD_REQUEST
from integrations.sandbox.gate import open_resource
from integrations.sandbox.limits import MONITOR_SEARCH_PER_PAGE
from integrations.sandbox.monitors import LIST_BUCKET, READ, monitors_of
from integrations.sandbox.paging import number
from integrations.sandbox.shelves import Document
from integrations.sandbox.world import Call

_STATUSES = ("alert", "warn", "no data", "ok", "ignored", "skipped", "unknown")
_SHOWN = ("id", "name", "org_id", "query", "tags", "type", "creator")


def search(call: Call) -> web.Response:
    access = open_resource(call, scope=READ, bucket=LIST_BUCKET)
    tests = [_test(term) for term in _terms(call.query("query"))]
    monitors = monitors_of(call, access)
    found = [monitor for monitor in monitors if all(test(monitor) for test in tests)]
    page = number(call, "page", default=0)
    size = number(call, "per_page", default=MONITOR_SEARCH_PER_PAGE, low=1)
    metadata = {
        "page": page,
        "per_page": size,
        "page_count": ceil(len(found) / size),
        "total_count": len(found),
    }
    shown = [_result(monitor) for monitor in found[page * size : (page + 1) * size]]
    answer = {"monitors": shown, "metadata": metadata, "counts": _counts(found)}
    return json_answer(answer, headers=access.headers)


def _terms(query: str) -> list[str]:
    try:
        return shlex.split(query.lower())
    except ValueError as error:
        raise refuse(BAD_REQUEST, "Query parsing error: unclosed quotation") from error


def _status(monitor: Document) -> str:
    return str(monitor.get("overall_state", "No Data")).lower()


def _test(term: str) -> Callable[[Document], bool]:
    key, colon, value = term.partition(":")
    if key == "status" and value not in _STATUSES:
        # The words are recorded.
        raise refuse(BAD_REQUEST, f"Query parsing error: '{value}' is not a valid monitor status")
    tests: dict[str, Callable[[Document], bool]] = {
        "status": lambda monitor: _status(monitor) == value,
        "type": lambda monitor: str(monitor.get("type", "")).startswith(value),
        "tag": lambda monitor: value in [str(tag).lower() for tag in monitor.get("tags") or ()],
        "id": lambda monitor: str(monitor["id"]) == value,
    }
    return tests.get(key, _named(term)) if colon else _named(term)


def _named(term: str) -> Callable[[Document], bool]:
    return lambda monitor: term in str(monitor.get("name", "")).lower()


def _result(monitor: Document) -> Document:
    return {
        **{name: monitor[name] for name in _SHOWN if name in monitor},
        "status": monitor.get("overall_state", "No Data"),
        "last_triggered_ts": None,
        "classification": "metric",
        "metrics": [],
        "notifications": [],
        "scopes": [],
        "quality_issues": [],
    }


def _counts(found: list[Document]) -> dict[str, list[Document]]:
    values = {
        "status": [monitor.get("overall_state", "No Data") for monitor in found],
        "type": [monitor.get("type") for monitor in found],
        "tag": [tag for monitor in found for tag in monitor.get("tags") or ()],
        "muted": [False for _ in found],
    }
    return {
        name: [{"name": value, "count": count} for value, count in Counter(of).items()]
        for name, of in values.items()
    }
