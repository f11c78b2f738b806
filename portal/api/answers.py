"""The frame of every address of the API: method, token, and refusals as problem documents.

Plain Django and no REST framework: the one body that matters is a stream of up to 64 MB that is
judged line by line. A framework's parsers would hold it whole, and its serializers coerce types
("0" for 0, form bodies on a JSON address) where this API has to be strict.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from functools import wraps
from typing import Any

import orjson
from django.conf import settings
from django.db import OperationalError
from django.http import HttpRequest, HttpResponse
from django.http.request import UnreadablePostError
from django.urls import reverse
from django.views.decorators.csrf import csrf_exempt

from portal.api.domain import ProblemError, ProblemKind, Scope
from portal.api.services.tokens import token_for

logger = logging.getLogger(__name__)

RETRY_SECONDS = 5
"""After a 503. The database of a managed service fails over in less than a minute."""

View = Callable[..., HttpResponse]


def api_view(*methods: str, scope: Scope | None = None) -> Callable[[View], View]:
    """Guard a view of the API; without methods it answers all of them.

    No cookie is trusted here, so no CSRF token is needed.
    """

    def decorate(view: View) -> View:
        @csrf_exempt
        @wraps(view)
        def answer(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
            try:
                _check_method(request, methods)
                if scope is not None:
                    token_for(_bearer(request), scope=scope)
                return view(request, *args, **kwargs)
            except ProblemError as problem:
                return problem_answer(problem)
            except UnreadablePostError:
                return problem_answer(ProblemError("malformed-request", "The body broke off."))
            except OperationalError:
                logger.exception("The database did not answer the API.")
                return problem_answer(_unavailable())

        return answer

    return decorate


def json_answer(
    members: Mapping[str, Any],
    *,
    status: int = 200,
    media_type: str = "application/json",
    headers: Mapping[str, str] | None = None,
) -> HttpResponse:
    """Return an answer that nobody keeps in a cache."""
    return HttpResponse(
        orjson.dumps(members),
        status=status,
        content_type=media_type,
        headers={"Cache-Control": "no-store", **(headers or {})},
    )


def problem_answer(problem: ProblemError) -> HttpResponse:
    """Return the refusal in the form of RFC 9457."""
    kind = problem.kind
    members = {
        "type": problem_type(kind),
        "title": kind.title,
        "status": kind.status,
        "detail": problem.detail,
        **problem.members,
    }
    return json_answer(
        members,
        status=kind.status,
        media_type="application/problem+json",
        headers=problem.headers,
    )


def problem_type(kind: ProblemKind) -> str:
    """Return the problem's identity: its place in the OpenAPI document, where it is explained."""
    document = settings.PORTAL_BASE_URL + reverse("api:openapi")
    return f"{document}#/components/x-problems/{kind.code}"


def _check_method(request: HttpRequest, methods: tuple[str, ...]) -> None:
    if methods and request.method not in methods:
        allowed = ", ".join(methods)
        raise ProblemError("method-not-allowed", f"Use {allowed} here.", headers={"Allow": allowed})


def _bearer(request: HttpRequest) -> str:
    scheme, _, token = request.headers.get("Authorization", "").partition(" ")
    if scheme.lower() != "bearer" or not token.strip():
        raise ProblemError(
            "no-token",
            "The header Authorization has no Bearer token.",
            headers={"WWW-Authenticate": "Bearer"},
        )
    return token.strip()


def _unavailable() -> ProblemError:
    return ProblemError(
        "unavailable",
        "The database did not answer. The push may have been kept: repeat it with its key.",
        headers={"Retry-After": str(RETRY_SECONDS)},
    )
