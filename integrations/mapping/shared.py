"""What documents of several targets have in common, compiled: tags and the record's time."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from msgspec import UnsetType

from integrations.core.records import Item, JsonObject, Record
from integrations.mapping.ages import TimeWindow
from integrations.mapping.heads import remembered
from integrations.mapping.names import tag
from integrations.mapping.parts import Tag, Value
from integrations.mapping.values import (
    compile_optional_time,
    compile_text,
    fields_of,
    optional,
    place_of,
)

ItemOf = Callable[[Record, TimeWindow], Item]
MomentOf = Callable[[JsonObject, TimeWindow], float | None]
TagsOf = Callable[[JsonObject], list[str]]


def compile_tags(tags: Sequence[Tag]) -> TagsOf:
    """A function that gives ``key:value`` texts; treat the list as frozen, it is remembered."""
    return remembered(
        compile_tag_list(tags), fields=[path for entry in tags for path in fields_of(entry.value)]
    )


def compile_tag_list(tags: Sequence[Tag]) -> TagsOf:
    """The same made anew each time. A tag whose value a record lacks is left out."""
    texts = [(entry.key, optional(entry.value, compile_text(entry.value))) for entry in tags]

    def listed(data: JsonObject) -> list[str]:
        return [tag(key, text) for key, text_of in texts if (text := text_of(data)) is not None]

    return listed


def compile_moment(timestamp: Value | UnsetType) -> MomentOf:
    """A function that gives epoch seconds inside the window, or None where there is no time."""
    if isinstance(timestamp, UnsetType):
        return lambda data, window: None
    time_of, place = compile_optional_time(timestamp), place_of(timestamp)

    def moment(data: JsonObject, window: TimeWindow) -> float | None:
        found = time_of(data)
        if found is not None and not window.oldest <= found <= window.newest:
            raise window.rejection(found, field=place)
        return found

    return moment
