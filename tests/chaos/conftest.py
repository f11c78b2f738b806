"""What the chaos tests borrow from the others, and how many lines they kill at."""

from __future__ import annotations

import pytest

from tests.integration.conftest import sandbox as sandbox
from tests.integration.conftest import sandbox_url as sandbox_url


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--every-line", action="store_true", help="kill at every executed line, not at a sample"
    )
