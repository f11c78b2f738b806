"""Processes that measure when asked: one line in, one line of JSON out. Knows no Django."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from types import TracebackType
from typing import Any

from bench.places import ROOT


class Helper:
    """A process of ``python -m MODULE``; it has said that it is ready when this returns."""

    def __init__(self, module: str, *arguments: str) -> None:
        self._process = subprocess.Popen(  # noqa: S603 - our own modules
            [sys.executable, "-m", module, *arguments],
            cwd=ROOT,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        self.greeting = self.answer()

    def ask(self, question: str = "") -> None:
        """Start a measurement."""
        if self._process.stdin is None:
            raise RuntimeError("The process has no input.")
        self._process.stdin.write(question + "\n")
        self._process.stdin.flush()

    def answer(self) -> Any:
        """Wait for the result of a measurement."""
        line = self._process.stdout.readline() if self._process.stdout else ""
        if not line:
            raise RuntimeError(f"{self._process.args!r} has ended.")
        return json.loads(line)

    def asked(self, question: str = "") -> Any:
        """Measure and wait."""
        self.ask(question)
        return self.answer()

    def __enter__(self) -> Helper:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self._process.stdin:
            self._process.stdin.close()
        self._process.wait()


def serve(results: Iterator[Any]) -> None:
    """The other end: the first result says ready, then one for each line of input."""
    tell(next(results))
    for _ in sys.stdin:
        tell(next(results))


def tell(result: Any) -> None:
    """Answer with one line."""
    sys.stdout.write(json.dumps(result) + "\n")
    sys.stdout.flush()
