"""Entries of the editor's form as a mapping document. Pure, and lossless where the form can say it.

Document → form → document is the identity for what the form can express; ``is_expressible`` tells.
What it cannot (a number as a tag, say) comes back as the nearest thing.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from portal.mappings.editing.entries import Draft, Types, scalar
from portal.mappings.editing.incident_layout import put_together
from portal.mappings.editing.layouts import LAYOUTS, TAGS
from portal.mappings.editing.parts import (
    AttributesPart,
    ChoicePart,
    Part,
    PickPart,
    RowPart,
    RowsPart,
    SwitchPart,
    TextPart,
    ValuePart,
    found_at,
    put_at,
)
from portal.mappings.editing.reading import EntryReader
from portal.mappings.editing.to_form import form_data_of

Document = dict[str, Any]


def is_expressible(document: Mapping[str, Any], types: Types) -> bool:
    """Whether the form gives the document back unchanged, but for the order of fields."""
    draft = document_of(
        form_data_of(document, types),
        data_type=document["target"],
        types=types,
        source=document.get("source", ""),
    )
    return not draft.problems and _settled(draft.document) == _settled(document)


def _settled(document: Mapping[str, Any]) -> Document:
    fields = sorted(document.get("fields", []), key=lambda field: str(field["name"]))
    return {**document, "fields": fields}


def document_of(data: Mapping[str, Any], *, data_type: str, types: Types, source: str) -> Draft:
    """Read the form's entries. With problems the document has what could be read."""
    return _FormReader(EntryReader(data, types)).read(data_type, source)


class _FormReader:
    """Builds the document while it walks the parts of the form."""

    def __init__(self, entries: EntryReader) -> None:
        self._entries = entries

    def read(self, data_type: str, source: str) -> Draft:
        layout, draft = LAYOUTS[data_type], self._entries.draft
        document = draft.document
        document["target"] = data_type
        if layout.has_source:
            document["source"] = source
        for part in layout.parts:
            self._read(part, document)
        conditions = self._conditions()
        if conditions or not layout.sparse:
            document["filter"] = conditions
        if layout.has_tags:
            tags = self._rows(TAGS)
            if tags or not layout.sparse:
                document["tags"] = tags
        if data_type == "incidents":
            put_together(draft)
        return draft

    def _read(self, part: Part, into: Document) -> None:
        """Put what the entries say of a part into the document."""
        match part:
            case ValuePart() | PickPart() | TextPart():
                self._read_small(part, into)
            case ChoicePart():
                self._choice(part, into)
            case RowsPart():
                rows = self._rows(part)
                if rows or part.required:
                    put_at(into, part.path, rows)
            case AttributesPart():
                self._attributes(part, into)
            case SwitchPart():
                for inner in part.branch_named(self._entries.text(part.entry)).parts:
                    self._read(inner, into)

    def _read_small(self, part: RowPart, into: Document, *, path: str = "", row: str = "") -> None:
        """The same for what can stand in a row of it, too."""
        match part:
            case ValuePart():
                self._value(part, into, path=path, row=row)
            case PickPart():
                self._pick(part, into, path=path, row=row)
            case TextPart():
                self._text(part, into, path=path, row=row)

    def _value(self, part: ValuePart, into: Document, *, path: str, row: str) -> None:
        value = self._entries.value(part, path=_joined(path, part.path), base=row + part.base)
        if value is not None or part.required:
            put_at(into, part.path, value)

    def _choice(self, part: ChoicePart, into: Document) -> None:
        entries, base = self._entries, part.base
        entries.put(part.path, f"{base}_from")
        value = entries.source(
            base, path=f"{part.path}.value", noun=part.noun, required=part.required
        )
        if value is None:
            if part.required:
                put_at(into, part.path, None)
            return
        if "constant" in value:
            value["constant"] = scalar(value["constant"])
        choice: Document = {"value": value}
        if words := entries.words(base):
            choice["map"] = words
        if other := entries.text(f"{base}_other"):
            choice["default"] = other
        put_at(into, part.path, choice)

    def _pick(self, part: PickPart, into: Document, *, path: str, row: str) -> None:
        self._entries.put(_joined(path, part.path), row + part.base)
        if part.beside and found_at(into, part.beside) is None:
            return
        picked = self._entries.text(row + part.base)
        if picked != part.standard:
            put_at(into, part.path, picked)

    def _text(self, part: TextPart, into: Document, *, path: str, row: str) -> None:
        entry = row + part.base
        self._entries.put(_joined(path, part.path), entry)
        text = self._entries.text(entry)
        text = text.strip() if part.trimmed else text
        if part.ask:
            if not text:
                self._entries.miss(entry, part.ask)
            put_at(into, part.path, text)
        elif text:
            put_at(
                into,
                part.path,
                self._entries.whole(entry, text, part.whole) if part.whole else text,
            )

    def _rows(self, part: RowsPart) -> list[Document]:
        found: list[Document] = []
        for base in self._entries.rows(part.group):
            if self._is_blank(part, base):
                continue
            path, row = f"{part.path}[{len(found)}]", Document()
            self._entries.put(path, _first_entry(part, base))
            for inner in part.parts:
                self._read_small(inner, row, path=path, row=f"{base}-")
            found.append(row)
        if part.required and not found:
            for inner in part.parts:
                self._read_small(inner, {}, row=f"{part.group}-0-")
        return found

    def _is_blank(self, part: RowsPart, base: str) -> bool:
        entries = [
            f"{base}-{inner.base}_from" if isinstance(inner, ValuePart) else f"{base}-{inner.base}"
            for inner in part.parts
            if isinstance(inner, ValuePart) or (isinstance(inner, TextPart) and inner.ask)
        ]
        return not any(self._entries.text(entry).strip() for entry in entries)

    def _conditions(self) -> list[Document]:
        entries, conditions = self._entries, list[Document]()
        for base in entries.rows("filter"):
            name, text = entries.text(f"{base}-field").strip(), entries.text(f"{base}-value")
            if not name and not text.strip():
                continue
            path = f"filter[{len(conditions)}]"
            entries.put(path, f"{base}-value")
            entries.put(f"{path}.field", f"{base}-field")
            entries.put(f"{path}.is", f"{base}-is")
            if not name:
                entries.miss(f"{base}-field", "Name the field to look at.")
            conditions.append(entries.condition(base, name, text))
        return conditions

    def _attributes(self, part: AttributesPart, into: Document) -> None:
        chosen = list(self._entries.data.get("attributes_fields") or [])
        self._entries.put(part.path, "attributes")
        for index, _path in enumerate(chosen):
            self._entries.put(f"{part.path}[{index}]", "attributes_fields")
        said = self._entries.text("attributes")
        if said == "chosen":
            put_at(into, part.path, chosen)
        elif not part.standard or said == "all" != part.standard:
            put_at(into, part.path, "all")


def _joined(path: str, inner: str) -> str:
    return f"{path}.{inner}" if path and inner else path or inner


def _first_entry(part: RowsPart, base: str) -> str:
    first = part.parts[0]
    return f"{base}-{first.base}" + ("_from" if isinstance(first, ValuePart) else "")
