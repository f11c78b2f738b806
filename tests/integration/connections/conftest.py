"""What every test of connections starts with."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from portal.connections.vault import forget_data_keys


@pytest.fixture(autouse=True)
def _no_open_data_keys() -> Iterator[None]:
    yield
    forget_data_keys()
