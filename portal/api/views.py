"""The addresses of the ingest API."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse

from portal.api.answers import api_view, json_answer
from portal.api.domain import ProblemError, Scope
from portal.api.openapi import openapi_document
from portal.api.pushed_body import pushed_body
from portal.api.selectors import dataset_on_offer, organisation_with
from portal.api.services.pushes import push_records


@api_view("POST", scope=Scope.RECORDS_WRITE)
def records(request: HttpRequest, external_id: str, name: str) -> HttpResponse:
    """Keep a push of records; 202 is said after the commit only."""
    organisation_id = organisation_with(external_id)
    if organisation_id is None:
        raise ProblemError("not-found", "No organisation has this external id.")
    dataset = dataset_on_offer(name)
    if dataset is None:
        raise ProblemError("not-found", "No dataset on offer has this name.")
    sent = pushed_body(request, dataset=dataset)
    pushed = push_records(
        organisation_id=organisation_id,
        dataset=dataset,
        body=sent.body,
        media_type=sent.media_type,
        key=sent.key,
    )
    headers = {"Idempotency-Replayed": "true"} if pushed.repeated else {}
    return json_answer(pushed.answer, status=202, headers=headers)


@api_view("GET", "HEAD")
def openapi(request: HttpRequest) -> HttpResponse:
    """The API described for programs, for everybody: it holds no secret."""
    return json_answer(openapi_document())


@api_view()
def nothing_here(request: HttpRequest, rest: str) -> HttpResponse:
    """Any other address below /api/ is answered to programs, too."""
    raise ProblemError("not-found", "There is no such address.")
