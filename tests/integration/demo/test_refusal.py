"""The demo starts over each time, so it keeps away from a database that it did not bring along."""

from __future__ import annotations

from typing import Any

import pytest
from django.core.management import CommandError, call_command


def test_the_demo_refuses_a_database_that_was_given(settings: Any) -> None:
    settings.LOCAL = False
    settings.DATADOG_SANDBOX_URL = "http://127.0.0.1:1"
    with pytest.raises(CommandError, match="empties its database"):
        call_command("demo", "--once")
