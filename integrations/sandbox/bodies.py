"""Reads a request's JSON body as a type: coding undone, size held, the wrong field named."""

from __future__ import annotations

from typing import Any, TypeVar

import msgspec
import orjson

from integrations.sandbox.answers import Refuse, refuse
from integrations.sandbox.encoding import BAD_REQUEST, decoded
from integrations.sandbox.limits import FORM, BodyLimits
from integrations.sandbox.world import Call

Body = TypeVar("Body")


def raw_body(call: Call, *, limits: BodyLimits = FORM, refuse_with: Refuse = refuse) -> bytes:
    encoding = call.header("Content-Encoding")
    return decoded(call.body, encoding=encoding, limits=limits, refuse=refuse_with)


def read_body(
    call: Call, kind: type[Body], *, limits: BodyLimits = FORM, refuse_with: Refuse = refuse
) -> Body:
    raw = raw_body(call, limits=limits, refuse_with=refuse_with)
    return decode(raw, kind, refuse_with=refuse_with)


def read_open_body(
    call: Call, kind: type[Body], *, limits: BodyLimits = FORM, refuse_with: Refuse = refuse
) -> tuple[Body, dict[str, Any]]:
    """The body as a type, to be checked, and as it was sent, to be kept with all its fields."""
    raw = raw_body(call, limits=limits, refuse_with=refuse_with)
    checked = decode(raw, kind, refuse_with=refuse_with)
    # orjson, since it turns numbers beyond 64 bits into what it can also write again.
    return checked, orjson.loads(raw)


def decode(raw: bytes, kind: type[Body], *, refuse_with: Refuse = refuse) -> Body:
    try:
        return msgspec.json.decode(raw, type=kind)
    # Invalid UTF-8 leaves msgspec as what it is; a type that holds itself can be nested too deeply.
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as error:
        message = f"Payload is not in the expected format: {error}"
        raise refuse_with(BAD_REQUEST, message) from error
