"""What Datadog's intakes take at most, per data type, and the goals packing aims at below that."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from types import MappingProxyType

_MINUTE = 60
_HOUR = 60 * _MINUTE


@dataclass(frozen=True, slots=True)
class DataTypeLimits:
    """Limits of one data type. Times in seconds, sizes in bytes.

    ``max_age_s`` and ``max_ahead_s`` bound an item's time against now. ``max_records`` are items in
    one request, ``max_item_bytes`` the encoded size of one. ``raw`` is the body before,
    ``compressed`` after compression; packing stops at the goal, the limit is Datadog's.
    ``repeatable`` tells that a body sent twice counts once, so that what is uncertain may be sent
    again; ``in_order`` that requests go one by one, since a later one may change an earlier.
    """

    max_age_s: int
    max_ahead_s: int
    max_records: int
    max_item_bytes: int
    goal_raw_bytes: int
    max_raw_bytes: int
    goal_compressed_bytes: int
    max_compressed_bytes: int
    repeatable: bool = False
    in_order: bool = False


# POST /api/v2/series (Datadog's v2 OpenAPI, SubmitMetrics): payload <= 512,000 bytes as sent and
# < 5,242,880 decompressed; points at most 1 hour old and 10 minutes ahead. 10,000 is the Agent's
# own cap on points (serializer_max_series_points_per_payload); the intake documents none.
# The goals leave 6 % for the frame and for compressors that end a block late.
# Repeatable: the last write per name, tags and second counts (documentation of historical metrics).
_METRICS = DataTypeLimits(
    max_age_s=_HOUR,
    max_ahead_s=10 * _MINUTE,
    max_records=10_000,
    max_item_bytes=480_000,
    goal_raw_bytes=4_900_000,
    max_raw_bytes=5_242_879,
    goal_compressed_bytes=480_000,
    max_compressed_bytes=512_000,
    repeatable=True,
)

# POST /api/v1/distribution_points (Datadog's v1 OpenAPI, SubmitDistributionPoints) documents no
# size: the numbers of its sibling /api/v1/series, 3.2 MB as sent and 62,914,560 decompressed. The
# goal for raw bytes is far lower, since a sketch intake has more to do per byte than any other.
# Ages as for series. Not repeatable: values are added to a sketch, twice sent is twice counted.
_DISTRIBUTIONS = DataTypeLimits(
    max_age_s=_HOUR,
    max_ahead_s=10 * _MINUTE,
    max_records=10_000,
    max_item_bytes=480_000,
    goal_raw_bytes=4_900_000,
    max_raw_bytes=62_914_560,
    goal_compressed_bytes=480_000,
    max_compressed_bytes=3_200_000,
)

# POST /api/v2/logs (Datadog's v2 OpenAPI, SubmitLog): 5 MB uncompressed, 1,000 entries, 1 MB a log;
# a longer log is cut and still answered with 202, so it is never sent. Logs older than 18 hours are
# answered with 202 and not indexed. No limit ahead is documented: 2 hours, as for spans, since such
# a time is a wrong clock. Vector aims at 4.25 MB. Nothing is said of the compressed size.
# Not repeatable: no deduplication is documented.
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

# POST /api/v1/events and /api/v2/events (CreateEvent of Datadog's v1 and v2 OpenAPI): one event a
# request, at most 18 hours old; no limit ahead is documented, 2 hours as for logs. No request size
# is documented: 4,000 characters of text and 100 tags of 200 are below 100 kB, the rest is room for
# the values of a change. Not repeatable: aggregation_key groups events, it is no deduplication key.
_EVENTS = DataTypeLimits(
    max_age_s=18 * _HOUR,
    max_ahead_s=2 * _HOUR,
    max_records=1,
    max_item_bytes=240_000,
    goal_raw_bytes=250_000,
    max_raw_bytes=256_000,
    goal_compressed_bytes=250_000,
    max_compressed_bytes=256_000,
)

# POST /api/v1/check_run (Datadog's v1 OpenAPI, SubmitServiceCheck): at most 10 minutes old. Neither
# the array's length nor a size is documented: what the series intake takes as sent, in a tenth of
# its points. Repeatable: the latest status of a check counts.
_SERVICE_CHECKS = DataTypeLimits(
    max_age_s=10 * _MINUTE,
    max_ahead_s=10 * _MINUTE,
    max_records=1_000,
    max_item_bytes=100_000,
    goal_raw_bytes=480_000,
    max_raw_bytes=512_000,
    goal_compressed_bytes=480_000,
    max_compressed_bytes=512_000,
    repeatable=True,
)

# POST /v1/traces of the OTLP intake: 15 MiB uncompressed (Datadog's documentation, OTLP intake;
# older versions of that page said 3.2 MB, so the goal stays below that). Spans start at most 18
# hours ago and 2 hours ahead (troubleshooting page of APM). No cap on records is documented; 10,000
# bound one request's work. Repeatable: a span with the same ids is the same span.
_TRACES = DataTypeLimits(
    max_age_s=18 * _HOUR,
    max_ahead_s=2 * _HOUR,
    max_records=10_000,
    max_item_bytes=2_900_000,
    goal_raw_bytes=3_000_000,
    max_raw_bytes=15_728_640,
    goal_compressed_bytes=3_000_000,
    max_compressed_bytes=15_728_640,
    repeatable=True,
)

# PUT /v0.4/traces of an Agent: 25 MB (apm_config.max_payload_size). The Agent counts hits and
# latencies itself as spans arrive and does not look whether it has seen one: not repeatable.
AGENT_TRACES = replace(
    _TRACES,
    goal_raw_bytes=8_000_000,
    max_raw_bytes=25_000_000,
    goal_compressed_bytes=8_000_000,
    max_compressed_bytes=25_000_000,
    repeatable=False,
)

# POST and PATCH /api/v2/incidents (Datadog's v2 OpenAPI): one incident a request; no size and no
# age are documented. A hundred years stand for "any time" where a number is needed. Not repeatable
# although a repeat looks for the marker first: no document says how soon a search finds a new
# incident. In order: several records may be one incident, each changing what the one before said.
_INCIDENTS = DataTypeLimits(
    max_age_s=100 * 365 * 24 * _HOUR,
    max_ahead_s=100 * 365 * 24 * _HOUR,
    max_records=1,
    max_item_bytes=240_000,
    goal_raw_bytes=250_000,
    max_raw_bytes=256_000,
    goal_compressed_bytes=250_000,
    max_compressed_bytes=256_000,
    in_order=True,
)

LIMITS: Mapping[str, DataTypeLimits] = MappingProxyType(
    {
        "metrics": _METRICS,
        "distributions": _DISTRIBUTIONS,
        "logs": _LOGS,
        "events": _EVENTS,
        "service_checks": _SERVICE_CHECKS,
        "traces": _TRACES,
        "incidents": _INCIDENTS,
    }
)
