"""The editor: making a mapping, changing one, and the preview while somebody types."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST

from portal.accounts.access import OrganisationRequest, organisation_view
from portal.accounts.domain import Permission
from portal.mappings import gateways
from portal.mappings.domain import MappingsError
from portal.mappings.editing.editor import Editor
from portal.mappings.editing.entries import GROUPS, FormData, with_row_removed, with_rows_added
from portal.mappings.editing.from_form import is_expressible
from portal.mappings.editing.subject import Subject
from portal.mappings.editing.to_form import form_data_of
from portal.mappings.forms import SubjectForm, address_of
from portal.mappings.models import Mapping
from portal.mappings.services.mappings import create_mapping, update_mapping
from portal.mappings.views.pages import found_mapping

SAVE, PREVIEW = "save", "preview"
BLANK_ROWS = {"tags": 1, "filter": 1}
"""Blank rows a form opens with; more come by a button."""


@organisation_view(Permission.RUN)
def mapping_new(request: OrganisationRequest) -> HttpResponse:
    """Ask what the mapping is about; then the editor, with a first draft filled in."""
    asked = bool(request.GET.get("dataset"))
    form = SubjectForm(request.GET if asked else None)
    if not (asked and form.is_valid()):
        return _choose(request, form)
    chosen = form.cleaned_data
    subject = Subject.of(chosen["connection"], chosen["dataset"], chosen["data_type"])
    if request.method != "POST":
        try:
            raw = _first_draft(subject)
        except MappingsError as error:
            form.add_error("data_type", str(error))
            return _choose(request, form)
        return _show(request, Editor(subject, raw, insist=False))
    editor = _submitted(request, subject)
    if request.POST.get("do") == SAVE and editor.is_valid:
        try:
            mapping = create_mapping(
                connection=subject.connection,
                dataset=subject.dataset,
                name=editor.form.cleaned_data["name"],
                document=editor.draft.document,
                by=request.user,
            )
        except MappingsError as error:
            editor.refuse(error)
        else:
            return _saved(request, mapping, "“%s” is saved. It takes effect from the next run.")
    return _show(request, editor)


@organisation_view(Permission.RUN)
def mapping_edit(request: OrganisationRequest, mapping_id: UUID) -> HttpResponse:
    """Change a mapping; saving makes a new revision."""
    mapping = found_mapping(mapping_id)
    subject = Subject.of(mapping.connection, mapping.dataset, mapping.data_type)
    if request.method != "POST":
        raw = _entries_of(mapping, subject)
        return _show(request, Editor(subject, raw, insist=False), mapping)
    editor = _submitted(request, subject)
    if request.POST.get("do") == SAVE and editor.is_valid:
        entered = editor.form.cleaned_data
        try:
            mapping = update_mapping(
                mapping=mapping,
                name=entered["name"],
                document=editor.draft.document,
                by=request.user,
                based_on=entered["revision"],
            )
        except MappingsError as error:
            editor.refuse(error)
        else:
            return _saved(request, mapping, f"“%s” is saved as revision {mapping.revision}.")
    return _show(request, editor, mapping)


@require_POST
@organisation_view(Permission.RUN)
def mapping_preview(request: OrganisationRequest) -> HttpResponse:
    """The preview and the notes beside the entries, for a form that is still being filled in."""
    form = SubjectForm(request.POST)
    if not form.is_valid():
        return HttpResponse(status=422)
    chosen = form.cleaned_data
    subject = Subject.of(chosen["connection"], chosen["dataset"], chosen["data_type"])
    editor = Editor(subject, _entered(request), insist=False)
    return render(request, "mappings/mapping_edit.html#live", {"editor": editor, "live": True})


def _choose(request: OrganisationRequest, form: SubjectForm) -> HttpResponse:
    return render(request, "mappings/mapping_new.html", {"form": form})


def _show(
    request: OrganisationRequest, editor: Editor, mapping: Mapping | None = None
) -> HttpResponse:
    context: dict[str, Any] = {
        "editor": editor,
        "mapping": mapping,
        "address": address_of(editor.subject.connection),
        "changed_by_form": mapping is not None
        and request.method != "POST"
        and not is_expressible(gateways.canonical(mapping.document), editor.subject.types),
    }
    return render(request, "mappings/mapping_edit.html", context)


def _saved(request: OrganisationRequest, mapping: Mapping, sentence: str) -> HttpResponse:
    messages.success(request, sentence % mapping.name)
    return redirect("mappings:detail", request.member.organisation.slug, mapping.pk)


def _first_draft(subject: Subject) -> FormData:
    document = gateways.suggested_document(
        subject.dataset, data_type=subject.data_type, prefix=subject.prefix
    )
    name = f"{subject.dataset.title} as {subject.data_type_words}"
    return _with_blank_rows(form_data_of(document, subject.types)) | {"name": name}


def _entries_of(mapping: Mapping, subject: Subject) -> FormData:
    raw = _with_blank_rows(form_data_of(mapping.document, subject.types))
    return raw | {"name": mapping.name, "revision": str(mapping.revision)}


def _with_blank_rows(raw: FormData) -> FormData:
    for group, count in BLANK_ROWS.items():
        if f"{group}-rows" in raw:
            raw = with_rows_added(raw, group, count=count)
    return raw


def _entered(request: OrganisationRequest) -> FormData:
    """Everything that was typed, as one flat form."""
    raw: FormData = dict(request.POST.items())
    return raw | {"attributes_fields": request.POST.getlist("attributes_fields")}


def _submitted(request: OrganisationRequest, subject: Subject) -> Editor:
    """The form as sent, after the row buttons have done their work."""
    raw, (verb, _, place) = _entered(request), request.POST.get("do", PREVIEW).partition(":")
    group, _, index = place.partition("-")
    if verb == "add" and group in GROUPS:
        raw = with_rows_added(raw, group)
    elif verb == "remove" and group in GROUPS and index.isdecimal():
        raw = with_row_removed(raw, group, int(index))
    return Editor(subject, raw, insist=verb in (SAVE, PREVIEW))
