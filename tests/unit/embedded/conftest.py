"""Directories for embedded servers, which are stopped and removed whatever a test did to them."""

from __future__ import annotations

import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
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


@contextmanager
def open_directory() -> Iterator[Path]:
    """Not in tmp_path, which is closed to the server's account when the tests run as root."""
    parent = Path(tempfile.mkdtemp())
    parent.chmod(0o711)
    yield parent / "postgres"
    remove(parent / "postgres")
    parent.rmdir()


@pytest.fixture
def fresh_directory() -> Iterator[Path]:
    with open_directory() as path:
        yield path


@pytest.fixture(scope="session")
def made_once() -> Iterator[Path]:
    """A server that is down, for tests to copy: initdb is most of the time of a first start."""
    with open_directory() as path:
        ensure_running(path, durable=False)
        release(path)
        yield path


@pytest.fixture
def directory(made_once: Path) -> Iterator[Path]:
    """A server that is down and was up before."""
    with open_directory() as path:
        subprocess.run(["cp", "-a", made_once, path], check=True)
        yield path


@pytest.fixture(scope="module")
def connections(made_once: Path) -> Iterator[Connections]:
    """A running server that several tests share."""
    yield ensure_running(made_once, durable=False)
    release(made_once)


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
