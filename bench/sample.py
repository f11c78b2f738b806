"""Made-up records of two datasets, shaped like what cloud vendors push. Knows no Django."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime, timedelta
from types import MappingProxyType

import orjson

RESOURCES = 50
MEASURES = (
    "ec2_cpu_utilization",
    "ec2_network_in",
    "ec2_disk_write_bytes",
    "elb_request_count",
    "elb_latency",
    "rds_cpu_utilization",
    "rds_free_memory",
    "queue_depth",
)
COMPONENTS = ("nova.compute.manager", "nova.api.wsgi", "nova.virt.driver", "nova.scheduler")
LEVELS = ("INFO", "INFO", "INFO", "INFO", "INFO", "INFO", "WARNING", "ERROR")
SPREAD_SECONDS = 20 * 60
"""Records lie within these minutes before now: Datadog takes metrics of the last hour."""


def metric_lines(count: int) -> Iterator[bytes]:
    """Measures of many resources, each record one point; some 110 bytes."""
    chance = random.Random(1)  # noqa: S311 - made-up values, no secrets
    resources = [f"{chance.getrandbits(24):06x}" for _ in range(RESOURCES)]
    for moment in _moments(count):
        yield orjson.dumps(
            {
                "resource": chance.choice(resources),
                "measure": chance.choice(MEASURES),
                "measured_at": moment.isoformat(timespec="seconds").replace("+00:00", "Z"),
                "value": round(chance.gauss(50, 10), 3),
            }
        )


def log_lines(count: int) -> Iterator[bytes]:
    """Lines of a cloud's services with ids of requests and instances; some 430 bytes."""
    chance = random.Random(2)  # noqa: S311 - made-up values, no secrets
    tenants = [f"{chance.getrandbits(128):032x}" for _ in range(20)]
    for index, moment in enumerate(_moments(count)):
        component, owner = chance.choice(COMPONENTS), chance.choice(tenants)
        yield orjson.dumps(
            {
                "id": f"bench-{index}",
                "occurred_at": moment.isoformat(timespec="milliseconds").replace("+00:00", "Z"),
                "level": chance.choice(LEVELS),
                "component": component,
                "logfile": f"{component.split('.')[1]}.log.1",
                "pid": chance.randint(1_000, 30_000),
                "request": f"req-{chance.getrandbits(128):032x} {owner} - - -",
                "message": f'10.11.10.{chance.randint(1, 99)} "GET /v2/{owner}/servers/detail '
                f'HTTP/1.1" status: 200 len: {chance.randint(100, 9_999)} '
                f"time: {chance.random():.7f}",
                "template": f"E{chance.randint(1, 40)}",
            }
        )


LINES: Mapping[str, Callable[[int], Iterator[bytes]]] = MappingProxyType(
    {"metrics": metric_lines, "logs": log_lines}
)


def _moments(count: int) -> Iterator[datetime]:
    start = datetime.now(UTC) - timedelta(seconds=SPREAD_SECONDS)
    for index in range(count):
        yield start + timedelta(seconds=SPREAD_SECONDS * index / count)
