"""The rejects of a run by reason, in words."""

from __future__ import annotations

from dataclasses import dataclass

from portal.syncs.gateways.reject_codes import reject_code
from portal.syncs.history import RejectGroup


@dataclass(frozen=True, slots=True)
class Reason:
    """A reason with how many records it stopped and how many of them are still open."""

    code: str
    title: str
    meaning: str
    fix: str
    count: int
    open: int
    fields: str
    example: str


def reasons_of(groups: list[RejectGroup]) -> list[Reason]:
    """Return the groups with what the table of codes says about each."""
    return [_reason(group) for group in groups]


def _reason(group: RejectGroup) -> Reason:
    entry = reject_code(group.code)
    return Reason(
        code=group.code,
        title=entry.title,
        meaning=entry.meaning,
        fix=entry.fix,
        count=group.count,
        open=group.open,
        fields=", ".join(group.fields),
        example=group.example,
    )
