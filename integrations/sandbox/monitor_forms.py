"""The bodies of monitor calls as types, and what a monitor's query has to look like.

https://docs.datadoghq.com/api/latest/monitors/#create-a-monitor
"""

from __future__ import annotations

import re
from typing import Annotated, Any, Literal

from msgspec import UNSET, Meta, Struct, UnsetType

from integrations.sandbox.answers import RefusedError, refuse
from integrations.sandbox.encoding import BAD_REQUEST

MonitorType = Literal[
    "composite",
    "event alert",
    "log alert",
    "metric alert",
    "process alert",
    "query alert",
    "rum alert",
    "service check",
    "synthetics alert",
    "trace-analytics alert",
    "slo alert",
    "event-v2 alert",
    "audit alert",
    "ci-pipelines alert",
    "ci-tests alert",
    "error-tracking alert",
    "database-monitoring alert",
    "network-performance alert",
    "cost alert",
    "data-quality alert",
    "network-path alert",
    "data-jobs alert",
    "llm-observability alert",
]
# These end without a comparison.
_UNCOMPARED = ("composite", "service check", "synthetics alert")
_COMPARISON = re.compile(r"(?:>=|<=|>|<|==|!=)\s*(?P<threshold>-?[0-9.]+(?:[eE][+-]?[0-9]+)?)\s*\Z")
_GROUPED = re.compile(r"\bby\s*\{|\.by\(")

Priority = Annotated[int, Meta(ge=1, le=5)]
Options = dict[str, Any]


class MonitorForm(Struct):
    type: MonitorType
    query: Annotated[str, Meta(min_length=1)]
    name: str | UnsetType = UNSET
    message: str = ""
    tags: list[str] = []
    priority: Priority | None = None
    options: Options = {}
    restricted_roles: list[str] | None = None


class MonitorChange(Struct):
    """Only what is named changes."""

    type: MonitorType | UnsetType = UNSET
    query: Annotated[str, Meta(min_length=1)] | UnsetType = UNSET
    name: str | UnsetType = UNSET
    message: str | UnsetType = UNSET
    tags: list[str] | UnsetType = UNSET
    priority: Priority | UnsetType | None = UNSET
    options: Options | UnsetType = UNSET
    restricted_roles: list[str] | UnsetType | None = UNSET


def _invalid(name: str, reason: str) -> RefusedError:
    """The words are recorded."""
    return refuse(BAD_REQUEST, f"The value provided for parameter '{name}' is invalid: {reason}")


def check_query(kind: str, query: str, options: Options) -> None:
    """A comparison at the end, with the number that is also the critical threshold."""
    if kind in _UNCOMPARED:
        return
    match = _COMPARISON.search(query)
    if match is None:
        raise _invalid("query", "invalid operator specified: ")
    try:
        compared = float(match["threshold"])
    except ValueError as error:
        raise _invalid("query", "invalid threshold specified") from error
    critical = _critical(options)
    if critical is not None and critical != compared:
        reason = f"Alert threshold ({critical}) does not match that used in the query ({compared})."
        raise _invalid("query", reason)


def _critical(options: Options) -> float | None:
    thresholds = options.get("thresholds")
    if not isinstance(thresholds, dict | None):
        raise _invalid("options", "thresholds must be an object")
    critical = (thresholds or {}).get("critical")
    if critical is None:
        return None
    if isinstance(critical, bool) or not isinstance(critical, int | float):
        raise _invalid("options", "a threshold must be a number")
    return float(critical)


def is_grouped(query: str) -> bool:
    """Whether it alerts for each group on its own."""
    return bool(_GROUPED.search(query))
