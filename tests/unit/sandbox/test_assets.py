"""Dashboards, monitors and log pipelines: made, read, changed, deleted, by whom."""

from __future__ import annotations

from typing import Any

import pytest
import requests

from tests.unit.sandbox.driver import Sandbox, bearer

DASHBOARD, MONITOR = "/api/v1/dashboard", "/api/v1/monitor"
PIPELINE = "/api/v1/logs/config/pipelines"
NOTE = {"definition": {"type": "note", "content": "hello"}}


def _dashboard(**fields: Any) -> dict[str, Any]:
    return {"title": "Acme Overview", "layout_type": "ordered", "widgets": [NOTE], **fields}


def _monitor(**fields: Any) -> dict[str, Any]:
    query = "avg(last_5m):avg:acme.lag{*} by {host} > 2"
    return {"name": "Acme lag", "type": "metric alert", "query": query, **fields}


def _pipeline(**fields: Any) -> dict[str, Any]:
    return {"name": "acme", "filter": {"query": "source:acme"}, **fields}


class Assets:
    """Calls with API key and application key, or with a bearer of every scope."""

    def __init__(self, sandbox: Sandbox, *, with_bearer: bool = False) -> None:
        self.sandbox = sandbox
        made = sandbox.credentials()
        pair = {"DD-API-KEY": made["api_key"], "DD-APPLICATION-KEY": made["app_key"]}
        self.headers = bearer(made["access_token"]) if with_bearer else pair

    def call(self, method: str, path: str, **sent: Any) -> requests.Response:
        url = self.sandbox.at(path)
        return requests.request(method, url, headers=self.headers, timeout=10, **sent)

    def made(self, path: str, body: dict[str, Any]) -> dict[str, Any]:
        answer = self.call("POST", path, json=body)
        assert answer.status_code == 200, answer.text
        return dict(answer.json())


@pytest.fixture
def assets(sandbox: Sandbox) -> Assets:
    return Assets(sandbox)


@pytest.mark.parametrize(
    ("path", "body", "kind"),
    [
        (DASHBOARD, _dashboard(), "dashboards"),
        (MONITOR, _monitor(), "monitors"),
        (PIPELINE, _pipeline(), "log_pipelines"),
    ],
)
def test_an_asset_is_made_read_changed_and_deleted(
    sandbox: Sandbox, assets: Assets, path: str, body: dict[str, Any], kind: str
) -> None:
    made = assets.made(path, body)
    address = f"{path}/{made['id']}"
    assert assets.call("GET", address).json() == made
    changed = assets.call("PUT", address, json={**body, "tags": ["team:a"]}).json()
    assert (changed["id"], changed["tags"]) == (made["id"], ["team:a"])
    (item,) = sandbox.ask("items", type=kind)["items"]
    assert (item["id"], item["tags"], item["site"]) == (made["id"], ["team:a"], "datadoghq.eu")
    assert assets.call("DELETE", address).status_code == 200
    assert [assets.call(m, address).status_code for m in ("GET", "DELETE")] == [404, 404]
    assert assets.call("PUT", address, json=body).status_code == 404
    counts = sandbox.ask("stats")["totals"][kind]
    assert (counts["accepted"], counts["overwritten"]) == (1, 1)
    assert sandbox.ask("items", type=kind)["items"] == []


def test_a_dashboard_gets_an_id_an_address_and_widget_ids(assets: Assets) -> None:
    made = assets.made(DASHBOARD, _dashboard(default_timeframe={"type": "live"}))
    assert [len(part) for part in made["id"].split("-")] == [3, 3, 3]
    assert made["url"] == f"/dashboard/{made['id']}/acme-overview"
    assert isinstance(made["widgets"][0]["id"], int)
    assert (made["description"], made["default_timeframe"]) == (None, {"type": "live"})


def test_dashboards_are_listed_without_widgets_and_the_deleted_apart(assets: Assets) -> None:
    ids = [assets.made(DASHBOARD, _dashboard())["id"] for _ in range(3)]
    deleted = assets.call("DELETE", f"{DASHBOARD}/{ids[0]}").json()
    assert deleted == {"deleted_dashboard_id": ids[0]}

    def listed(**params: Any) -> list[str]:
        found = assets.call("GET", DASHBOARD, params=params).json()["dashboards"]
        assert all("widgets" not in one for one in found)
        return [one["id"] for one in found]

    assert listed() == ids[1:]
    assert listed(start=1, count=1) == ids[2:]
    assert listed(**{"filter[deleted]": "true"}) == ids[:1]


