"""What the portal's tests share: the stand-in for Datadog, empty at the start of each test."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from pytest_django import Settings

from integrations.sandbox import running_sandbox
from tests.integration.sandbox import Sandbox


@pytest.fixture(scope="session")
def sandbox_url() -> Iterator[str]:
    with running_sandbox() as url:
        yield url


@pytest.fixture
def sandbox(sandbox_url: str, settings: Settings) -> Iterator[Sandbox]:
    """The portal talks to a sandbox that knows nobody yet."""
    settings.DATADOG_SANDBOX_URL = sandbox_url
    stand_in = Sandbox(sandbox_url)
    stand_in.tell("reset")
    yield stand_in
    stand_in.close()
