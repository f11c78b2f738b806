"""A worker's turn in a process of its own that kills itself at the n-th line of the delivery code.

Forked from the test, which has everything loaded: no start-up for each of hundreds of kills.
"""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Callable
from types import FrameType
from typing import Any

from django.db import connections

from portal.syncs.services import chunks, jobs, leases, push, shipments, stretches

DELIVERY_CODE = frozenset(
    module.__file__ for module in (push, jobs, chunks, shipments, leases, stretches)
)


def killed_at(line: int, work: Callable[[], object]) -> bool:
    """Do the work in a fork and kill it -9 there; False when it ended before it came so far."""
    connections.close_all()  # a connection must not have two processes
    child = os.fork()
    if child == 0:
        _work_until(line, work)
    _, status = os.waitpid(child, 0)
    if os.WIFSIGNALED(status):
        return True
    assert os.waitstatus_to_exitcode(status) == 0, "the work failed by itself"
    return False


def _work_until(line: int, work: Callable[[], object]) -> None:
    code = 1
    try:
        sys.settrace(_killer(line))
        work()
        code = 0
    finally:
        os._exit(code)


def _killer(last: int) -> Callable[[FrameType, str, Any], Any]:
    passed = 0

    def on_line(frame: FrameType, event: str, arg: object) -> Any:
        nonlocal passed
        if event == "line":
            passed += 1
            if passed == last:
                os.kill(os.getpid(), signal.SIGKILL)
        return on_line

    def on_call(frame: FrameType, event: str, arg: object) -> Any:
        return on_line if frame.f_code.co_filename in DELIVERY_CODE else None

    return on_call
