"""Compiles choices: a record's value put into one of the words that Datadog takes."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from msgspec import UNSET, UnsetType

from integrations.core.records import JsonObject
from integrations.mapping.parts import Choice, Scalar, Value, matched
from integrations.mapping.rejected import RecordRejectedError
from integrations.mapping.values import (
    TextOf,
    TextOrNoneOf,
    as_text,
    compile_any,
    optional,
    place_of,
)


def compile_choice(choice: Choice, *, words: Sequence[str], name: str) -> TextOf:
    """A function that gives one of ``words``; any other value, without a default, is a reject."""
    table = {word.casefold(): word for word in words} | _table(choice.map)
    place = place_of(choice.value)

    def unknown(text: str) -> str:
        shown = text if len(text) <= 60 else f"{text[:59]}…"
        message = f'"{shown}" is no {name} that Datadog knows: {", ".join(words)}.'
        raise RecordRejectedError("bad_status", message, field=place)

    default = choice.default
    other = unknown if isinstance(default, UnsetType) else lambda text: default
    return _chosen(choice.value, table, default, other)


def compile_optional_choice(choice: Choice, *, words: Sequence[str], name: str) -> TextOrNoneOf:
    """The same for what Datadog does not require: None where the record lacks the value."""
    word_of = compile_choice(choice, words=words, name=name)
    return optional(choice.value, word_of) if choice.default is UNSET else word_of


def compile_mapped(
    value: Value, mapping: Mapping[str, list[Scalar]], default: str | UnsetType
) -> TextOf:
    """The same where any word may do: a value without an entry is its own word."""

    def itself(text: str) -> str:
        return text

    other = itself if isinstance(default, UnsetType) or not mapping else lambda text: default
    return _chosen(value, _table(mapping), default, other)


def _chosen(
    value: Value, table: Mapping[str, str], default: str | UnsetType, other: Callable[[str], str]
) -> TextOf:
    read, place = compile_any(value), place_of(value)

    def word(data: JsonObject) -> str:
        try:
            text = as_text(read(data), field=place)
        except RecordRejectedError as rejected:
            if default is UNSET or rejected.code != "missing_field":
                raise
            return str(default)
        found = table.get(matched(text))
        return other(text) if found is None else found

    return word


def _table(mapping: Mapping[str, list[Scalar]]) -> dict[str, str]:
    return {matched(value): word for word, values in mapping.items() for value in values}
