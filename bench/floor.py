"""The floor: the same libraries and the same payloads in one bare loop. Knows no Django.

python -m bench.floor DATA_TYPE COUNT PORT      measures once for each line of its input
"""

from __future__ import annotations

import http.client
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import datetime
from types import MappingProxyType
from typing import Any

import orjson
import zstandard

from bench.processes import serve
from bench.sample import LINES

BATCH_RECORDS = {"metrics": 10_000, "logs": 1_000}
"""Records in a request: the Agent's cap for metrics, Datadog's limit for logs; as the portal has
them."""


def metrics_body(lines: Sequence[bytes]) -> bytes:
    """A request of /api/v2/series."""
    series = []
    for line in lines:
        record = orjson.loads(line)
        series.append(
            {
                "metric": f"nimbus.{record['measure']}",
                "type": 3,
                "tags": [f"resource:{record['resource']}"],
                "points": [
                    {"timestamp": _seconds(record["measured_at"]), "value": record["value"]}
                ],
            }
        )
    return orjson.dumps({"series": series})


def logs_body(lines: Sequence[bytes]) -> bytes:
    """A request of /api/v2/logs."""
    entries: list[dict[str, Any]] = []
    for line in lines:
        record = orjson.loads(line)
        record["status"] = record.pop("level")
        record["service"] = record.pop("component")
        record["timestamp"] = _seconds(record.pop("occurred_at")) * 1000
        record["ddsource"] = "nimbus"
        record["ddtags"] = f"logfile:{record['logfile']},template:{record['template']}"
        record["record_id"] = record["id"]
        entries.append(record)
    return orjson.dumps(entries)


BODIES: Mapping[str, Callable[[Sequence[bytes]], bytes]] = MappingProxyType(
    {"metrics": metrics_body, "logs": logs_body}
)


def _seconds(text: str) -> int:
    return int(datetime.fromisoformat(text).timestamp())


def send_all(lines: Sequence[bytes], *, data_type: str, port: int) -> None:
    """Decode, build, encode, compress and send one batch after the other."""
    body_of, size = BODIES[data_type], BATCH_RECORDS[data_type]
    compressor = zstandard.ZstdCompressor(level=3)
    connection = http.client.HTTPConnection("127.0.0.1", port)
    headers = {"Content-Encoding": "zstd", "Content-Type": "application/json"}
    for start in range(0, len(lines), size):
        body = compressor.compress(body_of(lines[start : start + size]))
        connection.request("POST", "/", body=body, headers=headers)
        connection.getresponse().read()
    connection.close()


def measured(arguments: Sequence[str]) -> Iterator[dict[str, Any]]:
    """One measurement for each time that the caller asks."""
    data_type, count, port = arguments[0], int(arguments[1]), int(arguments[2])
    lines = list(LINES[data_type](count))
    yield {}
    while True:
        started, cpu = time.perf_counter(), time.process_time()
        send_all(lines, data_type=data_type, port=port)
        yield {
            "records_per_s": count / (time.perf_counter() - started),
            "cpu_us": (time.process_time() - cpu) / count * 1e6,
        }


if __name__ == "__main__":
    serve(measured(sys.argv[1:]))
