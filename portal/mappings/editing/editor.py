"""The editor as a page shows it: the form, a note beside each entry, and the live preview."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Any

from django.forms import BoundField

from portal.mappings import gateways
from portal.mappings.domain import DataType, MappingsError
from portal.mappings.editing.advice import advice_on
from portal.mappings.editing.entries import (
    REQUIRED,
    Draft,
    FormData,
    row_count,
    values_of,
)
from portal.mappings.editing.form import LABELS, MappingForm
from portal.mappings.editing.from_form import document_of
from portal.mappings.editing.previews import Preview, preview_for
from portal.mappings.editing.subject import Subject

_VALUE_ENTRY = re.compile(r"_(?:from|text|default)\Z")
_ROW_ENTRY = re.compile(r"\A((?:tags|filter)-\d+)-|\A(measures-\d+)-(?:type|interval|unit)\Z")


@dataclass(slots=True)
class Note:
    """What stands beside an entry: the sample's value, what is wrong, what is worth a look."""

    base: str
    sample: str = ""
    errors: list[str] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class ValueBox:
    """A value's three entries with their note."""

    label: str
    source: BoundField
    text: BoundField
    default: BoundField
    note: Note
    optional: bool = False


@dataclass(frozen=True, slots=True)
class MeasureRow:
    index: int
    name: ValueBox
    value: ValueBox
    type: BoundField
    interval: BoundField
    unit: BoundField
    note: Note


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
        self._raw = raw
        self.draft = document_of(
            raw, data_type=subject.data_type, types=subject.types, source=subject.prefix
        )
        problems = self._problems()
        self.form = MappingForm(raw, subject, problems=problems if insist else None)
        self.preview: Preview | None = None
        self.notes: dict[str, Note] = {}
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
    def singles(self) -> list[ValueBox]:
        """The values that a document has once."""
        required = REQUIRED[self.subject.data_type]
        return [
            self._box(name, LABELS[name], optional=name not in required)
            for name in values_of(self.subject.data_type)
        ]

    @property
    def measures(self) -> list[MeasureRow]:
        return [self._measure(index) for index in range(row_count(self._raw, "measures"))]

    @property
    def tags(self) -> list[TagRow]:
        rows = [(index, f"tags-{index}") for index in range(row_count(self._raw, "tags"))]
        return [
            TagRow(
                index, self.form[f"{base}-key"], self._box(f"{base}-value", ""), self._note(base)
            )
            for index, base in rows
        ]

    @property
    def filters(self) -> list[FilterRow]:
        rows = [(index, f"filter-{index}") for index in range(row_count(self._raw, "filter"))]
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

    @property
    def is_metrics(self) -> bool:
        return self.subject.data_type == DataType.METRICS

    @property
    def attributes_note(self) -> Note:
        return self._note("attributes")

    def all_notes(self) -> list[Note]:
        """Every note of the page, empty ones too, for a refresh."""
        rows = [
            f"{group}-{index}"
            for group in ("measures", "tags", "filter")
            for index in range(row_count(self._raw, group))
        ]
        measures = [row for row in rows if row.startswith("measures-")]
        values = [f"{row}-{part}" for row in measures for part in ("name", "value")]
        bases = [*values_of(self.subject.data_type), *rows, *values]
        if not self.is_metrics:
            bases.append("attributes")
        return [self._note(base) for base in bases]

    def _measure(self, index: int) -> MeasureRow:
        base = f"measures-{index}"
        return MeasureRow(
            index,
            name=self._box(f"{base}-name", "Name"),
            value=self._box(f"{base}-value", "Value"),
            type=self.form[f"{base}-type"],
            interval=self.form[f"{base}-interval"],
            unit=self.form[f"{base}-unit"],
            note=self._note(base),
        )

    def _box(self, base: str, label: str, *, optional: bool = False) -> ValueBox:
        return ValueBox(
            label,
            self.form[f"{base}_from"],
            self.form[f"{base}_text"],
            self.form[f"{base}_default"],
            self._note(note_of(f"{base}_from")),
            optional,
        )

    def _problems(self) -> list[tuple[str, str]]:
        """What is wrong, as (entry, message): with the form's entries, then with the document.

        A part that cannot be read from the form is judged by the form alone.
        """
        problems = [(problem.name, problem.message) for problem in self.draft.problems]
        told = {note_of(entry) for entry, _message in problems}
        for path, message in gateways.problems_of(self.draft.document, self.subject.fields):
            entry = self.draft.place_of(path)
            if note_of(entry) not in told:
                problems.append((entry, message))
        return problems

    def _finished(self, problems: list[tuple[str, str]]) -> list[tuple[str, str]]:
        unfinished = {problem.name for problem in self.draft.problems if problem.incomplete}
        return [(entry, message) for entry, message in problems if entry not in unfinished]

    def _note_samples(self) -> None:
        for value, place in _values_in(self.draft):
            if not place.endswith("_from"):  # the choice of a field shows its sample itself
                self._note(note_of(place)).sample = self.subject.result_of(value)

    def _note_advice(self) -> None:
        advice = advice_on(
            self.draft.document, fields=self.subject.fields, prefix=self.subject.prefix
        )
        for path, message in advice:
            self._note(note_of(self.draft.place_of(path))).warnings.append(message)

    def _note(self, base: str) -> Note:
        return self.notes.setdefault(base, Note(base))


def note_of(entry: str) -> str:
    """The note that an entry's errors belong to: a row's, a value's, or the entry's own."""
    row = _ROW_ENTRY.match(entry)
    if row:
        return row[1] or row[2]
    return "attributes" if entry == "attributes_fields" else _VALUE_ENTRY.sub("", entry)


def _values_in(draft: Draft) -> list[tuple[dict[str, Any], str]]:
    """The draft's values with the entries they stand in."""
    document = draft.document
    values = {name: document.get(name) for name in LABELS}
    for index, measure in enumerate(document.get("measures", [])):
        values[f"measures[{index}].name"] = measure["name"]
        values[f"measures[{index}].value"] = measure["value"]
    for index, tag in enumerate(document["tags"]):
        values[f"tags[{index}].value"] = tag["value"]
    return [(value, draft.place_of(path)) for path, value in values.items() if value]
