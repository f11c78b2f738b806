"""Where figures are written, and where the benchmarks' own portal lives. Knows no Django."""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
BENCH_VARIABLE = "PORTAL_BENCH_DIR"
"""Tells processes that a benchmark starts where it happens: their PORTAL_VAR_DIR is below."""
FIGURES_DIR = Path(
    os.environ.get(BENCH_VARIABLE)
    or Path(os.environ.get("PORTAL_VAR_DIR", ROOT / "var"), "bench").resolve()
)
PORTAL_DIR = FIGURES_DIR / "portal"
DATABASE = "bench"
"""Dropped and made anew by each benchmark."""


def write_figures(name: str, figures: dict[str, Any]) -> None:
    """Write var/bench/NAME.json and show it."""
    FIGURES_DIR.mkdir(parents=True, exist_ok=True)
    text = json.dumps(figures, indent=2)
    (FIGURES_DIR / f"{name}.json").write_text(text + "\n")
    say(f"{name}: {text}")


def say(line: str) -> None:
    """Tell whoever waits for the figures."""
    sys.stdout.write(line + "\n")
    sys.stdout.flush()
