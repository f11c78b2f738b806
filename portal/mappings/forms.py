"""The questions before the editor: what a new mapping is about."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django import forms

from portal.connections.models import Connection
from portal.mappings import gateways
from portal.mappings.domain import DataType
from portal.mappings.models import Dataset
from portal.mappings.selectors import connections_to_map, datasets_offered


class ConnectionField(forms.ModelChoiceField[Connection]):
    def label_from_instance(self, obj: Connection) -> str:
        return f"{gateways.site_label(obj.site)} · {address_of(obj)}"


class DatasetField(forms.ModelChoiceField[Dataset]):
    def label_from_instance(self, obj: Dataset) -> str:
        return f"{obj.title}: {obj.description}" if obj.description else obj.title


class SubjectForm(forms.Form):
    """The questions before the editor; the connection is none when there is only one."""

    connection = ConnectionField(
        Connection._base_manager.none(), empty_label=None, widget=forms.RadioSelect, label="Send to"
    )
    dataset = DatasetField(
        Dataset.objects.none(), empty_label=None, widget=forms.RadioSelect, label="Records"
    )
    data_type = forms.ChoiceField(
        choices=[
            (DataType.METRICS.value, "Metrics: numbers over time, for graphs and monitors"),
            (DataType.DISTRIBUTIONS.value, "Distributions: numbers whose percentiles matter"),
            (DataType.LOGS.value, "Logs: one searchable entry for each record"),
            (DataType.EVENTS.value, "Events: things that happened, changes and alerts"),
            (DataType.SERVICE_CHECKS.value, "Service checks: whether something works, per host"),
            (DataType.TRACES.value, "Traces: steps of a request, and how long each took"),
            (DataType.INCIDENTS.value, "Incidents: troubles that people have to deal with"),
        ],
        widget=forms.RadioSelect,
        label="Send them as",
    )

    def __init__(self, data: Mapping[str, Any] | None = None) -> None:
        super().__init__(data)
        connections = connections_to_map()
        self.fields["connection"].queryset = connections  # type: ignore[attr-defined]  # is a ModelChoiceField
        self.fields["dataset"].queryset = datasets_offered()  # type: ignore[attr-defined]  # the same
        if len(connections) == 1:
            self.only_connection = ConnectionField.label_from_instance(
                self.fields["connection"],  # type: ignore[arg-type]  # a ConnectionField by the class
                connections[0],
            )
            self.fields["connection"].widget = forms.HiddenInput()
            self.initial["connection"] = connections[0].pk


def address_of(connection: Connection) -> str:
    """The Datadog address a person knows the connection by."""
    return gateways.site_address(connection.site, connection.subdomain)
