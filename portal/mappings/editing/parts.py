"""What the editor's forms are built of. Pure: knows neither documents' values nor Django.

A part stands for a place in the document (its ``path``) and for one or several entries of the form,
whose names begin with its ``base``.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

Kind = Literal["text", "number", "numbers", "object"]
REJECTED, LEFT_OUT = "rejected", "left out"

Options = tuple[tuple[str, str], ...]
"""What a document or a form says, with the words a person reads."""


def base_of(path: str, entry: str = "") -> str:
    """What the entries' names begin with: the path, unless two parts of the form share one."""
    return entry or path.replace(".", "-")


@dataclass(frozen=True, slots=True, kw_only=True)
class ValuePart:
    """A value. ``noun`` is what sentences call it; ``empty`` what the form says for none.

    ``lacking`` is what becomes of a record without the value, where that does not follow from
    ``required``: a tag's value has to be mapped, and yet a record may lack it.
    """

    path: str
    label: str
    noun: str
    required: bool = False
    kind: Kind = "text"
    empty: str = "Nothing"
    entry: str = ""
    lacking: str = ""

    @property
    def base(self) -> str:
        return base_of(self.path, self.entry)

    @property
    def when_lacking(self) -> str:
        return self.lacking or (REJECTED if self.required else LEFT_OUT)


@dataclass(frozen=True, slots=True, kw_only=True)
class ChoicePart:
    """A value that becomes one of ``words``; ``unmatched`` is what happens to any other."""

    path: str
    label: str
    noun: str
    words: Options
    unmatched: str = REJECTED
    required: bool = False

    @property
    def base(self) -> str:
        return base_of(self.path)


@dataclass(frozen=True, slots=True, kw_only=True)
class PickPart:
    """One of several words that hold for every record. The document leaves ``standard`` out, and
    the whole part where it has nothing at ``beside``."""

    path: str
    label: str
    options: Options
    standard: str = ""
    beside: str = ""

    @property
    def base(self) -> str:
        return base_of(self.path)


@dataclass(frozen=True, slots=True, kw_only=True)
class TextPart:
    """A text or whole number that holds for every record; ``ask`` is said where it is missing."""

    path: str
    label: str
    placeholder: str = ""
    ask: str = ""
    whole: str = ""
    """What to say where it is no whole number; "" for text."""
    trimmed: bool = True

    @property
    def base(self) -> str:
        return base_of(self.path)


RowPart = ValuePart | PickPart | TextPart


@dataclass(frozen=True, slots=True, kw_only=True)
class RowsPart:
    """A list; each row has the ``parts``, with paths from the row on ("" is the row itself)."""

    group: str
    path: str
    label: str
    parts: tuple[RowPart, ...]
    add: str
    hint: str = ""
    required: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class AttributesPart:
    """Which of the record's fields go along. The document leaves ``standard`` out."""

    path: str
    options: Options
    standard: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Branch:
    """One way a switch can stand; a document with something at ``mark`` has it so."""

    value: str
    label: str
    mark: str
    parts: tuple[Part, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class SwitchPart:
    """Decides which parts there are; the first branch unless the document has another's mark."""

    entry: str
    label: str
    branches: tuple[Branch, ...]

    def branch_of(self, document: Mapping[str, Any]) -> Branch:
        marked = [one for one in self.branches if found_at(document, one.mark) is not None]
        return marked[0] if marked else self.branches[0]

    def branch_named(self, value: str) -> Branch:
        return next((one for one in self.branches if one.value == value), self.branches[0])


Part = ValuePart | ChoicePart | PickPart | TextPart | RowsPart | AttributesPart | SwitchPart


@dataclass(frozen=True, slots=True, kw_only=True)
class Section:
    """Parts that stand together under a title."""

    title: str
    parts: tuple[Part, ...]
    note: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Layout:
    """The form of one data type. A ``sparse`` document leaves out what is empty."""

    sections: tuple[Section, ...]
    measures: RowsPart | None = None
    attributes: AttributesPart | None = None
    has_tags: bool = True
    has_source: bool = False
    sparse: bool = False

    @property
    def parts(self) -> tuple[Part, ...]:
        """Everything but tags and filter, in the order of the form."""
        first = (self.measures,) if self.measures else ()
        last = (self.attributes,) if self.attributes else ()
        return (*first, *(part for section in self.sections for part in section.parts), *last)


def found_at(document: Any, path: str) -> Any:
    """What stands at a path through objects; None for nothing. "" is the document itself."""
    for step in path.split(".") if path else ():
        document = document.get(step) if isinstance(document, dict) else None
    return document


def put_at(document: dict[str, Any], path: str, value: Any) -> None:
    """Put a value at a path, with the objects on the way; at "" it becomes the document."""
    if not path:
        document.update(value or {})
        return
    *way, last = path.split(".")
    for step in way:
        document = document.setdefault(step, {})
    document[last] = value
