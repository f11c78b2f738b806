"""Answers as Datadog gives them, built without a server."""

from requests.structures import CaseInsensitiveDict

from integrations.http.client import Answer

NOW = 1_700_000_000.0


def answer(status: int, body: bytes = b"", **headers: str) -> Answer:
    """``retry_after="3"`` becomes the header Retry-After."""
    named = CaseInsensitiveDict({name.replace("_", "-"): value for name, value in headers.items()})
    return Answer(status, named, body, elapsed_ms=1, received_at=NOW)
