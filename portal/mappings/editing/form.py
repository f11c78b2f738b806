"""The editor's form: Django fields for its many entries.

It checks nothing by itself: ``editor`` hands it the problems to show.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django import forms

from portal.mappings.domain import MAX_NAME, DataType
from portal.mappings.editing.entries import FIELD, REQUIRED, FormData, row_count, values_of
from portal.mappings.editing.subject import Subject, shortened
from portal.mappings.editing.words import OPERATORS

MAX_TEXT = 1000
"""As long as a template of a document may be."""

NUMBER_TYPES = frozenset({"integer", "number"})
METRIC_TYPES = (
    ("gauge", "gauge, a level"),
    ("count", "count, how many"),
    ("rate", "rate, how many a second"),
)
LABELS = {
    "timestamp": "Time",
    "host": "Host",
    "message": "Message",
    "service": "Service",
    "status": "Status",
}
ATTRIBUTE_CHOICES = (("all", "All fields that have no place above"), ("chosen", "Only these:"))

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
        for name in values_of(subject.data_type):
            self._add_value(name, LABELS[name])
        if subject.data_type == DataType.METRICS:
            self._add_measures()
        else:
            self._add_attributes()
        self._add_tags()
        self._add_filter()

    def clean(self) -> dict[str, Any]:
        for entry, message in self._problems:
            self.refuse(entry, message)
        return self.cleaned_data

    def refuse(self, entry: str, message: str) -> None:
        """Put a problem beside its entry, or at the form's top when it has none."""
        self.add_error(entry if entry in self.fields else None, message)

    def _add_measures(self) -> None:
        for base in self._rows("measures"):
            label = f"Metric {int(base.partition('-')[2]) + 1}"
            self._add_value(f"{base}-name", f"{label}: name")
            self._add_value(f"{base}-value", f"{label}: value", number=True)
            self.fields[f"{base}-type"] = forms.ChoiceField(choices=METRIC_TYPES, label="Type")
            self._add_text(
                f"{base}-interval", "Interval", inputmode="numeric", placeholder="seconds"
            )
            self._add_text(f"{base}-unit", "Unit", placeholder="such as byte")

    def _add_tags(self) -> None:
        for base in self._rows("tags"):
            label = f"Tag {int(base.partition('-')[2]) + 1}"
            self._add_text(f"{base}-key", f"{label}: key", note=base, placeholder="key")
            self._add_value(f"{base}-value", f"{label}: value", note=base)

    def _add_filter(self) -> None:
        for base in self._rows("filter"):
            label = f"Condition {int(base.partition('-')[2]) + 1}"
            self._add_text(
                f"{base}-field",
                f"{label}: field",
                note=base,
                list="dataset-fields",
                placeholder="field",
            )
            self.fields[f"{base}-is"] = forms.ChoiceField(
                choices=list(OPERATORS.items()),
                required=False,
                label=f"{label}: test",
                widget=forms.Select(attrs={**_described(base), "aria-label": f"{label}: test"}),
            )
            self._add_text(f"{base}-value", f"{label}: value", note=base, placeholder="value")

    def _add_attributes(self) -> None:
        names = [field.name for field in self._subject.fields]
        chosen = self._raw.get("attributes_fields") or []
        names += [name for name in chosen if name not in names]
        self.fields["attributes"] = forms.ChoiceField(
            choices=ATTRIBUTE_CHOICES,
            widget=forms.RadioSelect,
            label="Fields sent along",
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

    def _add_value(self, base: str, label: str, *, number: bool = False, note: str = "") -> None:
        note = note or base
        optional = base in LABELS and base not in REQUIRED[self._subject.data_type]
        sources = source_choices(self._subject, self._raw.get(f"{base}_from", ""), number=number)
        self.fields[f"{base}_from"] = forms.ChoiceField(
            choices=[("", "Nothing" if optional else "Choose …"), *sources],
            required=False,
            label=label,
            widget=forms.Select(attrs={**_described(note), "aria-label": label}),
        )
        self._add_text(f"{base}_text", f"{label}, as text", note=note)
        self._add_text(
            f"{base}_default",
            f"{label}, else",
            note=note,
            placeholder="left out" if optional or note != base else "rejected",
        )

    def _add_text(self, name: str, label: str, *, note: str = "", **attrs: str) -> None:
        described = {**_described(note or name.rpartition("-")[0]), **attrs}
        self.fields[name] = forms.CharField(
            required=False,
            max_length=MAX_TEXT,
            strip=False,
            label=label,
            widget=forms.TextInput(
                attrs={
                    "autocomplete": "off",
                    "spellcheck": "false",
                    "aria-label": label,
                    **described,
                }
            ),
        )


def _described(note: str) -> dict[str, str]:
    return {"aria-describedby": f"note-{note}"}


def source_choices(subject: Subject, current: str, *, number: bool) -> Choices:
    """Where a value can come from: the dataset's fields with a sample each, or what is typed in."""
    fields = [
        (f"{FIELD}{field.name}", _with_sample(field.name, subject.sample_of(field.name)))
        for field in subject.fields
        if not number or field.type in NUMBER_TYPES or f"{FIELD}{field.name}" == current
    ]
    if current.startswith(FIELD) and current not in dict(fields):
        fields.append((current, f"{current.removeprefix(FIELD)} (not a field of the dataset)"))
    typed = [("constant", "Fixed number" if number else "Fixed text")]
    if not number or current == "template":
        typed.append(("template", "Template"))
    typed.append(("path", "Field by path"))
    return [("Fields of the record", fields), ("Something else", typed)]


def _with_sample(name: str, sample: str) -> str:
    return f"{name} · {shortened(sample)}" if sample else name
