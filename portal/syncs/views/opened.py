"""Rejected records of one page, opened to be shown: no other record is unsealed."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from portal.connections.vault import Sealer, SealError
from portal.syncs.gateways.reject_codes import RejectCode, reject_code
from portal.syncs.models import Reject
from portal.syncs.services.stretches import SEALED_PLACE

SHOWN_CHARACTERS = 20_000
"""A record can be a megabyte long; beyond this a page would be of no use to anybody."""


@dataclass(frozen=True, slots=True)
class OpenedReject:
    """A reject with its reason in words and its source record as text."""

    reject: Reject
    reason: RejectCode
    source: str
    """Empty when the record cannot be opened any more."""
    cut: bool


def opened_rejects(rejects: Sequence[Reject], *, organisation_id: UUID) -> list[OpenedReject]:
    """Open the records of these rejects."""
    if not rejects:
        return []
    sealer = Sealer(organisation_id)
    return [_opened(reject, sealer=sealer) for reject in rejects]


def _opened(reject: Reject, *, sealer: Sealer) -> OpenedReject:
    try:
        raw = sealer.open(bytes(reject.record_sealed), place=SEALED_PLACE, row_id=reject.id)
    except SealError:
        raw = b""
    text = _laid_out(raw)
    return OpenedReject(
        reject=reject,
        reason=reject_code(reject.code),
        source=text[:SHOWN_CHARACTERS],
        cut=len(text) > SHOWN_CHARACTERS,
    )


def _laid_out(raw: bytes) -> str:
    text = raw.decode(errors="replace")
    try:
        return json.dumps(json.loads(text), indent=2, ensure_ascii=False)
    except ValueError:
        return text
