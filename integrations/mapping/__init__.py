"""What an organisation sends where: mapping documents, compiled to functions over records.

Knows neither where records come from nor how they travel.
"""

from integrations.core.fields import FIELD_TYPES, DatasetField
from integrations.mapping.check import Problem, check_mapping
from integrations.mapping.compiled import CompiledMapping, Mapped, compile_mapping
from integrations.mapping.document import MappingDocument, decode_mapping, encode_mapping
from integrations.mapping.event_documents import EventsMapping
from integrations.mapping.incident_documents import IncidentsMapping
from integrations.mapping.preview import PreviewRow, preview
from integrations.mapping.suggest import suggest_mapping
from integrations.mapping.telemetry_documents import (
    DistributionsMapping,
    LogsMapping,
    MetricsMapping,
    ServiceChecksMapping,
)
from integrations.mapping.trace_documents import TracesMapping

__all__ = [
    "FIELD_TYPES",
    "CompiledMapping",
    "DatasetField",
    "DistributionsMapping",
    "EventsMapping",
    "IncidentsMapping",
    "LogsMapping",
    "Mapped",
    "MappingDocument",
    "MetricsMapping",
    "PreviewRow",
    "Problem",
    "ServiceChecksMapping",
    "TracesMapping",
    "check_mapping",
    "compile_mapping",
    "decode_mapping",
    "encode_mapping",
    "preview",
    "suggest_mapping",
]
