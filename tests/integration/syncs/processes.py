"""Python processes of their own on the test's database, to be measured or killed."""

from __future__ import annotations

import os
import subprocess
import sys

from django.db import connections

_PREAMBLE = """
import django
from django.db import connections
django.setup()
for alias, name in {names!r}.items():
    connections[alias].settings_dict["NAME"] = name
"""


def start_process(code: str, **environment: str) -> subprocess.Popen[str]:
    """Start Python with Django set up; ``code`` follows."""
    names = {alias: connections[alias].settings_dict["NAME"] for alias in ("default", "support")}
    return subprocess.Popen(
        [sys.executable, "-c", _PREAMBLE.format(names=names) + code],
        env=os.environ | environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
