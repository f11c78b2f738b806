"""A small campaign on Redis; `make chaos` runs the one on the embedded broker."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.chaos.stage import ROOT


@pytest.mark.heavy
@pytest.mark.timeout(400)
@pytest.mark.skipif(not shutil.which("redis-server"), reason="redis-server is not installed")
def test_a_small_campaign_holds_on_redis(tmp_path: Path) -> None:
    figures = tmp_path / "chaos.json"
    command = [sys.executable, "-m", "tests.chaos", "--kills", "12", "--redis"]
    answer = subprocess.run(
        [*command, "--json", str(figures)], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert answer.returncode == 0, answer.stdout + answer.stderr
    told = json.loads(figures.read_text())
    assert (told["kills"], told["lost"], told["broker"]) == (12, 0, "redis")
