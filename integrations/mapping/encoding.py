"""JSON of mapped values; what JSON cannot carry becomes a reject. Knows no mapping."""

from __future__ import annotations

import orjson

from integrations.mapping.rejected import RecordRejectedError


def encode(value: object) -> bytes:
    """Compact JSON. Half a surrogate pair or very deep nesting rejects the record."""
    try:
        # An exact copy: orjson's own buffers keep room to grow, and thousands of them are kept.
        return b"%b" % orjson.dumps(value)
    except orjson.JSONEncodeError as exc:
        raise RecordRejectedError("wrong_type", f"Not expressible as JSON: {exc}.") from exc
