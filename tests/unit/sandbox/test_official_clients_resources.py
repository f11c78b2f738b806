"""Datadog's own client library judges incidents, dashboards, monitors and log pipelines."""

# The generated client annotates nothing, so calls into it cannot be checked.
# mypy: disallow-untyped-calls=False

from __future__ import annotations

from collections.abc import Iterator

import pytest
from datadog_api_client import ApiClient, Configuration
from datadog_api_client.exceptions import ApiException, NotFoundException
from datadog_api_client.v1.api.dashboards_api import DashboardsApi
from datadog_api_client.v1.api.logs_pipelines_api import LogsPipelinesApi
from datadog_api_client.v1.api.monitors_api import MonitorsApi
from datadog_api_client.v1.model.dashboard import Dashboard
from datadog_api_client.v1.model.dashboard_layout_type import DashboardLayoutType
from datadog_api_client.v1.model.logs_filter import LogsFilter
from datadog_api_client.v1.model.logs_pipeline import LogsPipeline
from datadog_api_client.v1.model.monitor import Monitor
from datadog_api_client.v1.model.monitor_type import MonitorType
from datadog_api_client.v1.model.monitor_update_request import MonitorUpdateRequest
from datadog_api_client.v1.model.note_widget_definition import NoteWidgetDefinition
from datadog_api_client.v1.model.note_widget_definition_type import NoteWidgetDefinitionType
from datadog_api_client.v1.model.widget import Widget
from datadog_api_client.v2.api.incidents_api import IncidentsApi
from datadog_api_client.v2.model.incident_create_attributes import IncidentCreateAttributes
from datadog_api_client.v2.model.incident_create_data import IncidentCreateData
from datadog_api_client.v2.model.incident_create_request import IncidentCreateRequest
from datadog_api_client.v2.model.incident_field_attributes_single_value import (
    IncidentFieldAttributesSingleValue,
)
from datadog_api_client.v2.model.incident_field_attributes_single_value_type import (
    IncidentFieldAttributesSingleValueType,
)
from datadog_api_client.v2.model.incident_type import IncidentType
from datadog_api_client.v2.model.incident_update_attributes import IncidentUpdateAttributes
from datadog_api_client.v2.model.incident_update_data import IncidentUpdateData
from datadog_api_client.v2.model.incident_update_request import IncidentUpdateRequest

from tests.unit.sandbox.driver import Sandbox

_INCIDENT_CALLS = (
    "create_incident",
    "get_incident",
    "update_incident",
    "delete_incident",
    "list_incidents",
    "search_incidents",
)


@pytest.fixture
def by_bearer(sandbox: Sandbox) -> Iterator[ApiClient]:
    token = sandbox.credentials()["access_token"]
    configuration = Configuration(host=sandbox.at(""), access_token=token)
    for call in _INCIDENT_CALLS:
        configuration.unstable_operations[call] = True
    with ApiClient(configuration) as client:
        yield client


@pytest.fixture
def by_keys(sandbox: Sandbox) -> Iterator[ApiClient]:
    made = sandbox.credentials()
    configuration = Configuration(host=sandbox.at(""))
    configuration.api_key["apiKeyAuth"] = made["api_key"]
    configuration.api_key["appKeyAuth"] = made["app_key"]
    with ApiClient(configuration) as client:
        yield client


def _new(title: str) -> IncidentCreateRequest:
    attributes = IncidentCreateAttributes(title=title, customer_impacted=False)
    data = IncidentCreateData(type=IncidentType.INCIDENTS, attributes=attributes)
    return IncidentCreateRequest(data=data)


# The client warns of every incident call, since Datadog may still change them.
unstable = pytest.mark.filterwarnings("ignore:Using unstable operation")


@unstable
def test_the_client_lives_through_an_incident(by_bearer: ApiClient) -> None:
    api = IncidentsApi(by_bearer)
    made = api.create_incident(_new("Down, acme-7f3a")).data
    resolved = IncidentFieldAttributesSingleValue(
        type=IncidentFieldAttributesSingleValueType.DROPDOWN, value="resolved"
    )
    change = IncidentUpdateData(
        id=made.id,
        type=IncidentType.INCIDENTS,
        attributes=IncidentUpdateAttributes(fields={"state": resolved}),
    )
    changed = api.update_incident(made.id, IncidentUpdateRequest(data=change)).data
    assert (changed.attributes.state, changed.attributes.resolved is not None) == ("resolved", True)
    found = api.search_incidents(query="acme-7f3a").data.attributes
    assert (found.total, found.incidents[0].data.id) == (1, made.id)
    assert api.get_incident(made.id).data.attributes.title == "Down, acme-7f3a"
    api.delete_incident(made.id)
    with pytest.raises(NotFoundException):
        api.get_incident(made.id)


@unstable
@pytest.mark.parametrize("count", [4, 5])
def test_the_client_pages_through_incidents(by_bearer: ApiClient, count: int) -> None:
    api = IncidentsApi(by_bearer)
    for number in range(count):
        api.create_incident(_new(f"Incident {number}"))
    listed = list(api.list_incidents_with_pagination(page_size=2))
    assert len({one.id for one in listed}) == count
    assert len(list(api.search_incidents_with_pagination(query="*", page_size=2))) == count


def test_the_client_lives_through_a_dashboard(by_bearer: ApiClient) -> None:
    api = DashboardsApi(by_bearer)
    note = NoteWidgetDefinition(type=NoteWidgetDefinitionType.NOTE, content="hello")
    body = Dashboard(
        title="Acme", layout_type=DashboardLayoutType.ORDERED, widgets=[Widget(definition=note)]
    )
    made = api.create_dashboard(body=body)
    assert api.get_dashboard(made.id).widgets[0].definition.content == "hello"
    body.title = "New"
    assert api.update_dashboard(made.id, body=body).title == "New"
    assert [one.title for one in api.list_dashboards_with_pagination()] == ["New"]
    assert api.delete_dashboard(made.id).deleted_dashboard_id == made.id


def test_the_client_lives_through_a_monitor(by_bearer: ApiClient) -> None:
    api = MonitorsApi(by_bearer)
    query = "avg(last_5m):avg:acme.lag{*} > 2"
    body = Monitor(name="Lag", type=MonitorType.METRIC_ALERT, query=query)
    assert api.validate_monitor(body=body) == {}
    made = api.create_monitor(body=body)
    assert str(made.type) == "query alert"
    assert api.update_monitor(made.id, body=MonitorUpdateRequest(name="New")).name == "New"
    assert api.search_monitors(query="new").metadata.total_count == 1
    assert api.delete_monitor(made.id).deleted_monitor_id == made.id
    wrong = Monitor(type=MonitorType.LOG_ALERT, query="query")
    with pytest.raises(ApiException) as raised:
        api.create_monitor(body=wrong)
    assert "invalid operator specified" in str(raised.value.body)


def test_the_client_makes_log_pipelines_with_keys_only(
    by_keys: ApiClient, by_bearer: ApiClient
) -> None:
    api = LogsPipelinesApi(by_keys)
    body = LogsPipeline(name="acme", filter=LogsFilter(query="source:acme"))
    made = api.create_logs_pipeline(body=body)
    body.is_enabled = True
    assert api.update_logs_pipeline(made.id, body=body).is_enabled is True
    assert api.get_logs_pipeline(made.id).filter.query == "source:acme"
    assert len(api.list_logs_pipelines().value) == 1
    api.delete_logs_pipeline(made.id)
    with pytest.raises(ApiException) as raised:
        LogsPipelinesApi(by_bearer).create_logs_pipeline(body=body)
    assert raised.value.status == 403
