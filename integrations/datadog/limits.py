"""What Datadog's intakes take at most, per data type, and the goals packing aims at below that."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

_MINUTE = 60
_HOUR = 60 * _MINUTE


@dataclass(frozen=True, slots=True)
class DataTypeLimits:
    """Limits of one data type. Times in seconds, sizes in bytes.

    ``max_age_s`` and ``max_ahead_s`` bound an item's time against now. ``max_records`` are items in
    one request, ``max_item_bytes`` the encoded size of one. ``raw`` is the body before,
    ``compressed`` after compression; packing stops at the goal, the limit is Datadog's.
    """

    max_age_s: int
    max_ahead_s: int
    max_records: int
    max_item_bytes: int
    goal_raw_bytes: int
    max_raw_bytes: int
    goal_compressed_bytes: int
    max_compressed_bytes: int


# POST /api/v2/series (Datadog's v2 OpenAPI, SubmitMetrics): payload <= 512,000 bytes as sent and
# < 5,242,880 decompressed; points at most 1 hour old and 10 minutes ahead. 10,000 is the Agent's
# own cap on points (serializer_max_series_points_per_payload); the intake documents none.
# The goals leave 6 % for the frame and for compressors that end a block late.
_METRICS = DataTypeLimits(
    max_age_s=_HOUR,
    max_ahead_s=10 * _MINUTE,
    max_records=10_000,
    max_item_bytes=480_000,
    goal_raw_bytes=4_900_000,
    max_raw_bytes=5_242_879,
    goal_compressed_bytes=480_000,
    max_compressed_bytes=512_000,
)

# POST /api/v2/logs (Datadog's v2 OpenAPI, SubmitLog): 5 MB uncompressed, 1,000 entries, 1 MB a log;
# a longer log is cut and still answered with 202, so it is never sent. Logs older than 18 hours are
# answered with 202 and not indexed. No limit ahead is documented: 2 hours, as for spans, since such
# a time is a wrong clock. Vector aims at 4.25 MB. Nothing is said of the compressed size.
_LOGS = DataTypeLimits(
    max_age_s=18 * _HOUR,
    max_ahead_s=2 * _HOUR,
    max_records=1_000,
    max_item_bytes=1_000_000,
    goal_raw_bytes=4_250_000,
    max_raw_bytes=5_000_000,
    goal_compressed_bytes=4_250_000,
    max_compressed_bytes=5_000_000,
)

LIMITS: Mapping[str, DataTypeLimits] = MappingProxyType({"metrics": _METRICS, "logs": _LOGS})
