"""Pages to look at mappings, and taking one out of use."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST

from portal.accounts.access import OrganisationRequest, organisation_view
from portal.accounts.domain import Permission
from portal.connections.models import Connection
from portal.mappings import gateways
from portal.mappings.domain import MappingsError
from portal.mappings.editing.previews import Preview, preview_for
from portal.mappings.editing.subject import Subject
from portal.mappings.editing.words import changes_between, facts_of
from portal.mappings.forms import address_of
from portal.mappings.models import Mapping, MappingRevision
from portal.mappings.selectors import mapping_at, mappings_by_connection, revisions_of
from portal.mappings.services.mappings import remove_mapping


@dataclass(frozen=True, slots=True)
class ConnectionGroup:
    """A connection with its mappings, as the list shows it."""

    connection: Connection
    site_label: str
    address: str
    mappings: list[Mapping]


@dataclass(frozen=True, slots=True)
class RevisionLine:
    """A revision with what it changed."""

    revision: MappingRevision
    changes: list[str]


@organisation_view(Permission.VIEW)
def mapping_list(request: OrganisationRequest) -> HttpResponse:
    """What goes where, a table for each connection."""
    groups = [
        ConnectionGroup(
            connection, gateways.site_label(connection.site), address_of(connection), mappings
        )
        for connection, mappings in mappings_by_connection()
    ]
    may_edit = request.member.may(Permission.RUN)
    return render(request, "mappings/mapping_list.html", {"groups": groups, "may_edit": may_edit})


@organisation_view(Permission.VIEW)
def mapping_detail(request: OrganisationRequest, mapping_id: UUID) -> HttpResponse:
    """One mapping in words, with what it makes of the samples, and its revisions."""
    mapping = found_mapping(mapping_id)
    subject = Subject.of(mapping.connection, mapping.dataset, mapping.data_type)
    problems = gateways.problems_of(mapping.document, subject.fields)
    preview: Preview | None = None if problems else preview_for(mapping.document, subject)
    context = {
        "mapping": mapping,
        "subject": subject,
        "address": address_of(mapping.connection),
        "facts": facts_of(mapping.document),
        "preview": preview,
        "problems": [message for _path, message in problems],
        "lines": _revision_lines(mapping),
        "may_edit": request.member.may(Permission.RUN),
    }
    return render(request, "mappings/mapping_detail.html", context)


@require_POST
@organisation_view(Permission.RUN)
def mapping_remove(request: OrganisationRequest, mapping_id: UUID) -> HttpResponse:
    """Take a mapping out of use."""
    mapping = found_mapping(mapping_id)
    slug = request.member.organisation.slug
    try:
        remove_mapping(mapping=mapping, by=request.user)
    except MappingsError as error:
        messages.error(request, str(error))
    else:
        messages.success(request, f"“{mapping.name}” is removed. Its runs stay in the history.")
    return redirect("mappings:list", slug)


def found_mapping(mapping_id: UUID) -> Mapping:
    mapping = mapping_at(mapping_id)
    if mapping is None:
        raise Http404("No such mapping.")
    return mapping


def _revision_lines(mapping: Mapping) -> list[RevisionLine]:
    revisions = list(revisions_of(mapping))
    lines = [
        RevisionLine(newer, changes_between(older.document, newer.document))
        for newer, older in pairwise(revisions)
    ]
    return [*lines, *(RevisionLine(first, []) for first in revisions[-1:])]
