"""Log pipelines: no OAuth scope reaches them, so API key and application key only.

https://docs.datadoghq.com/api/latest/logs-pipelines/
"""

from __future__ import annotations

import secrets
from http import HTTPStatus
from typing import Annotated, Any

import orjson
from aiohttp import web
from msgspec import Meta, Struct, field

from integrations.sandbox.answers import RefusedError, json_answer
from integrations.sandbox.bodies import read_open_body
from integrations.sandbox.encoding import BAD_REQUEST
from integrations.sandbox.gate import Access, open_with_keys
from integrations.sandbox.shelves import Document, Resource
from integrations.sandbox.world import Call

NOT_FOUND = 404
BUCKET = "logs_config"
# 16 bytes are the 22 characters of the recorded ids.
_ID_BYTES = 16


class Filter(Struct):
    query: str = ""


class PipelineForm(Struct):
    name: Annotated[str, Meta(min_length=1)]
    filter: Filter = field(default_factory=Filter)
    processors: list[dict[str, Any]] = []
    is_enabled: bool = False
    description: str | None = None
    tags: list[str] = []


def _refuse(status: int, text: str) -> RefusedError:
    """v1 OpenAPI, LogsAPIErrorResponse."""
    code = HTTPStatus(status).phrase.replace(" ", "")
    body = {"error": {"code": code, "message": text, "details": []}}
    return RefusedError(status, orjson.dumps(body).decode())


def create(call: Call) -> web.Response:
    access = open_with_keys(call, bucket=BUCKET)
    document = _document(_sent(call), pipeline_id=secrets.token_urlsafe(_ID_BYTES))
    kept = Resource(access.organisation, call.now, document)
    limit = call.world.settings.items_kept
    call.world.store.add_resource("log_pipelines", document["id"], kept, limit=limit)
    return json_answer(document, headers=access.headers)


def _sent(call: Call) -> Document:
    form, sent = read_open_body(call, PipelineForm, refuse_with=_refuse)
    if any(not isinstance(processor.get("type"), str) for processor in form.processors):
        raise _refuse(BAD_REQUEST, "A processor needs a type")
    return sent


def _document(sent: Document, *, pipeline_id: str) -> Document:
    defaults = {"is_enabled": False, "filter": {"query": ""}, "tags": []}
    processors = [{"is_enabled": False, **one} for one in sent.get("processors", ())]
    head = {"id": pipeline_id, "type": "pipeline", "is_read_only": False}
    return {**defaults, **sent, **head, "processors": processors}


def _pipeline(call: Call, access: Access) -> Resource:
    pipeline_id = call.parameters["id"]
    found = call.world.store.shelves["log_pipelines"].get(access.organisation, pipeline_id)
    if found is None:
        raise _refuse(NOT_FOUND, f"Non existing pipeline id: {pipeline_id}")
    return found


def list_pipelines(call: Call) -> web.Response:
    access = open_with_keys(call, bucket=BUCKET)
    found = call.world.store.shelves["log_pipelines"].of(access.organisation)
    return json_answer([one.document for one in found], headers=access.headers)


def get(call: Call) -> web.Response:
    access = open_with_keys(call, bucket=BUCKET)
    return json_answer(_pipeline(call, access).document, headers=access.headers)


def replace(call: Call) -> web.Response:
    access = open_with_keys(call, bucket=BUCKET)
    kept = _pipeline(call, access)
    kept.document = _document(_sent(call), pipeline_id=kept.document["id"])
    call.world.store.note_change("log_pipelines", access.organisation)
    return json_answer(kept.document, headers=access.headers)


def delete(call: Call) -> web.Response:
    access = open_with_keys(call, bucket=BUCKET)
    _pipeline(call, access).deleted_at = call.now
    return json_answer({}, headers=access.headers)
