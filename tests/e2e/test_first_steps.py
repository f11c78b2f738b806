"""A new customer's first quarter of an hour, in a real browser against real processes."""

from __future__ import annotations

import json
import re
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.conftest import Stage

pytestmark = pytest.mark.browser

PASSWORD = "a long enough password"
RECORDS = 30


def sign_up(page: Page, email: str) -> None:
    page.get_by_label("Email").fill(email)
    page.get_by_label("Password").first.fill(PASSWORD)
    page.get_by_role("main").get_by_role("button", name=re.compile("sign up|create", re.I)).click()


def make_organisation(page: Page, name: str) -> None:
    page.get_by_label("Name").fill(name)
    page.get_by_role("main").get_by_role("button").first.click()


def consent_and_return(page: Page) -> None:
    page.get_by_role("button", name="Continue to Datadog").click()
    expect(page.get_by_text("Create one API key")).to_be_visible()
    page.get_by_role("button", name="Authorize").click()
    expect(page.get_by_text("close this tab")).to_be_visible()


def map_metrics(page: Page, slug: str, stage: Stage) -> None:
    page.goto(f"{stage.portal}/o/{slug}/mappings/new/")
    page.get_by_label("Cloud metrics").check()
    page.get_by_label("Metrics: numbers").check()
    page.get_by_role("button", name="Continue").click()
    expect(page.locator("#live")).to_contain_text("nimbus.")
    page.get_by_role("button", name="Save mapping").click()


def push_records(stage: Stage, slug: str, file: Path) -> None:
    now = datetime.now(UTC)
    lines = [
        {
            "resource": "web-1",
            "measure": "cpu_utilization",
            "measured_at": (now - timedelta(seconds=index)).isoformat(),
            "value": index / 2,
        }
        for index in range(RECORDS)
    ]
    file.write_text("\n".join(map(json.dumps, lines)))
    stage.manage("load_records", "--organisation", slug, "--dataset", "cloud-metrics", str(file))


def assert_synced(page: Page, slug: str, stage: Stage) -> None:
    """The history shows a run that has sent every record."""
    history = f"{stage.portal}/o/{slug}/runs/"
    row = page.get_by_role("row").filter(has_text="Succeeded").filter(has_text=str(RECORDS))
    for _ in range(30):
        page.goto(history)
        if row.count():
            break
        page.wait_for_timeout(500)
    row.first.get_by_role("link").first.click()
    expect(page.get_by_role("main")).to_contain_text(f"{RECORDS}")
    expect(page.get_by_role("main")).to_contain_text("Succeeded")


def test_a_customer_comes_from_the_tile_on_eu1_with_a_subdomain_and_sees_the_first_sync(
    page: Page, stage: Stage, tmp_path: Path
) -> None:
    page.goto(f"{stage.portal}/connect/?site=https://bigcorp.datadoghq.eu&domain=datadoghq.eu")
    page.get_by_role("link", name=re.compile("sign up|create", re.I)).first.click()
    sign_up(page, "tile@bigcorp.example")
    make_organisation(page, "Bigcorp")
    expect(page.get_by_text("bigcorp.datadoghq.eu")).to_be_visible()
    consent_and_return(page)
    map_metrics(page, "bigcorp", stage)
    push_records(stage, "bigcorp", tmp_path / "records.ndjson")
    assert_synced(page, "bigcorp", stage)


def test_a_customer_starts_in_the_portal_and_is_asked_for_the_site_only(
    page: Page, stage: Stage, tmp_path: Path
) -> None:
    page.goto(f"{stage.portal}/accounts/signup/")
    sign_up(page, "portal@sakura.example")
    make_organisation(page, "Sakura")
    page.goto(f"{stage.portal}/o/sakura/connections/new/")
    page.get_by_label(re.compile("AP1")).check()
    consent_and_return(page)
    map_metrics(page, "sakura", stage)
    push_records(stage, "sakura", tmp_path / "records.ndjson")
    assert_synced(page, "sakura", stage)


def test_a_customer_who_denies_is_told_what_happened_and_what_to_do(
    page: Page, stage: Stage
) -> None:
    page.goto(f"{stage.portal}/connect/?site=https://us5.datadoghq.com&domain=us5.datadoghq.com")
    page.get_by_role("link", name=re.compile("sign up|create", re.I)).first.click()
    sign_up(page, "no@denial.example")
    make_organisation(page, "Denial")
    page.get_by_role("button", name="Continue to Datadog").click()
    page.get_by_role("button", name="Deny").click()
    expect(page.get_by_role("main")).to_contain_text("nothing was linked")
    expect(page.get_by_role("link", name="Start again")).to_be_visible()
