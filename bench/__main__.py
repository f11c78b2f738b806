"""Runs the benchmarks: ``python -m bench [push] [dispatch] [pages]``, all of them by default.

Everything happens in a portal of its own below var/bench/: database, broker and secrets.
"""

from __future__ import annotations

import os
import sys
from importlib import import_module

import django
from django.db import connections

from bench.places import BENCH_VARIABLE, DATABASE, FIGURES_DIR, PORTAL_DIR

BENCHES = ("push", "dispatch", "pages")
GIVEN = ("DATABASE_URL", "DATABASE_SUPPORT_URL", "DATABASE_OWNER_URL", "CELERY_BROKER_URL")
"""What would lead a benchmark to somebody's database or broker."""


def main(names: list[str]) -> None:
    for name in GIVEN:
        os.environ.pop(name, None)
    os.environ[BENCH_VARIABLE] = str(FIGURES_DIR)
    os.environ["PORTAL_VAR_DIR"] = str(PORTAL_DIR)
    os.environ["PORTAL_LOG_LEVEL"] = "WARNING"
    os.environ["DJANGO_SETTINGS_MODULE"] = "portal.config.settings"
    PORTAL_DIR.mkdir(parents=True, exist_ok=True)
    django.setup()
    for alias in connections:
        connections[alias].settings_dict["NAME"] = DATABASE
    for name in names or BENCHES:
        # By name: these modules import models, which need what stands above.
        import_module(f"bench.{name}").measure()


if __name__ == "__main__":
    main(sys.argv[1:])
