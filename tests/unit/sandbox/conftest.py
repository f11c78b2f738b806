"""One sandbox for the whole run, started over before each test."""

from __future__ import annotations

import time
from collections.abc import Iterator

import pytest

from integrations.sandbox import running_sandbox
from tests.unit.sandbox.driver import Sandbox


@pytest.fixture(scope="session")
def sandbox_url() -> Iterator[str]:
    with running_sandbox() as url:
        yield url


@pytest.fixture(autouse=True)
def fresh_now(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """A module's NOW is the time of the test, not that of its collection minutes ago."""
    if hasattr(request.module, "NOW"):
        monkeypatch.setattr(request.module, "NOW", int(time.time()))


@pytest.fixture
def sandbox(sandbox_url: str) -> Sandbox:
    driver = Sandbox(sandbox_url)
    driver.tell("reset")
    return driver