@pytest.mark.parametrize(
    "wrong",
    [
        {"title": None},
        {"layout_type": "grid"},
        {"layout_type": "free"},
        {"widgets": None},
        {"widgets": [{"definition": {}}]},
        {"tags": ["env:prod"]},
        {"template_variables": [{"name": "a", "default": "b", "defaults": ["b"]}]},
        {"template_variables": [{"name": "a", "defaults": [""]}]},
    ],
    ids=str,
)
def test_a_wrong_dashboard_is_a_bad_request(assets: Assets, wrong: dict[str, Any]) -> None:
    answer = assets.call("POST", DASHBOARD, json=_dashboard(**wrong))
    assert answer.status_code == 400
    assert answer.json()["errors"]


def test_a_monitor_is_filled_up_as_datadog_does(assets: Assets) -> None:
    made = assets.made(MONITOR, _monitor(options={"thresholds": {"critical": 2}}))
    assert (made["type"], made["multi"], made["overall_state"]) == ("query alert", True, "No Data")
    assert made["options"]["thresholds"] == {"critical": 2.0}
    assert made["options"]["new_host_delay"] == 300
    changed = assets.call("PUT", f"{MONITOR}/{made['id']}", json={"name": "New", "id": 5}).json()
    assert (changed["name"], changed["id"]) == ("New", made["id"])
    deleted = assets.call("DELETE", f"{MONITOR}/{made['id']}").json()
    assert deleted == {"deleted_monitor_id": made["id"]}
    gone = assets.call("GET", f"{MONITOR}/{made['id']}")
    assert (gone.status_code, gone.json()) == (404, {"errors": ["Monitor not found"]})


@pytest.mark.parametrize(
    ("wrong", "told"),
    [
        ({"query": "query"}, "parameter 'query' is invalid: invalid operator specified: "),
        ({"query": "avg:a{*} > ..", "name": "x"}, "'query' is invalid"),
        ({"options": {"thresholds": {"critical": 3}}}, "Alert threshold (3.0) does not match"),
        ({"options": {"thresholds": 3}}, "'options' is invalid"),
        ({"type": "alert"}, "type"),
        ({"priority": 6}, "priority"),
    ],
)
def test_a_wrong_monitor_is_refused_when_made_and_when_checked(
    sandbox: Sandbox, assets: Assets, wrong: dict[str, Any], told: str
) -> None:
    for path in (MONITOR, f"{MONITOR}/validate"):
        answer = assets.call("POST", path, json=_monitor(**wrong))
        assert answer.status_code == 400
        assert told in answer.json()["errors"][0]
    assert sandbox.ask("items", type="monitors")["total"] == 0


def test_checking_a_monitor_makes_none(sandbox: Sandbox, assets: Assets) -> None:
    answer = assets.call("POST", f"{MONITOR}/validate", json=_monitor())
    assert (answer.status_code, answer.json()) == (200, {})
    assert sandbox.ask("items", type="monitors")["total"] == 0


def test_monitors_are_searched_page_by_page(assets: Assets) -> None:
    for number in range(3):
        assets.made(MONITOR, _monitor(name=f"Lag {number}", tags=[f"n:{number}"]))

    def search(**params: Any) -> dict[str, Any]:
        return dict(assets.call("GET", f"{MONITOR}/search", params=params).json())

    found = search(query='"lag" status:"no data"', per_page=2, page=1)
    assert len(found["monitors"]) == 1
    assert found["metadata"] == {"page": 1, "per_page": 2, "page_count": 2, "total_count": 3}
    assert [one["name"] for one in search(query="tag:n:1")["monitors"]] == ["Lag 1"]
    named = assets.call("GET", MONITOR, params={"monitor_tags": "n:2"}).json()
    assert [one["name"] for one in named] == ["Lag 2"]
    wrong = search(query="status:notastatus")["errors"]
    assert wrong == ["Query parsing error: 'notastatus' is not a valid monitor status"]


def test_no_bearer_reaches_log_pipelines(sandbox: Sandbox) -> None:
    by_bearer = Assets(sandbox, with_bearer=True)
    for method in ("GET", "POST"):
        assert by_bearer.call(method, PIPELINE, json=_pipeline()).status_code == 403
    assert by_bearer.call("POST", DASHBOARD, json=_dashboard()).status_code == 200
    key_only = {"DD-API-KEY": sandbox.credentials()["api_key"]}
    assert requests.get(sandbox.at(PIPELINE), headers=key_only, timeout=10).status_code == 403


def test_a_pipeline_is_off_until_switched_on(assets: Assets) -> None:
    made = assets.made(PIPELINE, _pipeline(processors=[{"type": "date-remapper"}]))
    assert (made["type"], made["is_enabled"], made["is_read_only"]) == ("pipeline", False, False)
    assert assets.call("GET", PIPELINE).json() == [made]
    wrong: list[dict[str, Any]] = [{"name": ""}, {"filter": "x"}, {"processors": [{}]}]
    for change in wrong:
        answer = assets.call("POST", PIPELINE, json=_pipeline(**change))
        assert (answer.status_code, answer.json()["error"]["code"]) == (400, "BadRequest")
