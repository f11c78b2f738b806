"""The editor's form: Django fields for its many entries.

It checks nothing by itself: ``editor`` hands it the problems to show.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django import forms

from portal.mappings.domain import MAX_NAME
from portal.mappings.editing.entries import (
    FIELD,
    WORD,
    FormData,
    map_entry,
    mapped_words,
    note_of,
    row_count,
)
from portal.mappings.editing.layouts import LAYOUTS, TAGS
from portal.mappings.editing.parts import (
    AttributesPart,
    ChoicePart,
    Kind,
    Options,
    Part,
    PickPart,
    RowPart,
    RowsPart,
    SwitchPart,
    TextPart,
    ValuePart,
)
from portal.mappings.editing.subject import Subject, shortened
from portal.mappings.editing.words import OPERATORS

MAX_TEXT = 1000
"""As long as a template of a document may be."""

OFFERED_TYPES: dict[Kind, frozenset[str]] = {
    "number": frozenset({"integer", "number"}),
    "numbers": frozenset({"integer", "number", "list"}),
    "object": frozenset({"object"}),
}
"""The types of fields that are offered for a value; for text all of them."""

TYPED_SOURCES: dict[Kind, Options] = {
    "text": (("constant", "Fixed text"), ("template", "Template"), ("path", "Field by path")),
    "number": (("constant", "Fixed number"), ("path", "Field by path")),
    "numbers": (("constant", "Fixed number"), ("path", "Field by path")),
    "object": (("path", "Field by path"),),
}
_ALL_TYPED = TYPED_SOURCES["text"]

Choices = list[Any]


class MappingForm(forms.Form):
    """The editor's entries for one subject, as many rows as the form data says.

    ``problems`` are (entry, message) pairs; given any or none (not None), the form is bound and
    valid only without them.
    """

    name = forms.CharField(max_length=MAX_NAME, label="Name of the mapping")
    revision = forms.IntegerField(required=False, widget=forms.HiddenInput)

    def __init__(
        self,
        raw: FormData,
        subject: Subject,
        *,
        problems: Iterable[tuple[str, str]] | None = None,
    ) -> None:
        bound = problems is not None
        super().__init__(raw if bound else None, initial=None if bound else raw)
        self._raw, self._subject, self._problems = raw, subject, list(problems or [])
        layout = LAYOUTS[subject.data_type]
        for part in layout.parts:
            self._add(part)
        if layout.has_tags:
            self._add(TAGS)
        self._add_filter()

    def clean(self) -> dict[str, Any]:
        for entry, message in self._problems:
            self.refuse(entry, message)
        return self.cleaned_data

    def refuse(self, entry: str, message: str) -> None:
        """Put a problem beside its entry, or at the form's top when it has none."""
        self.add_error(entry if entry in self.fields else None, message)

    def _add(self, part: Part) -> None:
        match part:
            case ValuePart() | PickPart() | TextPart():
                self._add_small(part)
            case ChoicePart():
                self._add_choice(part)
            case RowsPart():
                for index, base in enumerate(self._rows(part.group)):
                    for inner in part.parts:
                        self._add_small(inner, row=f"{base}-", title=f"{part.label} {index + 1}")
            case AttributesPart():
                self._add_attributes(part)
            case SwitchPart():
                self._add_switch(part)

    def _add_small(self, part: RowPart, *, row: str = "", title: str = "") -> None:
        """What can stand in a row, too."""
        label = title + _after(title, part.label)
        match part:
            case ValuePart():
                self._add_value(part, row + part.base, label)
            case PickPart():
                self._add_pick(row + part.base, part.label, part.options)
            case TextPart():
                self._add_text(row + part.base, label, part.label, placeholder=part.placeholder)

    def _add_switch(self, part: SwitchPart) -> None:
        self.fields[part.entry] = forms.ChoiceField(
            choices=[(branch.value, branch.label) for branch in part.branches],
            widget=forms.RadioSelect,
            label=part.label,
        )
        for branch in part.branches:
            for inner in branch.parts:
                self._add(inner)

    def _add_filter(self) -> None:
        for index, base in enumerate(self._rows("filter")):
            label = f"Condition {index + 1}"
            self._add_text(
                f"{base}-field", f"{label}: field", list="dataset-fields", placeholder="field"
            )
            self._add_select(
                f"{base}-is", f"{label}: test", list(OPERATORS.items()), required=False
            )
            self._add_text(f"{base}-value", f"{label}: value", placeholder="value")

    def _add_attributes(self, part: AttributesPart) -> None:
        names = [field.name for field in self._subject.fields]
        chosen = self._raw.get("attributes_fields") or []
        names += [name for name in chosen if name not in names]
        self.fields["attributes"] = forms.ChoiceField(
            choices=part.options, widget=forms.RadioSelect, label="Fields sent along"
        )
        self.fields["attributes_fields"] = forms.MultipleChoiceField(
            choices=[(name, name) for name in names],
            required=False,
            widget=forms.CheckboxSelectMultiple,
            label="Chosen fields",
        )

    def _rows(self, group: str) -> list[str]:
        self.fields[f"{group}-rows"] = forms.CharField(required=False, widget=forms.HiddenInput)
        return [f"{group}-{index}" for index in range(row_count(self._raw, group))]

    def _add_value(self, part: ValuePart, base: str, label: str) -> None:
        sources = self._sources(f"{base}_from", part.kind)
        nothing = "Choose …" if part.required else part.empty
        self._add_select(f"{base}_from", label, [("", nothing), *sources], required=False)
        self._add_text(f"{base}_text", f"{label}, as text")
        self._add_text(f"{base}_default", f"{label}, else", placeholder=part.when_lacking)

    def _add_choice(self, part: ChoicePart) -> None:
        base, label, words = part.base, part.label, dict(part.words)
        fields, (title, typed) = self._sources(f"{base}_from", "text")
        always = [(WORD + word, f"Always: {words[word]}") for word in words]
        typed = [entry for entry in typed if entry[0] != "constant"] + self._odd_constant(base)
        self._add_select(
            f"{base}_from",
            label,
            [
                ("", "Choose …" if part.required else "Nothing"),
                fields,
                ("Whatever the record", always),
                (title, typed),
            ],
            required=False,
        )
        self._add_text(f"{base}_text", f"{label}, as text")
        for word in dict.fromkeys([*words, *mapped_words(self._raw, base)]):
            shown = words.get(word, word)
            self._add_text(map_entry(base, word), f"{label}: values that mean {shown}", shown)
        other = self._raw.get(f"{base}_other", "")
        rest = [(other, other)] if other and other not in words else []
        self._add_select(
            f"{base}_other",
            f"{label}: any other value, or none",
            [("", part.unmatched), *part.words, *rest],
            required=False,
            shown="Any other",
        )

    def _odd_constant(self, base: str) -> Choices:
        """A fixed text that is none of the words, in a mapping that was made in another way."""
        return [("constant", "Fixed text")] if self._raw.get(f"{base}_from") == "constant" else []

    def _add_pick(self, name: str, label: str, options: Options) -> None:
        picked = self._raw.get(name, "")
        rest = [(picked, picked)] if picked and picked not in dict(options) else []
        self.fields[name] = forms.ChoiceField(
            choices=[*options, *rest], label=label, widget=forms.Select(attrs=_described(name))
        )

    def _add_select(
        self, name: str, label: str, choices: Choices, *, required: bool, shown: str = ""
    ) -> None:
        self.fields[name] = forms.ChoiceField(
            choices=choices,
            required=required,
            label=shown or label,
            widget=forms.Select(attrs={**_described(name), "aria-label": label}),
        )

    def _add_text(self, name: str, label: str, shown: str = "", /, **attrs: str) -> None:
        given = {key: text for key, text in attrs.items() if text}
        plain = {"autocomplete": "off", "spellcheck": "false", "aria-label": label}
        self.fields[name] = forms.CharField(
            required=False,
            max_length=MAX_TEXT,
            strip=False,
            label=shown or label,
            widget=forms.TextInput(attrs={**plain, **_described(name), **given}),
        )

    def _sources(self, entry: str, kind: Kind) -> Choices:
        return source_choices(self._subject, self._raw.get(entry, ""), kind=kind)


def _described(entry: str) -> dict[str, str]:
    return {"aria-describedby": f"note-{note_of(entry)}"}


def _after(title: str, label: str) -> str:
    """A label behind its row's title, so that each of many rows has labels of its own."""
    return f": {label[:1].lower()}{label[1:]}" if title else label


def source_choices(subject: Subject, current: str, *, kind: Kind) -> Choices:
    """Where a value can come from: the dataset's fields with a sample each, or what is typed in."""
    types = OFFERED_TYPES.get(kind)
    fields = [
        (f"{FIELD}{field.name}", _with_sample(field.name, subject.sample_of(field.name)))
        for field in subject.fields
        if types is None or field.type in types or f"{FIELD}{field.name}" == current
    ]
    if current.startswith(FIELD) and current not in dict(fields):
        fields.append((current, f"{current.removeprefix(FIELD)} (not a field of the dataset)"))
    typed = list(TYPED_SOURCES[kind])
    typed += [entry for entry in _ALL_TYPED if entry[0] == current and current not in dict(typed)]
    return [("Fields of the record", fields), ("Something else", typed)]


def _with_sample(name: str, sample: str) -> str:
    return f"{name} · {shortened(sample)}" if sample else name
