"""What a mapping is about: a connection, a dataset with its samples, and a data type."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import orjson
from django.conf import settings

from portal.connections.models import Connection
from portal.mappings import gateways
from portal.mappings.domain import DataType
from portal.mappings.models import Dataset
from portal.mappings.selectors import sample_records

MAX_SHOWN_CHARACTERS = 60
"""Longer sample values are cut beside a field; the preview shows them whole."""


@dataclass(frozen=True, slots=True)
class Subject:
    """Everything the editor has to know besides what the person enters."""

    connection: Connection
    dataset: Dataset
    data_type: str
    fields: tuple[gateways.Field, ...]
    samples: tuple[dict[str, Any], ...]
    prefix: str

    @classmethod
    def of(cls, connection: Connection, dataset: Dataset, data_type: str) -> Subject:
        return cls(
            connection=connection,
            dataset=dataset,
            data_type=data_type,
            fields=tuple(gateways.fields_of(dataset)),
            samples=tuple(sample_records(dataset)),
            prefix=settings.VENDOR_PREFIX.lower(),
        )

    @property
    def types(self) -> Mapping[str, str]:
        return {field.name: field.type for field in self.fields}

    @property
    def data_type_words(self) -> str:
        return DataType(self.data_type).words

    @property
    def site_label(self) -> str:
        return gateways.site_label(self.connection.site)

    @property
    def field_lines(self) -> list[tuple[gateways.Field, str]]:
        """The fields with what the first sample record holds there."""
        return [(field, self.sample_of(field.name)) for field in self.fields]

    def sample_of(self, path: str) -> str:
        """What the first sample record holds at a path, as short text; "" for nothing."""
        if not self.samples:
            return ""
        found = gateways.value_at(path, self.samples[0])
        return "" if found is None else shortened(found)

    def result_of(self, value: Mapping[str, Any]) -> str:
        """What a value of the document gives for the first sample record; "" for a constant."""
        if "field" in value:
            return self.sample_of(value["field"])
        if "template" in value and self.samples:
            return shortened(gateways.fill_template(value["template"], self.samples[0]))
        return ""


def shortened(value: object) -> str:
    """A value as one short line."""
    text = value if isinstance(value, str) else orjson.dumps(value).decode()
    return text if len(text) <= MAX_SHOWN_CHARACTERS else f"{text[: MAX_SHOWN_CHARACTERS - 1]}…"
