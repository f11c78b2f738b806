"""Django admin over tenant tables: read across tenants, changed inside one tenant only.

Lies here and not in ``common``, because every look is recorded. Nothing sealed is ever shown:
binary columns are left out by rule.
"""

from __future__ import annotations

from typing import Any, ClassVar, cast
from uuid import UUID

from django.contrib import admin
from django.contrib.admin.utils import unquote
from django.db import models
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse

from portal.accounts.models import Organisation, User
from portal.accounts.services.audit import record_audit, record_support_access
from portal.common.tenancy import in_tenant, tenant

ORGANISATIONS_TO_CHOOSE = 50
"""More would make the filter slower to read than the search is to type."""


def shown_fields(model: type[models.Model]) -> list[str]:
    """Return the fields that may be shown: all but bytes, which are sealed or bulky."""
    return [field.name for field in model._meta.concrete_fields if not _is_bytes(field)]


def hidden_fields(model: type[models.Model]) -> list[str]:
    """Return the fields that are not even read."""
    return [field.name for field in model._meta.concrete_fields if _is_bytes(field)]


def _is_bytes(field: Any) -> bool:
    return isinstance(field, models.BinaryField)


class OrganisationFilter(admin.SimpleListFilter):
    """The rows of one tenant."""

    title = "organisation"
    parameter_name = "organisation"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        newest = Organisation.across_tenants.order_by("-created_at")[:ORGANISATIONS_TO_CHOOSE]
        return sorted(((found.slug, found.name) for found in newest), key=lambda pair: pair[1])

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        slug = self.value()
        return queryset.filter(organisation__slug=slug) if slug else queryset


class ReadOnlyAdmin(admin.ModelAdmin[Any]):
    """History, and whatever the portal alone may write."""

    def get_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        return shown_fields(self.model)

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


class LookRecordedAdmin(admin.ModelAdmin[Any]):
    """Reads through the support role and leaves a note of each page that was looked at."""

    show_full_result_count = False
    list_per_page = 50

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        rows: QuerySet[Any] = self.model.objects if in_tenant() else self.model.across_tenants
        return rows.defer(*hidden_fields(self.model)).order_by(*self.get_ordering(request))

    def changelist_view(self, request: HttpRequest, extra_context: Any = None) -> HttpResponse:
        plural = self.model._meta.verbose_name_plural
        record_support_access(purpose=f"admin: list of {plural}", by=cast(User, request.user))
        return super().changelist_view(request, extra_context)

    def history_view(
        self, request: HttpRequest, object_id: str, extra_context: Any = None
    ) -> HttpResponse:
        self.record_look(request, object_id)
        return super().history_view(request, object_id, extra_context)

    def record_look(self, request: HttpRequest, object_id: str) -> UUID | None:
        """Note whose row is looked at, and return that tenant; None when there is no such row."""
        row = self.get_object(request, unquote(object_id))
        organisation_id = self.tenant_of(row) if row else None
        record_support_access(
            purpose=f"admin: {self.model._meta.verbose_name} {object_id}"[:200],
            by=cast(User, request.user),
            tenant_id=organisation_id,
        )
        return organisation_id

    def tenant_of(self, row: Any) -> UUID:
        """Return the tenant that a row belongs to."""
        return cast(UUID, row.organisation_id)


class TenantAdmin(LookRecordedAdmin):
    """Lists and shows the rows of all tenants; a change happens inside the row's own tenant."""

    list_select_related: ClassVar[Any] = ("organisation",)
    list_filter: ClassVar[Any] = (OrganisationFilter,)
    search_fields: ClassVar[Any] = ("organisation__name", "organisation__slug")

    def has_add_permission(self, request: HttpRequest) -> bool:
        # Rows of a tenant come about by its own doing.
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def changeform_view(
        self,
        request: HttpRequest,
        object_id: str | None = None,
        form_url: str = "",
        extra_context: Any = None,
    ) -> Any:
        organisation_id = self.record_look(request, object_id) if object_id else None
        if organisation_id is None or request.method != "POST":
            return super().changeform_view(request, object_id, form_url, extra_context)
        with tenant(organisation_id):
            answer = super().changeform_view(request, object_id, form_url, extra_context)
            # A form with mistakes reads what it shows while it is rendered.
            return answer.render() if isinstance(answer, TemplateResponse) else answer

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: Any) -> None:
        super().save_model(request, obj, form, change)
        record_audit(
            action=f"{obj._meta.verbose_name} changed by the vendor",
            by=cast(User, request.user),
            target=obj,
            changed=form.changed_data,
        )


class TenantHistoryAdmin(ReadOnlyAdmin, TenantAdmin):
    """Rows of all tenants that nobody changes by hand."""
