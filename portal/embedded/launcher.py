"""Runs one command in a session of its own and ends all of it when its own input closes.

The manager holds the other end of that pipe, so closing it stops the command, and so does the
manager's death by any signal. Started as a script; imports nothing of the portal, to be small.

    python launcher.py GRACE_SECONDS COMMAND…
"""

from __future__ import annotations

import ctypes
import os
import select
import signal
import subprocess
import sys
import time
from contextlib import suppress
from pathlib import Path

PR_SET_PDEATHSIG = 1
"""prctl(2): a signal for the command, should this launcher be killed."""


def main(arguments: list[str]) -> int:
    grace_s, command = float(arguments[0]), arguments[1:]
    libc = ctypes.CDLL(None)
    try:
        child = subprocess.Popen(  # noqa: S603 - the manager's own command
            command,
            stdin=subprocess.DEVNULL,
            preexec_fn=lambda: libc.prctl(PR_SET_PDEATHSIG, signal.SIGTERM),
        )
    except OSError as error:
        sys.stderr.write(f"{command[0]}: {error.strerror}\n")
        return 127  # what a shell answers for a command that it cannot find
    _wait_for_end_of(child)
    code = _end(child, deadline=time.monotonic() + grace_s)
    return code if code >= 0 else 128 - code  # as a shell tells of a signal


def _wait_for_end_of(child: subprocess.Popen[bytes]) -> None:
    """Return when the command ends or when the manager lets go."""
    poll = select.poll()
    poll.register(sys.stdin.fileno(), select.POLLIN)
    poll.register(os.pidfd_open(child.pid), select.POLLIN)
    poll.poll()


def _end(child: subprocess.Popen[bytes], *, deadline: float) -> int:
    # The command alone at first: a worker lets its pool finish, and a signal to the pool would not.
    child.terminate()
    with suppress(subprocess.TimeoutExpired):
        child.wait(timeout=max(deadline - time.monotonic(), 0))
    end_session(os.getpid(), deadline=deadline)
    return child.wait()


def end_session(session: int, *, deadline: float) -> None:
    """Ask whatever runs in a launcher's session to end, and make it at the deadline."""
    _signal(session, signal.SIGTERM)
    while _members(session) and time.monotonic() < deadline:
        time.sleep(0.02)
    while _members(session):
        _signal(session, signal.SIGKILL)
        time.sleep(0.005)


def _signal(session: int, number: int) -> None:
    for pid in _members(session):
        with suppress(ProcessLookupError):
            os.kill(pid, number)


def _members(session: int) -> list[int]:
    """The living processes of the session except its leader, which is the launcher."""
    found = []
    for entry in Path("/proc").glob("[0-9]*"):
        with suppress(OSError):  # ended while we looked
            # proc(5): pid (name) state parent group session …, and the name may hold anything.
            words = (entry / "stat").read_text(errors="replace").rpartition(")")[2].split()
            if int(words[3]) == session and words[0] not in "ZX" and int(entry.name) != session:
                found.append(int(entry.name))
    return found


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
