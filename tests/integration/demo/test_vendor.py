"""The demo's vendor goes on pushing after the database was away."""

from __future__ import annotations

import time
from typing import Any

import pytest
from django.core.management import call_command
from django.db import OperationalError, connections

from portal.demo.management.commands import demo_vendor


class EndOfTestError(Exception):
    """The command itself never ends."""


@pytest.mark.django_db(databases=["default", "support"])
def test_a_database_that_is_away_does_not_end_it(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    beats: list[int] = []

    def push(beat: int) -> None:
        beats.append(beat)
        raise OperationalError("gone") if len(beats) == 1 else EndOfTestError

    def nothing(*args: Any) -> None:
        """Neither wait nor close the test's connections."""

    monkeypatch.setattr(demo_vendor, "_push", push)
    monkeypatch.setattr(time, "sleep", nothing)
    monkeypatch.setattr(connections, "close_all", nothing)
    with pytest.raises(EndOfTestError):
        call_command("demo_vendor")
    assert len(beats) == 2
    assert "The database is away" in capsys.readouterr().err
