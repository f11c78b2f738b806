"""The shapes of Datadog's answers, errors above all: it has more than one (datadog.md 13).

Knows no state; handlers raise a ``RefusedError`` and the dispatcher sends what it carries.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from http import HTTPStatus

import orjson
from aiohttp import web

# What the load balancer in front of every host answers to a key that is not 32 hex digits.
_EDGE_PAGE = (
    "<html><body><h1>403 Forbidden</h1>\nRequest forbidden by administrative rules.\n"
    "</body></html>\n"
)


class RefusedError(Exception):
    """A request that is answered with an error; ``status`` and ``body`` are what is sent."""

    def __init__(
        self,
        status: int,
        body: str,
        *,
        content_type: str = "application/json",
        headers: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(f"{status}")
        self.status = status
        self.body = body
        self.content_type = content_type
        self.headers = headers

    def answer(self) -> web.Response:
        return web.Response(
            status=self.status,
            text=self.body,
            content_type=self.content_type,
            headers=self.headers,
        )


# Builds an error out of a status and a text, in the form that the endpoint uses.
Refuse = Callable[[int, str], RefusedError]


def moment(seconds: float) -> str:
    """A time as resources show it."""
    return datetime.fromtimestamp(seconds, UTC).isoformat(timespec="microseconds")


def json_answer(
    data: object,
    *,
    status: int = 200,
    content_type: str = "application/json",
    headers: Mapping[str, str] | None = None,
) -> web.Response:
    """An answer with a JSON body."""
    return web.Response(
        status=status, body=orjson.dumps(data), content_type=content_type, headers=headers
    )


def _refused(status: int, data: object) -> RefusedError:
    return RefusedError(status, orjson.dumps(data).decode())


def refuse(status: int, text: str) -> RefusedError:
    """``{"errors":["text"]}``: what most endpoints say."""
    return _refused(status, {"errors": [text]})


def refuse_v1_intake(status: int, text: str) -> RefusedError:
    """The v1 intakes add who to turn to (dbader/node-datadog-metrics#115)."""
    if status != HTTPStatus.FORBIDDEN:
        return refuse(status, text)
    return _refused(
        status,
        {
            "status": "error",
            "code": status,
            "errors": [text],
            "statuspage": "http://status.datadoghq.com",
            "twitter": "http://twitter.com/datadogops",
            "email": "support@datadoghq.com",
        },
    )


def refuse_objects(status: int, text: str) -> RefusedError:
    """JSON:API error objects, as the logs intake and the v2 events intake answer."""
    title = HTTPStatus(status).phrase
    return _refused(status, {"errors": [{"status": str(status), "title": title, "detail": text}]})


def refuse_oauth(status: int, error: str, description: str) -> RefusedError:
    """RFC 6749, section 5.2."""
    return _refused(status, {"error": error, "error_description": description})


def edge_forbidden() -> RefusedError:
    """The HTML page for a malformed key."""
    return RefusedError(HTTPStatus.FORBIDDEN, _EDGE_PAGE, content_type="text/html")
