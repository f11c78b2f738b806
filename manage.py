#!/usr/bin/env python3
"""Django's command line, run with the project's own environment when there is one."""

from __future__ import annotations

import os
import sys
from pathlib import Path

OWN_PYTHON = Path(__file__).resolve().parent / ".venv" / "bin" / "python"


def main() -> None:
    # `make` installs into .venv; whoever calls plain `python manage.py` means that one.
    if OWN_PYTHON.exists() and Path(sys.prefix) != OWN_PYTHON.parent.parent:
        os.execv(OWN_PYTHON, [str(OWN_PYTHON), *sys.argv])  # noqa: S606 - a fixed path of ours
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "portal.config.settings")
    from django.core.management import execute_from_command_line  # noqa: PLC0415 - after the exec

    execute_from_command_line(sys.argv)


if __name__ == "__main__":
    main()
