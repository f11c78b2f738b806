"""The peer: the same records through the typed models of Datadog's own Python client.

python -m bench.peer DATA_TYPE COUNT PORT       measures once for each line of its input
"""

# The generated client annotates nothing, so calls into it cannot be checked.
# mypy: disallow-untyped-calls=False

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import datetime
from types import MappingProxyType
from typing import Any

import orjson
from datadog_api_client import ApiClient, Configuration
from datadog_api_client.v2.api.logs_api import LogsApi
from datadog_api_client.v2.api.metrics_api import MetricsApi
from datadog_api_client.v2.model.content_encoding import ContentEncoding
from datadog_api_client.v2.model.http_log import HTTPLog
from datadog_api_client.v2.model.http_log_item import HTTPLogItem
from datadog_api_client.v2.model.metric_content_encoding import MetricContentEncoding
from datadog_api_client.v2.model.metric_intake_type import MetricIntakeType
from datadog_api_client.v2.model.metric_payload import MetricPayload
from datadog_api_client.v2.model.metric_point import MetricPoint
from datadog_api_client.v2.model.metric_series import MetricSeries

from bench.processes import serve
from bench.sample import LINES

BATCH_RECORDS = 1_000


def submit_metrics(client: ApiClient, lines: Sequence[bytes]) -> None:
    series = []
    for line in lines:
        record = orjson.loads(line)
        at = int(datetime.fromisoformat(record["measured_at"]).timestamp())
        series.append(
            MetricSeries(
                metric=f"nimbus.{record['measure']}",
                type=MetricIntakeType.GAUGE,
                points=[MetricPoint(timestamp=at, value=record["value"])],
                tags=[f"resource:{record['resource']}"],
            )
        )
    MetricsApi(client).submit_metrics(
        body=MetricPayload(series=series), content_encoding=MetricContentEncoding.ZSTD1
    )


def submit_logs(client: ApiClient, lines: Sequence[bytes]) -> None:
    entries = []
    for line in lines:
        record = orjson.loads(line)
        # Additional attributes are typed as text.
        rest = {name: str(value) for name, value in record.items() if name != "message"}
        entries.append(
            HTTPLogItem(
                message=record["message"],
                ddsource="nimbus",
                service=rest.pop("component"),
                status=rest.pop("level"),
                **rest,
            )
        )
    LogsApi(client).submit_log(body=HTTPLog(entries), content_encoding=ContentEncoding.GZIP)


SUBMIT: Mapping[str, Callable[[ApiClient, Sequence[bytes]], None]] = MappingProxyType(
    {"metrics": submit_metrics, "logs": submit_logs}
)


def measured(arguments: Sequence[str]) -> Iterator[dict[str, Any]]:
    """One measurement for each time that the caller asks."""
    data_type, count, port = arguments[0], int(arguments[1]), int(arguments[2])
    lines = list(LINES[data_type](count))
    configuration = Configuration(host=f"http://127.0.0.1:{port}")
    configuration.api_key["apiKeyAuth"] = "0" * 32
    yield {}
    with ApiClient(configuration) as client:
        while True:
            started, cpu = time.perf_counter(), time.process_time()
            for start in range(0, count, BATCH_RECORDS):
                SUBMIT[data_type](client, lines[start : start + BATCH_RECORDS])
            yield {
                "records_per_s": count / (time.perf_counter() - started),
                "cpu_us": (time.process_time() - cpu) / count * 1e6,
            }


if __name__ == "__main__":
    serve(measured(sys.argv[1:]))
