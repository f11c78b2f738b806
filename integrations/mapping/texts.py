"""Texts within Datadog's lengths. Prose is cut, since an event is worth more than its last lines
and a preview shows the cut; what tells records apart is never cut, it rejects the record."""

from __future__ import annotations

from integrations.core.records import JsonObject
from integrations.mapping.parts import Value
from integrations.mapping.rejected import RecordRejectedError
from integrations.mapping.values import TextOf, compile_text, place_of


def cut(text: str, limit: int) -> str:
    """At most ``limit`` characters; an ellipsis shows that there was more."""
    return text if len(text) <= limit else f"{text[: limit - 1]}…"


def compile_prose(value: Value, *, limit: int | None = None) -> TextOf:
    """Text that must not be empty, cut at ``limit``."""
    text_of, place = compile_text(value), place_of(value)

    def prose(data: JsonObject) -> str:
        text = text_of(data)
        if not text.strip():
            raise RecordRejectedError("missing_field", f'"{place}" is empty.', field=place)
        return text if limit is None else cut(text, limit)

    return prose


def compile_key(value: Value, *, limit: int, name: str) -> TextOf:
    """Text that tells records apart: longer than ``limit`` rejects the record."""
    text_of, place = compile_text(value), place_of(value)

    def key(data: JsonObject) -> str:
        text = text_of(data)
        if len(text) > limit:
            raise RecordRejectedError(
                "text_too_long",
                f"The {name} has {len(text):,} characters; Datadog takes {limit:,}.",
                field=place,
            )
        return text

    return key


def compile_cut(value: Value, *, limit: int) -> TextOf:
    """Text cut at ``limit`` that may be empty."""
    text_of = compile_text(value)
    return lambda data: cut(text_of(data), limit)
