"""The sandbox as a process of its own."""

from __future__ import annotations

import signal
import socket
import subprocess
import sys
import time

import pytest
import requests

_SCRIPT = (
    "import logging, sys; from integrations.sandbox import serve;"
    "logging.basicConfig(level=logging.INFO); serve(port=int(sys.argv[1]))"
)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _wait_for(url: str) -> None:
    deadline = time.monotonic() + 20
    while time.monotonic() < deadline:
        try:
            requests.get(url, timeout=1)
        except requests.ConnectionError:
            time.sleep(0.02)
        else:
            return
    pytest.fail("the sandbox did not start")


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_it_stops_cleanly_at_a_signal_and_logs_no_secret(number: signal.Signals) -> None:
    port = _free_port()
    command = [sys.executable, "-c", _SCRIPT, str(port)]
    with subprocess.Popen(command, stderr=subprocess.PIPE, text=True) as process:
        url = f"http://127.0.0.1:{port}"
        _wait_for(f"{url}/_sandbox/stats")
        planted = {"DD-API-KEY": "5ec2e7" * 5 + "aa"}
        requests.get(
            f"{url}/datadoghq.eu/api/api/v1/validate?code=5ec2e7", headers=planted, timeout=10
        )
        process.send_signal(number)
        _, logged = process.communicate(timeout=20)
    assert process.returncode == 0
    assert "GET /datadoghq.eu/api/api/v1/validate 403" in logged
    assert "5ec2e7" not in logged
