"""What sample records would become under a document, ready for a page."""

from __future__ import annotations

import json
import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from portal.mappings import gateways
from portal.mappings.editing.subject import Subject

MAX_CARDS = 3


@dataclass(frozen=True, slots=True)
class PreviewCard:
    """One sample record: its ``verdict`` is "sent", "rejected" or "skipped"."""

    number: int
    verdict: str
    record: str
    payload: str = ""
    reason: str = ""
    fix: str = ""

    @property
    def number_text(self) -> str:
        """The number as part of an element's id."""
        return str(self.number)


@dataclass(frozen=True, slots=True)
class Preview:
    """The cards, and what to know about the samples' age."""

    cards: tuple[PreviewCard, ...]
    age_note: str = ""


def preview_for(
    document: Mapping[str, Any], subject: Subject, *, now: float | None = None
) -> Preview:
    """Map the first samples as if each were sent at its own time; the document has no problems."""
    rows = gateways.preview_of(
        document,
        subject.samples[:MAX_CARDS],
        now=time.time() if now is None else now,
        id_field=subject.dataset.id_field,
    )
    ages = [row.reject.message for row in rows if row.reject and row.payload is not None]
    return Preview(tuple(_card(row) for row in rows), ages[0] if ages else "")


def _card(row: gateways.PreviewRow) -> PreviewCard:
    number, record = row.record.number, as_json(row.record.data)
    if row.skipped:
        return PreviewCard(number, "skipped", record)
    if row.payload is None and row.reject is not None:
        fix = gateways.fix_of(row.reject.code)
        return PreviewCard(number, "rejected", record, reason=row.reject.message, fix=fix)
    return PreviewCard(number, "sent", record, payload=as_json(row.payload))


def as_json(value: object) -> str:
    """JSON laid out for reading."""
    return json.dumps(value, indent=2, ensure_ascii=False)
