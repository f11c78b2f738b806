"""What an organisation sends where: mapping documents, compiled to functions over records.

Knows neither where records come from nor how they travel.
"""

from integrations.core.fields import FIELD_TYPES, DatasetField
from integrations.mapping.check import Problem, check_mapping
from integrations.mapping.compiled import CompiledMapping, Mapped, compile_mapping
from integrations.mapping.document import (
    LogsMapping,
    MappingDocument,
    MetricsMapping,
    decode_mapping,
    encode_mapping,
)
from integrations.mapping.preview import PreviewRow, preview
from integrations.mapping.suggest import suggest_mapping

__all__ = [
    "FIELD_TYPES",
    "CompiledMapping",
    "DatasetField",
    "LogsMapping",
    "Mapped",
    "MappingDocument",
    "MetricsMapping",
    "PreviewRow",
    "Problem",
    "check_mapping",
    "compile_mapping",
    "decode_mapping",
    "encode_mapping",
    "preview",
    "suggest_mapping",
]
