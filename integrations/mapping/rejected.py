"""How the parts of a compiled mapping say that a record cannot be sent. Knows no mapping."""

from __future__ import annotations

from integrations.core.records import Record, Reject


class RecordRejectedError(Exception):
    """Raised inside the mapping and turned into a Reject at its edge; nobody else sees it."""

    def __init__(self, code: str, message: str, *, field: str = "") -> None:
        super().__init__(message)
        self.code = code
        self.message = message
        self.field = field

    def reject_of(self, record: Record) -> Reject:
        return Reject(
            number=record.number,
            record_id=record.id,
            code=self.code,
            message=self.message,
            field=self.field,
            raw=record.raw,
        )
