"""Keeping rejected records: sealed, ten thousands at a time, in the transaction of their chunk."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import islice

from portal.common.ids import uuid7
from portal.connections.vault import Sealer
from portal.syncs.binary import binary_cursor
from portal.syncs.gateways.records import Reject as SourceReject
from portal.syncs.models import Chunk
from portal.syncs.services.stretches import SEALED_PLACE

ROWS_AT_ONCE = 5_000
"""Rows in one INSERT: some megabytes of parameters."""

# One statement with an array for each column. ``bulk_create`` binds every value by itself, which
# costs ten times as much; COPY is refused where row-level security holds.
_INSERT = """
INSERT INTO syncs_reject (organisation_id, run_id, chunk_id, at, id, number, record_id, code,
                          field, message, datadog, record_sealed)
SELECT %b, %b, %b, clock_timestamp(), rejected.*
FROM unnest(%b::uuid[], %b::bigint[], %b::text[], %b::text[], %b::text[], %b::text[], %b::text[],
            %b::bytea[]) AS rejected
"""


def add_rejects(chunk: Chunk, rejects: Sequence[SourceReject], *, sealer: Sealer) -> None:
    """Insert the rejects of a chunk, each with its source record, sealed for its own row."""
    remaining = iter(rejects)
    while lot := list(islice(remaining, ROWS_AT_ONCE)):
        ids = [uuid7() for _ in lot]
        columns = [
            ids,
            [reject.number for reject in lot],
            [reject.record_id[:300] for reject in lot],
            [reject.code for reject in lot],
            [reject.field[:200] for reject in lot],
            [reject.message[:500] for reject in lot],
            [reject.datadog[:500] for reject in lot],
            [
                sealer.seal(reject.raw, place=SEALED_PLACE, row_id=row_id)
                for row_id, reject in zip(ids, lot, strict=True)
            ],
        ]
        with binary_cursor() as cursor:
            cursor.execute(_INSERT, [chunk.organisation_id, chunk.run_id, chunk.id, *columns])
