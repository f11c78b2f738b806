"""The editor as a page shows it: the form, a note beside each entry, and the live preview."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.forms import BoundField

from portal.mappings import gateways
from portal.mappings.domain import MappingsError
from portal.mappings.editing.advice import advice_on
from portal.mappings.editing.entries import FormData, note_of, row_count
from portal.mappings.editing.form import MappingForm
from portal.mappings.editing.from_form import document_of
from portal.mappings.editing.layouts import LAYOUTS, TAGS
from portal.mappings.editing.parts import Layout, ValuePart
from portal.mappings.editing.pieces import (
    AttributesBox,
    Note,
    PieceMaker,
    RowsBox,
    SectionBox,
    ValueBox,
)
from portal.mappings.editing.previews import Preview, preview_for
from portal.mappings.editing.subject import Subject

_TAG_VALUE = next(part for part in TAGS.parts if isinstance(part, ValuePart))


@dataclass(frozen=True, slots=True)
class TagRow:
    index: int
    key: BoundField
    value: ValueBox
    note: Note


@dataclass(frozen=True, slots=True)
class FilterRow:
    index: int
    field: BoundField
    operator: BoundField
    value: BoundField
    note: Note


class Editor:
    """Judges form data and offers it to the template piece by piece.

    With ``insist`` what is not filled in yet counts as wrong and the form shows its errors;
    without, somebody is still typing.
    """

    def __init__(self, subject: Subject, raw: FormData, *, insist: bool) -> None:
        self.subject = subject
        self.layout: Layout = LAYOUTS[subject.data_type]
        self._raw = raw
        self.draft = document_of(
            raw, data_type=subject.data_type, types=subject.types, source=subject.prefix
        )
        problems = self._problems()
        self.form = MappingForm(raw, subject, problems=problems if insist else None)
        self.preview: Preview | None = None
        self.notes: dict[str, Note] = {}
        self._pieces = PieceMaker(self.form, self._note, self._row_count)
        self._note_samples()
        for entry, message in problems if insist else self._finished(problems):
            self._note(note_of(entry)).errors.append(message)
        if not problems:
            self.preview = preview_for(self.draft.document, subject)
            self._note_advice()

    @property
    def is_valid(self) -> bool:
        """Whether the form can be saved; only of use after insisting."""
        return self.form.is_valid()

    def refuse(self, error: MappingsError) -> None:
        """Show what the service had against saving."""
        for path, message in error.problems:
            self.form.refuse("name" if path == "name" else self.draft.place_of(path), message)
        if not error.problems:
            self.form.refuse("", str(error))

    @property
    def measures(self) -> RowsBox | None:
        return self._pieces.rows(self.layout.measures) if self.layout.measures else None

    @property
    def sections(self) -> list[SectionBox]:
        return self._pieces.sections(self.layout.sections)

    @property
    def attributes(self) -> AttributesBox | None:
        part = self.layout.attributes
        return self._pieces.attributes(part) if part else None

    @property
    def tags(self) -> list[TagRow]:
        rows = [(index, f"tags-{index}") for index in range(self._row_count("tags"))]
        return [
            TagRow(
                index,
                self.form[f"{base}-key"],
                self._pieces.value(_TAG_VALUE, f"{base}-"),
                self._note(base),
            )
            for index, base in rows
        ]

    @property
    def filters(self) -> list[FilterRow]:
        rows = [(index, f"filter-{index}") for index in range(self._row_count("filter"))]
        return [
            FilterRow(
                index,
                self.form[f"{base}-field"],
                self.form[f"{base}-is"],
                self.form[f"{base}-value"],
                self._note(base),
            )
            for index, base in rows
        ]

    def all_notes(self) -> list[Note]:
        """Every note of the page, empty ones too, for a refresh."""
        entries = [entry for entry in self.form.fields if not entry.endswith("-rows")]
        bases = dict.fromkeys(note_of(entry) for entry in entries)
        return [self._note(base) for base in bases if base not in ("name", "revision")]

    def _row_count(self, group: str) -> int:
        return row_count(self._raw, group)

    def _problems(self) -> list[tuple[str, str]]:
        """What is wrong, as (entry, message): with the form's entries, then with the document.

        A part that cannot be read from the form is judged by the form alone, and so is the
        document as a whole.
        """
        problems = [(problem.name, problem.message) for problem in self.draft.problems]
        told = {note_of(entry) for entry, _message in problems}
        for path, message in gateways.problems_of(self.draft.document, self.subject.fields):
            entry = self.draft.place_of(path)
            if note_of(entry) not in told and (entry or not told):
                problems.append((entry, message))
        return problems

    def _finished(self, problems: list[tuple[str, str]]) -> list[tuple[str, str]]:
        unfinished = {problem.name for problem in self.draft.problems if problem.incomplete}
        return [(entry, message) for entry, message in problems if entry not in unfinished]

    def _note_samples(self) -> None:
        for path, value in _values_in(self.draft.document):
            place = self.draft.place_of(path)
            if not place.endswith("_from"):  # the choice of a field shows its sample itself
                self._note(note_of(place)).sample = self.subject.result_of(value)

    def _note_advice(self) -> None:
        subject = self.subject
        advice = advice_on(
            self.draft.document,
            fields=subject.fields,
            prefix=subject.prefix,
            has_otlp=gateways.has_otlp(subject.connection.site),
        )
        for path, message in advice:
            self._note(note_of(self.draft.place_of(path))).warnings.append(message)

    def _note(self, base: str) -> Note:
        return self.notes.setdefault(base, Note(base))


def _values_in(part: Any, path: str = "") -> Iterator[tuple[str, dict[str, Any]]]:
    """The document's values with their paths; a filter's conditions are none."""
    if isinstance(part, list):
        for index, inner in enumerate(part):
            yield from _values_in(inner, f"{path}[{index}]")
    elif isinstance(part, dict) and not path.startswith("filter["):
        if not part.keys().isdisjoint(("field", "template", "constant")) and path != "marker":
            yield path, part
            return
        for name, inner in part.items():
            yield from _values_in(inner, f"{path}.{name}" if path else name)
