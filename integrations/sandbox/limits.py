"""What the stand-in enforces, each figure with the source it was read from.

The sandbox is the judge of what the product sends, so these are its own constants: it never
imports ``integrations.datadog.limits``.
"""

from __future__ import annotations

from dataclasses import dataclass

MINUTE = 60.0
HOUR = 60 * MINUTE


@dataclass(frozen=True, slots=True)
class BodyLimits:
    """How large a request may be as sent and once decompressed, and which codings it may use."""

    sent_bytes: int
    raw_bytes: int
    encodings: frozenset[str]


# Content-Encoding values: the OpenAPI enum has deflate, gzip and zstd1; Vector and the Agent send
# "zstd". https://docs.datadoghq.com/api/latest/metrics/#submit-metrics
_ALL_ENCODINGS = frozenset({"identity", "deflate", "gzip", "zstd", "zstd1"})

# "The maximum payload size is 500 kilobytes (512000 bytes). Compressed payloads must have a
# decompressed size of less than 5 megabytes (5242880 bytes)." v2 OpenAPI, SubmitMetrics.
# The same sentence of v1 names 3.2 megabytes (3200000 bytes) and 62914560 bytes.
SERIES_V2 = BodyLimits(512_000, 5_242_880 - 1, _ALL_ENCODINGS)
SERIES_V1 = BodyLimits(3_200_000, 62_914_560 - 1, frozenset({"identity", "deflate", "gzip"}))

# https://docs.datadoghq.com/api/latest/metrics/#submit-distribution-points : only "deflate" is
# named as Content-Encoding; no size is documented, the v1 series' sizes are assumed.
DISTRIBUTIONS = BodyLimits(3_200_000, 62_914_560 - 1, frozenset({"identity", "deflate"}))

# "Maximum content size per payload (uncompressed): 5MB", v2 OpenAPI, SubmitLog. Datadog's Agent
# and Vector read 5MB as 5,000,000 bytes (vector src/sinks/datadog/logs).
LOGS = BodyLimits(5_000_000, 5_000_000, _ALL_ENCODINGS)
# "Maximum array size if sending multiple logs in an array: 1000 entries", same place.
LOGS_PER_REQUEST = 1_000
# "Any log exceeding 1MB is accepted and truncated by Datadog", same place.
LOG_BYTES = 1_000_000
# "Log events can be submitted with a timestamp that is up to 18 hours in the past", same place.
LOG_MAX_AGE = 18 * HOUR

# "Timestamps should be ... not more than 10 minutes in the future or more than 1 hour in the
# past", v2 OpenAPI, MetricPoint.timestamp.
POINT_MAX_AGE = 1 * HOUR
POINT_MAX_AHEAD = 10 * MINUTE

# https://docs.datadoghq.com/api/latest/service-checks/ : "Service checks can be submitted up to 10
# minutes in the past"; messages show "up to 500 characters". Neither size nor coding is
# documented: the size of the v1 series is assumed, and no coding.
SERVICE_CHECKS = BodyLimits(3_200_000, 3_200_000, frozenset({"identity"}))
CHECK_MAX_AGE = 10 * MINUTE
CHECK_MESSAGE_CHARACTERS = 500

# Events take one object a request. Neither size nor coding is documented for either version: a
# megabyte, far above the longest event, and no coding.
EVENT = BodyLimits(1_000_000, 1_000_000, frozenset({"identity"}))
# v1 OpenAPI, EventCreateRequest: "The body of the event. Limited to 4000 characters", "Limited to
# 100 characters" (aggregation_key), "up to 18 hours in the past" (date_happened). v2 OpenAPI,
# EventPayload and what it holds, has the same age and the lengths below.
EVENT_MAX_AGE = 18 * HOUR
EVENT_TEXT_CHARACTERS = 4_000
EVENT_KEY_CHARACTERS = 100
EVENT_V2_TITLE_CHARACTERS = 500
EVENT_V2_HOST_CHARACTERS = 255
EVENT_V2_TAGS = 100
EVENT_V2_NAME_CHARACTERS = 128
EVENT_V2_IMPACTED = 100
EVENT_V2_LINKS = 20
EVENT_V2_LINK_TITLE_CHARACTERS = 300
EVENT_V2_LINK_URL_CHARACTERS = 2_048
# "Supports up to 100 properties per object and a maximum nesting depth of 10 levels", custom.
EVENT_V2_CUSTOM_PROPERTIES = 100
EVENT_V2_CUSTOM_DEPTH = 10

