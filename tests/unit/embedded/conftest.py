"""Directories for embedded servers, which are stopped and removed whatever a test did to them."""

from __future__ import annotations

import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from portal.embedded import cluster
from portal.embedded.connections import Connections
from portal.embedded.place import data_of
from portal.embedded.postgres import ensure_running, release

USER = """
import sys
from pathlib import Path
from portal.embedded.place import data_of
from portal.embedded.postgres import ensure_running
ensure_running(Path(sys.argv[1]), durable=False)
print("up", flush=True)
sys.stdin.read()
"""
"""A process of the portal: it uses the server until its input closes."""


def remove(directory: Path) -> None:
    data = data_of(directory)
    release(directory)
    cluster.stop(data)
    shutil.rmtree(data.parent)
    shutil.rmtree(directory, ignore_errors=True)


@pytest.fixture
def directory() -> Iterator[Path]:
    """Not in tmp_path, which is closed to the server's account when the tests run as root."""
    parent = Path(tempfile.mkdtemp())
    parent.chmod(0o711)
    yield parent / "postgres"
    remove(parent / "postgres")
    parent.rmdir()


@pytest.fixture(scope="module")
def connections() -> Iterator[Connections]:
    """A server that several tests share."""
    parent = Path(tempfile.mkdtemp())
    parent.chmod(0o711)
    yield ensure_running(parent / "postgres", durable=False)
    remove(parent / "postgres")
    parent.rmdir()


StartUser = Callable[[Path], "subprocess.Popen[str]"]


@pytest.fixture
def start_user() -> Iterator[StartUser]:
    started: list[subprocess.Popen[str]] = []

    def start(directory: Path) -> subprocess.Popen[str]:
        command = [sys.executable, "-c", USER, str(directory)]
        pipe = subprocess.PIPE
        started.append(subprocess.Popen(command, stdin=pipe, stdout=pipe, text=True))
        return started[-1]

    yield start
    for process in started:
        process.kill()
        process.communicate()
