"""A push of records: read with flat memory, then kept in one transaction with its answer.

The body is read before the transaction opens, so that a slow client holds no lock.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from django.db import IntegrityError, transaction

from portal.api.body import Body
from portal.api.domain import MAX_RECORDS, NAMED_ERRORS, MediaType, ProblemError
from portal.api.gateways import Line, LineError, judged_lines
from portal.api.lines import ArrayLines, NdjsonLines, too_many_records
from portal.api.models import IdempotencyKey
from portal.api.selectors import forgettable_keys, stored_answer
from portal.common.tenancy import tenant
from portal.mappings.models import Dataset
from portal.syncs.services.feeds import Encoded, append_segments, encoded, segments_of
from portal.syncs.services.schedules import make_due

FORGOTTEN_AT_A_TIME = 100
"""Old keys that a push takes along: more than it adds, and too few to be felt."""


@dataclass(frozen=True, slots=True)
class Pushed:
    """What the vendor is told. ``repeated`` says that it was told so before."""

    answer: dict[str, Any]
    repeated: bool = False


@dataclass(slots=True)
class _Read:
    """A body's good records, ready to be appended, and what is wrong with the others."""

    lots: list[Encoded] = field(default_factory=list)
    refused: int = 0
    errors: list[dict[str, Any]] = field(default_factory=list)

    def answer(self) -> dict[str, Any]:
        return {
            "accepted": sum(lot.count for lot in self.lots),
            "refused": self.refused,
            "errors": self.errors,
            "further_errors": self.refused - len(self.errors),
        }


def push_records(
    *, organisation_id: UUID, dataset: Dataset, body: Body, media_type: MediaType, key: str = ""
) -> Pushed:
    """Append the good records to the organisation's feed; committed when this returns."""
    read = _read(body, dataset=dataset, media_type=media_type)
    with tenant(organisation_id):
        if key:
            repeated = _repeated(key, body.fingerprint)
            if repeated is not None:
                return repeated
        _check_some_good(read)
        if key and not _remembered(key, body.fingerprint, read.answer()):
            return _surely_repeated(key, body.fingerprint)
        append_segments(dataset=dataset, lots=read.lots)
        make_due(dataset=dataset)
    return Pushed(read.answer())


def _read(body: Body, *, dataset: Dataset, media_type: MediaType) -> _Read:
    read = _Read()
    lines = ArrayLines(body) if media_type is MediaType.JSON else NdjsonLines(body)
    good = _good_lines(judged_lines(lines, dataset), read)
    read.lots = [encoded(lot) for lot in segments_of(good)]
    return read


def _good_lines(judged: Iterable[Line | LineError], read: _Read) -> Iterator[bytes]:
    for line in judged:
        # The last line needs no newline to be counted by.
        if (line.number if isinstance(line, Line) else line.line) > MAX_RECORDS:
            raise too_many_records()
        if isinstance(line, Line):
            yield line.raw
            continue
        read.refused += 1
        if len(read.errors) < NAMED_ERRORS:
            read.errors.append({"line": line.line, "field": line.field, "message": line.message})


def _check_some_good(read: _Read) -> None:
    if read.lots:
        return
    detail = "Every record is refused." if read.refused else "The body has no record."
    raise ProblemError("no-good-record", detail, members=read.answer())


def _repeated(key: str, fingerprint: bytes) -> Pushed | None:
    stored = stored_answer(key)
    if stored is None:
        return None
    if bytes(stored.fingerprint) != fingerprint:
        raise ProblemError("key-reused", f"The Idempotency-Key {key} belongs to another push.")
    return Pushed(stored.answer, repeated=True)


def _remembered(key: str, fingerprint: bytes, answer: dict[str, Any]) -> bool:
    """Keep the answer beside the records; False when another request has just done so.

    The unique key lets the second of two requests wait for the first one's commit.
    """
    try:
        with transaction.atomic():
            IdempotencyKey.objects.create(key=key, fingerprint=fingerprint, answer=answer)
    except IntegrityError:
        return False
    forgettable = forgettable_keys(limit=FORGOTTEN_AT_A_TIME)
    if forgettable:
        IdempotencyKey.objects.filter(pk__in=forgettable).delete()
    return True


def _surely_repeated(key: str, fingerprint: bytes) -> Pushed:
    repeated = _repeated(key, fingerprint)
    if repeated is None:
        raise ProblemError("unavailable", "Another push with this key has just been undone.")
    return repeated
