"""Django admin: what the vendor offers, and what its customers made of it."""

from __future__ import annotations

import re
from typing import Any

from django import forms
from django.contrib import admin
from django.db.models import JSONField
from django.forms.models import BaseInlineFormSet
from django.http import HttpRequest

from portal.accounts.admin_base import TenantAdmin, TenantHistoryAdmin
from portal.mappings.domain import DatasetDraft, FieldDraft
from portal.mappings.models import Dataset, DatasetField, Mapping, MappingRevision
from portal.mappings.services.datasets import dataset_problems

_OF_A_FIELD = re.compile(r"fields\[(\d+)\]\.(\w+)")


class DatasetFieldFormSet(BaseInlineFormSet[DatasetField, Dataset, Any]):
    """Checks the dataset as a whole, fields and samples together."""

    def clean(self) -> None:
        super().clean()
        gone = self.deleted_forms
        kept = [form for form in self.forms if form.has_changed() or form.instance.pk]
        kept = [form for form in kept if form not in gone]
        if any(form.errors for form in kept):
            return
        for path, message in dataset_problems(_draft(self.instance, kept)):
            place = _OF_A_FIELD.fullmatch(path)
            if place is None:
                raise forms.ValidationError(f"{path}: {message}")
            kept[int(place[1])].add_error(place[2], message)


def _draft(dataset: Dataset, field_forms: list[Any]) -> DatasetDraft:
    return DatasetDraft(
        name=dataset.name,
        title=dataset.title,
        fields=tuple(_field_draft(form.cleaned_data) for form in field_forms),
        id_field=dataset.id_field,
        time_field=dataset.time_field,
        description=dataset.description,
    )


def _field_draft(cleaned: dict[str, Any]) -> FieldDraft:
    samples = cleaned["samples"]
    return FieldDraft(
        name=cleaned["name"],
        type=cleaned["type"],
        samples=tuple(samples) if isinstance(samples, list) else (samples,),
        required=cleaned["required"],
    )


class DatasetFieldInline(admin.TabularInline[DatasetField, Dataset]):
    model = DatasetField
    formset = DatasetFieldFormSet
    fields = ("position", "name", "type", "required", "description", "samples")
    extra = 1
    formfield_overrides = {
        JSONField: {"widget": forms.Textarea(attrs={"rows": 2, "cols": 24})},
    }


@admin.register(Dataset)
class DatasetAdmin(admin.ModelAdmin[Dataset]):
    list_display = ("title", "name", "id_field", "time_field", "active")
    inlines = (DatasetFieldInline,)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        # Mappings and records of all tenants hang on it; "active" takes it off the offer.
        return False


@admin.register(Mapping)
class MappingAdmin(TenantHistoryAdmin):
    list_display = ("name", "organisation", "connection", "dataset", "data_type", "revision")
    list_select_related = ("organisation", "connection", "dataset")
    list_filter = (*TenantAdmin.list_filter, "data_type", "dataset")
    search_fields = (*TenantAdmin.search_fields, "name")


@admin.register(MappingRevision)
class MappingRevisionAdmin(TenantHistoryAdmin):
    list_display = ("mapping", "organisation", "number", "saved_at", "saved_by")
    list_select_related = ("organisation", "mapping", "saved_by")
