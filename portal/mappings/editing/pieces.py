"""What the editor's page shows of each part of a form: bound fields with their notes.

Each kind of piece has its template; a template gets one as ``piece``.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from itertools import groupby
from typing import ClassVar

from django.forms import BoundField, Form

from portal.mappings.editing.entries import map_entry, note_of
from portal.mappings.editing.parts import (
    AttributesPart,
    ChoicePart,
    Part,
    PickPart,
    RowsPart,
    Section,
    SwitchPart,
    TextPart,
    ValuePart,
)


@dataclass(slots=True)
class Note:
    """What stands beside an entry: the sample's value, what is wrong, what is worth a look."""

    base: str
    sample: str = ""
    errors: list[str] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)


NoteOf = Callable[[str], Note]


@dataclass(frozen=True, slots=True)
class ValueBox:
    """A value's three entries."""

    template: ClassVar[str] = "mappings/_value.html"
    label: str
    source: BoundField
    text: BoundField
    default: BoundField | None
    note: Note
    optional: bool = False


@dataclass(frozen=True, slots=True)
class ChoiceBox:
    """A value's entries and those of its map."""

    template: ClassVar[str] = "mappings/_choice.html"
    value: ValueBox
    words: list[BoundField]
    other: BoundField


@dataclass(frozen=True, slots=True)
class PlainBox:
    """One entry by itself."""

    template: ClassVar[str] = "mappings/_plain.html"
    field: BoundField
    note: Note | None
    """None in a row, which has one for all its small entries."""
    optional: bool = False


@dataclass(frozen=True, slots=True)
class SideBySide:
    """Entries of a row that need little room; their errors are the row's."""

    template: ClassVar[str] = "mappings/_side_by_side.html"
    boxes: list[PlainBox]


@dataclass(frozen=True, slots=True)
class Row:
    """One row of a list."""

    index: int
    pieces: list[Piece]
    note: Note


@dataclass(frozen=True, slots=True)
class RowsBox:
    """A list with its rows."""

    template: ClassVar[str] = "mappings/_rows.html"
    part: RowsPart
    rows: list[Row]


@dataclass(frozen=True, slots=True)
class AttributesBox:
    """Which fields go along."""

    template: ClassVar[str] = "mappings/_attributes.html"
    field: BoundField
    chosen: BoundField
    note: Note


@dataclass(frozen=True, slots=True)
class SwitchBox:
    """A question, and what belongs to each answer."""

    template: ClassVar[str] = "mappings/_switch.html"
    field: BoundField
    branches: list[tuple[str, list[Piece]]]
    note: Note


Piece = ValueBox | ChoiceBox | PlainBox | SideBySide | RowsBox | AttributesBox | SwitchBox


@dataclass(frozen=True, slots=True)
class SectionBox:
    """A card of the page."""

    id: str
    section: Section
    pieces: list[Piece]


class PieceMaker:
    """Makes pieces out of a form and the notes beside its entries."""

    def __init__(self, form: Form, note: NoteOf, rows: Callable[[str], int]) -> None:
        self._form = form
        self._note = note
        self._rows = rows

    def sections(self, sections: Iterable[Section]) -> list[SectionBox]:
        return [
            SectionBox(f"section-{number}", section, self.pieces(section.parts))
            for number, section in enumerate(sections, start=1)
        ]

    def pieces(self, parts: Iterable[Part], *, row: str = "") -> list[Piece]:
        return [self._piece(part, row) for part in parts]

    def rows(self, part: RowsPart) -> RowsBox:
        bases = [(index, f"{part.group}-{index}") for index in range(self._rows(part.group))]
        return RowsBox(
            part,
            [
                Row(
                    index, list(_grouped(self.pieces(part.parts, row=f"{base}-"))), self._note(base)
                )
                for index, base in bases
            ],
        )

    def attributes(self, part: AttributesPart) -> AttributesBox:
        form = self._form
        return AttributesBox(
            form["attributes"], form["attributes_fields"], self._note("attributes")
        )

    def value(self, part: ValuePart, row: str = "") -> ValueBox:
        base, form = row + part.base, self._form
        return ValueBox(
            part.label,
            form[f"{base}_from"],
            form[f"{base}_text"],
            form[f"{base}_default"],
            self._note(note_of(f"{base}_from")),
            not part.required,
        )

    def _piece(self, part: Part, row: str) -> Piece:
        match part:
            case ValuePart():
                return self.value(part, row)
            case ChoicePart():
                return self._choice(part)
            case PickPart() | TextPart():
                entry = row + part.base
                optional = isinstance(part, TextPart) and not part.ask
                note = None if row else self._note(note_of(entry))
                return PlainBox(self._form[entry], note, optional)
            case RowsPart():
                return self.rows(part)
            case AttributesPart():
                return self.attributes(part)
            case SwitchPart():
                return self._switch(part)

    def _choice(self, part: ChoicePart) -> ChoiceBox:
        base, form = part.base, self._form
        note = self._note(note_of(f"{base}_from"))
        value = ValueBox(
            part.label, form[f"{base}_from"], form[f"{base}_text"], None, note, not part.required
        )
        lead = map_entry(base, "")
        words = [form[name] for name in form.fields if name.startswith(lead)]
        return ChoiceBox(value, words, form[f"{base}_other"])

    def _switch(self, part: SwitchPart) -> SwitchBox:
        branches = [(branch.value, self.pieces(branch.parts)) for branch in part.branches]
        return SwitchBox(self._form[part.entry], branches, self._note(part.entry))


def _grouped(pieces: list[Piece]) -> Iterator[Piece]:
    """Neighbouring small entries side by side."""
    for plain, group in groupby(pieces, key=lambda piece: isinstance(piece, PlainBox)):
        found = list(group)
        if plain and len(found) > 1:
            yield SideBySide([piece for piece in found if isinstance(piece, PlainBox)])
        else:
            yield from found
