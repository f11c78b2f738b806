"""How Datadog rewrites metric names and tags: it normalises, it does not refuse.

https://docs.datadoghq.com/metrics/custom_metrics/#naming-custom-metrics and
https://docs.datadoghq.com/getting_started/tagging/#define-tags
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import lru_cache

from integrations.sandbox.limits import METRIC_NAME_CHARACTERS, TAG_CHARACTERS

_NOT_IN_A_NAME = re.compile(r"[^A-Za-z0-9_.]")
_BEFORE_A_LETTER = re.compile(r"\A[^A-Za-z]+")
# \w is letters of any script, digits and the underscore.
_NOT_IN_A_TAG = re.compile(r"[^\w\-:./]")
_BEFORE_A_TAG = re.compile(r"\A[\W\d_]+")
# Names and tags repeat from point to point; this many hold a busy minute of a large vendor.
_REMEMBERED = 50_000


@lru_cache(maxsize=_REMEMBERED)
def metric_name(name: str) -> str:
    """The name as Datadog keeps it; empty when nothing usable is left."""
    return _NOT_IN_A_NAME.sub("_", _BEFORE_A_LETTER.sub("", name))[:METRIC_NAME_CHARACTERS]


@lru_cache(maxsize=_REMEMBERED)
def tag(text: str) -> str:
    """The tag as Datadog keeps it; empty when nothing usable is left."""
    started = _BEFORE_A_TAG.sub("", text.strip().lower())
    return _NOT_IN_A_TAG.sub("_", started)[:TAG_CHARACTERS].rstrip(":")


def tags(texts: Iterable[str]) -> tuple[str, ...]:
    """Normalised, without repetition, in the order of arrival."""
    return tuple(dict.fromkeys(kept for text in texts if (kept := tag(text))))
