"""Metric names and tags the way Datadog stores them (docs: custom metrics; tagging).

Normalised before sending, so that a preview shows what a customer will find.
"""

from __future__ import annotations

import re

from integrations.mapping.rejected import RecordRejectedError

MAX_NAME = 200
MAX_TAG = 200
# Both: Datadog's documentation of custom metrics and of tagging.

_NOT_IN_NAME = re.compile(r"[^A-Za-z0-9_.]")
_NOT_IN_TAG = re.compile(r"[^\w\-:./]")


def metric_name(text: str, *, field: str = "") -> str:
    """The name as Datadog stores it; a name it cannot store rejects the record."""
    name = _NOT_IN_NAME.sub("_", text)
    if not name[:1].isalpha():
        raise RecordRejectedError(
            "bad_metric_name",
            f'The metric name "{text[:60]}" does not start with a letter.',
            field=field,
        )
    if len(name) > MAX_NAME:
        raise RecordRejectedError(
            "bad_metric_name",
            f'The metric name "{text[:60]}…" has {len(name)} characters; Datadog takes {MAX_NAME}.',
            field=field,
        )
    return name


def tag(key: str, value: str) -> str:
    """``key:value`` as Datadog stores it: lower case, odd characters as _, cut, no last colon."""
    return _NOT_IN_TAG.sub("_", f"{key}:{value}".lower())[:MAX_TAG].rstrip(":")
