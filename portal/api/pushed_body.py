"""What a push says in its headers about its body; the body itself is not looked at."""

from __future__ import annotations

import re
from dataclasses import dataclass

from django.http import HttpRequest

from portal.api.body import Body
from portal.api.domain import (
    MAX_COMPRESSED_BYTES,
    MAX_KEY_LENGTH,
    MAX_RAW_BYTES,
    MediaType,
    ProblemError,
)
from portal.mappings.models import Dataset

ENCODINGS = ("gzip", "identity")
_DIGITS = re.compile(r"[0-9]{1,15}")
_KEY = re.compile(rf"[!-~]{{1,{MAX_KEY_LENGTH}}}")


@dataclass(frozen=True, slots=True)
class PushedBody:
    """A body to be read, its form, and the key that its push is repeated with."""

    body: Body
    media_type: MediaType
    key: str


def pushed_body(request: HttpRequest, *, dataset: Dataset) -> PushedBody:
    """Open the body of a push; ProblemError when a header rules it out."""
    media_type = _media_type(request)
    gzipped = _is_gzipped(request)
    body = Body(
        request,
        length=_length(request, limit=MAX_COMPRESSED_BYTES if gzipped else MAX_RAW_BYTES),
        gzipped=gzipped,
        context=f"{dataset.pk} {media_type}\n",
    )
    return PushedBody(body, media_type, _key(request))


def _media_type(request: HttpRequest) -> MediaType:
    charset = (request.content_params or {}).get("charset", "utf-8").lower()
    if request.content_type in tuple(MediaType) and charset in ("utf-8", "us-ascii"):
        return MediaType(request.content_type)
    raise ProblemError(
        "unsupported-media-type",
        f"Send {' or '.join(MediaType)} in UTF-8.",
        headers={"Accept-Post": ", ".join(MediaType)},
    )


def _is_gzipped(request: HttpRequest) -> bool:
    encoding = request.headers.get("Content-Encoding", "identity").strip().lower()
    # One at most: a chain of encodings serves nobody but bombs.
    if encoding in ENCODINGS:
        return encoding == "gzip"
    raise ProblemError(
        "unsupported-media-type",
        "Send the body as it is, or compressed once with gzip.",
        headers={"Accept-Encoding": ", ".join(ENCODINGS)},
    )


def _length(request: HttpRequest, *, limit: int) -> int:
    # Django reads no body that comes in chunks: taken for empty, it would be lost in silence.
    if "Transfer-Encoding" in request.headers:
        raise ProblemError("length-required", "Send Content-Length and no Transfer-Encoding.")
    # Without either header there is no body (RFC 9112, 6.3).
    given = request.headers.get("Content-Length", "") or "0"
    if not _DIGITS.fullmatch(given):
        raise ProblemError("malformed-request", "Content-Length is no number of bytes.")
    if int(given) > limit:
        raise ProblemError("too-large", f"The body is larger than {limit:,} bytes.")
    return int(given)


def _key(request: HttpRequest) -> str:
    if "Idempotency-Key" not in request.headers:
        return ""
    key = request.headers["Idempotency-Key"].strip()
    if not _KEY.fullmatch(key):
        raise ProblemError(
            "malformed-request",
            f"An Idempotency-Key has 1 to {MAX_KEY_LENGTH} visible characters of ASCII.",
        )
    return key