# https://docs.datadoghq.com/opentelemetry/setup/otlp_ingest/ : traces 15 MiB uncompressed; OTLP
# itself names gzip as the one compression.
OTLP_TRACES = BodyLimits(15 * 1024 * 1024, 15 * 1024 * 1024, frozenset({"identity", "gzip"}))
# The Agent's apm_config.max_payload_size, 25 MB by default; it undoes no compression.
AGENT_TRACES = BodyLimits(25 * 1024 * 1024, 25 * 1024 * 1024, frozenset({"identity"}))
# https://docs.datadoghq.com/tracing/troubleshooting/#data-volume-guidelines
SPAN_MAX_AGE = 18 * HOUR
SPAN_MAX_AHEAD = 2 * HOUR
SPAN_NAME_CHARACTERS = 100
SPAN_RESOURCE_CHARACTERS = 5_000
SPAN_TAG_KEY_CHARACTERS = 200
SPAN_TAG_VALUE_CHARACTERS = 25_000

# https://docs.datadoghq.com/metrics/custom_metrics/#naming-custom-metrics
METRIC_NAME_CHARACTERS = 200
# https://docs.datadoghq.com/getting_started/tagging/#define-tags
TAG_CHARACTERS = 200
# v2 OpenAPI, MetricOrigin: metric_type, product and service are at most 1000.
ORIGIN_MAX = 1_000

# Largest body that is read at all, so that a refusal can be answered instead of cutting the line.
READ_BYTES = 64 * 1024 * 1024
# JSON bodies of OAuth, searches and resources: far above anything a client sends there.
FORM = BodyLimits(1_000_000, 1_000_000, frozenset({"identity"}))

# No size is documented for dashboards: room for some hundreds of widgets.
DASHBOARD = BodyLimits(5_000_000, 5_000_000, frozenset({"identity"}))

# v2 OpenAPI: logs page.limit default 10, maximum 1000. v1 OpenAPI: monitors page_size 100, 1000.
LOGS_PAGE_DEFAULT, LOGS_PAGE_MAX = 10, 1_000
MONITORS_PAGE_DEFAULT, MONITORS_PAGE_MAX = 100, 1_000
MONITOR_SEARCH_PER_PAGE = 30
# v2 OpenAPI: incidents page[size] default 10, maximum 100. v1 OpenAPI: dashboards count 100.
INCIDENTS_PAGE_DEFAULT, INCIDENTS_PAGE_MAX = 10, 100
DASHBOARDS_COUNT_DEFAULT = 100


@dataclass(frozen=True, slots=True)
class RateLimit:
    """``limit`` calls in each calendar-aligned ``period`` of seconds, per organisation."""

    limit: int
    period: int


# https://docs.datadoghq.com/api/latest/rate-limits/ : metric and log submission has none, events
# "250,000 events per minute per organization". Bucket names: "logs_public_search_api" is that
# page's example, "get_all_monitors" with 1000 was seen in DataDog/pup#763 (its period is assumed);
# the other names are the sandbox's own. "logs_config" is what older versions of the page say of
# reads (writes: 2 a minute, which a test can set); the last three are assumptions.
RATE_LIMITS: dict[str, RateLimit] = {
    "query_timeseries": RateLimit(1_600, 3_600),
    "metrics_retrieval": RateLimit(100, 3_600),
    "logs_public_search_api": RateLimit(300, 3_600),
    "get_all_monitors": RateLimit(1_000, 60),
    "event_submission": RateLimit(250_000, 60),
    "logs_config": RateLimit(84, 60),
    "incidents": RateLimit(1_000, 60),
    "dashboards": RateLimit(1_000, 60),
    "monitors_write": RateLimit(1_000, 60),
}
