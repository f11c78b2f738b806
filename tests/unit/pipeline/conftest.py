"""A sandbox for the tests of this room."""

from collections.abc import Iterator

import pytest

from integrations.sandbox import running_sandbox


@pytest.fixture(scope="session")
def sandbox_url() -> Iterator[str]:
    with running_sandbox() as url:
        yield url
