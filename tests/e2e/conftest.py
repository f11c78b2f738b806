"""The whole portal as processes, as ``make demo`` starts it, and a real browser in front of it."""

from __future__ import annotations

import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from playwright.sync_api import Browser, ConsoleMessage, Page, sync_playwright

ROOT = Path(__file__).resolve().parents[2]
START_SECONDS = 90
CHROMIUM = shutil.which("chromium")
# Without these Chromium looks for Google's hosts at every start.
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


@dataclass(frozen=True)
class Stage:
    """Addresses of a running portal and its sandbox, and the environment of its commands."""

    portal: str
    sandbox: str
    environment: dict[str, str]

    def manage(self, *arguments: str) -> str:
        """Run a management command beside the running portal."""
        answer = subprocess.run(
            [sys.executable, "manage.py", *arguments],
            cwd=ROOT,
            env=self.environment,
            capture_output=True,
            text=True,
            check=True,
        )
        return answer.stdout


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@pytest.fixture(scope="session")
def stage(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    """A portal without customers, as it stands when the first one comes."""
    portal, sandbox = (f"http://127.0.0.1:{_free_port()}" for _ in range(2))
    environment = {
        **os.environ,
        "DJANGO_SETTINGS_MODULE": "portal.config.settings",
        "PORTAL_VAR_DIR": str(tmp_path_factory.mktemp("var")),
        "PORTAL_BASE_URL": portal,
        "DATADOG_SANDBOX_URL": sandbox,
        "PORTAL_SYNC_EVERY_SECONDS": "5",
    }
    log = tmp_path_factory.mktemp("log") / "portal.log"
    with log.open("w") as output:
        process = subprocess.Popen(
            [sys.executable, "manage.py", "demo", "--empty"],
            cwd=ROOT,
            env=environment,
            stdout=output,
            stderr=subprocess.STDOUT,
        )
    try:
        _wait_for_line(process, log, "Ctrl-C ends it.")
        yield Stage(portal, sandbox, environment)
        assert process.poll() is None, f"a process ended by itself:\n{log.read_text()[-4000:]}"
    finally:
        process.send_signal(signal.SIGINT)
        process.wait(timeout=30)


def _wait_for_line(process: subprocess.Popen[bytes], log: Path, wanted: str) -> None:
    for _ in range(START_SECONDS * 10):
        if wanted in log.read_text():
            return
        if process.poll() is not None:
            break
        time.sleep(0.1)
    pytest.fail(f"The portal did not start:\n{log.read_text()[-4000:]}")


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    if CHROMIUM is None:
        pytest.skip("Chromium is not installed (apt-get install chromium)")
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield chromium
        chromium.close()


@pytest.fixture
def page(browser: Browser, stage: Stage) -> Iterator[Page]:
    """A new person's browser. What the console complains about on our pages fails the test."""
    context = browser.new_context()
    context.set_default_timeout(15_000)
    opened = context.new_page()
    complaints: list[str] = []
    opened.on("console", lambda message: _note(complaints, message, stage.portal))
    opened.on("pageerror", lambda error: complaints.append(str(error)))
    yield opened
    context.close()
    assert not complaints


def _note(complaints: list[str], message: ConsoleMessage, portal: str) -> None:
    address = str(message.location.get("url", ""))
    if message.type == "error" and address.startswith(portal):
        complaints.append(f"{address}: {message.text}")
