"""What documents of several targets have in common, compiled: tags and the record's time."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from msgspec import UnsetType

from integrations.core.records import Item, JsonObject, Record
from integrations.mapping.ages import TimeWindow
from integrations.mapping.heads import remembered
from integrations.mapping.names import tag
from integrations.mapping.parts import Tag, Value
from integrations.mapping.values import TextOf, compile_text, compile_time, fields_of, place_of

ItemOf = Callable[[Record, TimeWindow], Item]
MomentOf = Callable[[JsonObject, TimeWindow], float | None]
TagsOf = Callable[[JsonObject], list[str]]


def compile_tags(tags: Sequence[Tag]) -> TagsOf:
    """A function that gives ``key:value`` texts; treat the list as frozen, it is remembered."""
    texts: list[tuple[str, TextOf]] = [(entry.key, compile_text(entry.value)) for entry in tags]

    def listed(data: JsonObject) -> list[str]:
        return [tag(key, text_of(data)) for key, text_of in texts]

    return remembered(listed, fields=[path for entry in tags for path in fields_of(entry.value)])


def compile_moment(timestamp: Value | UnsetType) -> MomentOf:
    """A function that gives epoch seconds inside the window, or None where no time is mapped."""
    if isinstance(timestamp, UnsetType):
        return lambda data, window: None
    time_of, place = compile_time(timestamp), place_of(timestamp)

    def moment(data: JsonObject, window: TimeWindow) -> float:
        found = time_of(data)
        if not window.oldest <= found <= window.newest:
            raise window.rejection(found, field=place)
        return found

    return moment
