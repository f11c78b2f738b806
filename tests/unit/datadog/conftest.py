"""A server for the tests of this room."""

from collections.abc import Iterator

import pytest

from tests.unit.http.answering import AnsweringServer, answering_server


@pytest.fixture
def server() -> Iterator[AnsweringServer]:
    with answering_server() as running:
        yield running
