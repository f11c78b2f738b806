"""Records to batches in one step."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import orjson

from integrations.core.records import Record
from integrations.datadog.limits import LIMITS
from integrations.mapping import compile_mapping, decode_mapping
from integrations.pipeline import Prepared, prepare
from tests.unit.pipeline.sinks import NAMESPACE, MemorySink

NOW = 1_700_000_000.0
MAPPING = compile_mapping(
    decode_mapping(
        {
            "target": "logs",
            "source": "app",
            "message": {"field": "message"},
            "timestamp": {"field": "at"},
            "filter": [{"field": "level", "is": "not_equals", "value": "debug"}],
        }
    )
)
SINK = MemorySink(limits=replace(LIMITS["logs"], max_records=2, max_item_bytes=500))


def _prepared(contents: list[dict[str, Any]]) -> Prepared:
    records = [
        Record(number, f"r{number}", orjson.dumps(data), data)
        for number, data in enumerate(contents, start=1)
    ]
    return prepare(records, mapping=MAPPING, sink=SINK, now=NOW, batch_namespace=NAMESPACE)


def test_every_record_read_is_sent_rejected_or_skipped() -> None:
    prepared = _prepared(
        [
            {"message": "one", "at": NOW},
            {"message": "two", "at": NOW, "level": "debug"},
            {"message": "x" * 600, "at": NOW},
            {"message": "four", "at": 0},
            {"message": "five", "at": NOW},
            {"message": "six", "at": NOW},
        ]
    )
    assert (prepared.read, prepared.skipped, prepared.to_send) == (6, 1, 3)
    assert [(reject.number, reject.code) for reject in prepared.rejects] == [
        (3, "too_large"),
        (4, "too_old"),
    ]
    assert [(batch.first_number, batch.last_number) for batch in prepared.batches] == [
        (1, 5),
        (6, 6),
    ]


def test_every_reject_has_its_source_record() -> None:
    data = [{"message": "x" * 600, "at": NOW}, {"message": "old", "at": 0}]
    assert [reject.raw for reject in _prepared(data).rejects] == [orjson.dumps(d) for d in data]


def test_the_same_chunk_is_prepared_to_the_same_batches() -> None:
    data = [{"message": str(number), "at": NOW} for number in range(9)]
    assert _prepared(data) == _prepared(data)
