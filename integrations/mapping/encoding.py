"""JSON of mapped values; what JSON cannot carry becomes a reject. Knows no mapping."""

from __future__ import annotations

import orjson

from integrations.mapping.rejected import RecordRejectedError


def encode(value: object) -> bytes:
    """Compact JSON. Half a surrogate pair or very deep nesting rejects the record."""
    try:
        return orjson.dumps(value)
    except orjson.JSONEncodeError as exc:
        raise RecordRejectedError("wrong_type", f"Not expressible as JSON: {exc}.") from exc
