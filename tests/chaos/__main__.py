"""``python -m tests.chaos --kills 50 [--redis]``; exit code 1 when a promise is broken."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Callable
from pathlib import Path

import django
from django.utils.module_loading import import_string

from tests.chaos.plan import Plan
from tests.chaos.report import Figures, save, table
from tests.chaos.stage import ROOT, ChaosError, environment_of, own_directory


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="tests.chaos", description=__doc__)
    parser.add_argument("--kills", type=int, default=50, help="of worker processes, with kill -9")
    parser.add_argument("--seed", type=int, default=1, help="the same seed, the same plan")
    parser.add_argument("--workers", type=int, default=2, help="each with two processes")
    parser.add_argument("--redis", action="store_true", help="a Redis of its own as the broker")
    parser.add_argument("--var", type=Path, help="keep database and logs in this directory")
    parser.add_argument("--json", type=Path, default=ROOT / "var" / "chaos.json")
    return parser.parse_args()


def main() -> int:
    told = _arguments()
    plan = Plan(told.kills, told.seed, workers=told.workers, redis=told.redis)
    with own_directory(told.var) as var:
        os.environ.update(environment_of(plan, var))
        django.setup()
        # By name: what they import needs the settings, and these the environment.
        run: Callable[[Plan, Path], Figures] = import_string("tests.chaos.campaign.run")
        try:
            figures = run(plan, var)
        except ChaosError as error:
            sys.stderr.write(f"{error}\n")
            return 1
        finally:
            import_string("portal.embedded.postgres.release")()
    save(figures, told.json)
    sys.stdout.write(table(figures) + "\n")
    return 0 if figures.holds else 1


if __name__ == "__main__":
    sys.exit(main())
