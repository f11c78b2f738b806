"""Remembers what records with equal values share, such as the encoded name and tags of a series.

A pure speed-up: the answer is always the one that building anew would give.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from operator import itemgetter
from typing import TypeVar

from integrations.core.fields import field_getter
from integrations.core.records import JsonObject

T = TypeVar("T")

MAX_ENTRIES = 8_192
MAX_KEY_CHARACTERS = 1_000
# Together they bound one mapping's memory to some 16 MB even when every record is new.

_KEY_TYPES = frozenset({str, type(None)})
# Numbers stay out: 1, 1.0 and true are equal as keys and differ as text.


def remembered(
    build: Callable[[JsonObject], T], *, fields: Sequence[str]
) -> Callable[[JsonObject], T]:
    """Wrap ``build``, which must depend on nothing but the named fields of the data."""
    if not fields:
        return build
    names = tuple(dict.fromkeys(fields))
    key_of, whole_key_of = _key_function(names), _whole_key_function(names)
    known: dict[tuple[object, ...], T] = {}

    def lookup(data: JsonObject) -> T:
        try:
            return known[key_of(data)]
        except (KeyError, TypeError):  # not known yet; a field is missing; a list as key
            return lookup_whole(data)

    def lookup_whole(data: JsonObject) -> T:
        key = whole_key_of(data)
        try:
            return known[key]
        except (KeyError, TypeError):
            return learn(data, key)

    def learn(data: JsonObject, key: tuple[object, ...]) -> T:
        built = build(data)
        if _fits(key):
            _keep(known, key, built)
        return built

    return lookup


def _keep(known: dict[tuple[object, ...], T], key: tuple[object, ...], built: T) -> None:
    if len(known) >= MAX_ENTRIES:
        known.clear()
    known[key] = built


def _fits(key: tuple[object, ...]) -> bool:
    if not _KEY_TYPES.issuperset(map(type, key)):
        return False
    return sum(len(part) for part in key if isinstance(part, str)) <= MAX_KEY_CHARACTERS


def _key_function(fields: tuple[str, ...]) -> Callable[[JsonObject], tuple[object, ...]]:
    if len(fields) > 1 and not any("." in field for field in fields):
        return itemgetter(*fields)  # raises KeyError for a missing field
    return _whole_key_function(fields)


def _whole_key_function(fields: tuple[str, ...]) -> Callable[[JsonObject], tuple[object, ...]]:
    """A key for records that lack fields, too: null and missing are both None, as in values."""
    getters = [field_getter(field) for field in fields]
    if len(getters) == 1:
        get = getters[0]
        return lambda data: (get(data),)
    return lambda data: tuple([get(data) for get in getters])
