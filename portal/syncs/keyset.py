"""Pages by key instead of by number: as cheap on the last page as on the first."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Generic, TypeVar

from django.db.models import Model, Q, QuerySet

M = TypeVar("M", bound=Model)


@dataclass(frozen=True, slots=True)
class Slice(Generic[M]):
    """One page. ``previous`` and ``next`` are the rows at its ends where there is more."""

    rows: list[M]
    previous: M | None
    next: M | None


@dataclass(frozen=True, slots=True)
class Place(Generic[M]):
    """Where a page starts: behind a row, or, going back, in front of one."""

    row: M
    back: bool = False


def slice_of(rows: QuerySet[M], *, by: str, size: int, place: Place[M] | None = None) -> Slice[M]:
    """Return the rows of one page in the order of ``by`` ("-at" is newest first) and id."""
    back = place is not None and place.back
    descending = by.startswith("-") != back
    field = by.removeprefix("-")
    if place is not None:
        rows = rows.filter(_beyond(place.row, field=field, descending=descending))
    sign = "-" if descending else ""
    found = list(rows.order_by(f"{sign}{field}", f"{sign}id")[: size + 1])
    more, found = len(found) > size, found[:size]
    if back:
        found.reverse()
    earlier = more if back else place is not None
    later = True if back else more
    return Slice(
        found,
        previous=found[0] if found and earlier else None,
        next=found[-1] if found and later else None,
    )


def _beyond(row: Model, *, field: str, descending: bool) -> Q:
    side = "lt" if descending else "gt"
    value = getattr(row, field)
    return Q(**{f"{field}__{side}e": value}) & (
        Q(**{f"{field}__{side}": value}) | Q(**{f"id__{side}": row.pk})
    )
