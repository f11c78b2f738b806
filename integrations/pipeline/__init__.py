"""From records to Datadog's answer: map, pack, send, halve. Knows no database and no tenant."""

from integrations.pipeline.deliver import deliver
from integrations.pipeline.halve import Halved, halve
from integrations.pipeline.packing import Packed, PackedBatch, pack
from integrations.pipeline.prepare import Prepared, prepare, with_raw
from integrations.pipeline.results import Attempt, BatchResult, Outcome

__all__ = [
    "Attempt",
    "BatchResult",
    "Halved",
    "Outcome",
    "Packed",
    "PackedBatch",
    "Prepared",
    "deliver",
    "halve",
    "pack",
    "prepare",
    "with_raw",
]
