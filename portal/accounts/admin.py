"""Django admin: people, organisations, memberships, and both logs."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django import forms
from django.contrib import admin
from django.contrib.admin.models import LogEntry
from django.contrib.auth.admin import GroupAdmin
from django.contrib.auth.models import Group
from django.http import HttpRequest

from portal.accounts.admin_base import ReadOnlyAdmin, TenantAdmin, TenantHistoryAdmin
from portal.accounts.domain import AccountsError, Role
from portal.accounts.models import (
    AuditEntry,
    Invitation,
    Membership,
    Organisation,
    SupportAccess,
    User,
)
from portal.accounts.services.members import change_role
from portal.accounts.services.organisations import create_organisation


@admin.register(User)
class UserAdmin(admin.ModelAdmin[User]):
    """People. Nobody sets a password for somebody else: the mailed link does."""

    fields = (
        ("email", "is_active"),
        ("first_name", "last_name"),
        ("is_staff", "is_superuser"),
        "groups",
        "user_permissions",
        ("last_login", "date_joined"),
    )
    filter_horizontal = ("groups", "user_permissions")
    list_display = ("email", "is_active", "is_staff", "is_superuser", "last_login")
    list_filter = ("is_staff", "is_active", "groups")
    search_fields = ("email", "first_name", "last_name")
    ordering = ("email",)

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> tuple[str, ...]:
        known = ("last_login", "date_joined")
        return known if request.user.is_superuser else (*known, "is_superuser")

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        if obj is not None and obj.is_superuser and not request.user.is_superuser:
            return False
        return super().has_change_permission(request, obj)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        # What people did stays under their name; is_active keeps them out.
        return False

    def save_model(self, request: HttpRequest, obj: User, form: Any, change: Any) -> None:
        if not change:
            obj.set_unusable_password()
        super().save_model(request, obj, form, change)


admin.site.unregister(Group)


@admin.register(Group)
class PortalGroupAdmin(GroupAdmin):
    """The screens ask for the vendor's groups by name, so none is deleted."""

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


class OrganisationForm(forms.ModelForm[Organisation]):
    class Meta:
        model = Organisation
        fields = ("name", "external_id")

    def clean_external_id(self) -> str | None:
        external_id: str | None = self.cleaned_data["external_id"]
        others = Organisation.across_tenants.exclude(pk=self.instance.pk)
        # Row-level security hides the other organisations from Django's own check.
        if external_id and others.filter(external_id=external_id).exists():
            raise forms.ValidationError("Another organisation has this external id.")
        return external_id


class NewOrganisationForm(OrganisationForm):
    owner = forms.EmailField(help_text="E-mail address of the owner, who has signed up already.")

    def clean_owner(self) -> User:
        owner = User.objects.filter(email__iexact=self.cleaned_data["owner"]).first()
        if owner is None:
            raise forms.ValidationError("Nobody has signed up with this address.")
        return owner


@admin.register(Organisation)
class OrganisationAdmin(TenantAdmin):
    form = OrganisationForm
    list_display = ("name", "slug", "external_id", "created_at")
    list_filter = ()
    list_select_related = ("created_by",)
    search_fields = ("name", "slug", "external_id")
    ordering = ("-created_at",)

    def has_add_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perm("accounts.add_organisation")

    def get_form(self, request: HttpRequest, obj: Any = None, *args: Any, **kwargs: Any) -> Any:
        if obj is None:
            kwargs["form"] = NewOrganisationForm
        return super().get_form(request, obj, *args, **kwargs)

    def get_fields(self, request: HttpRequest, obj: Any = None) -> tuple[str, ...]:
        if obj is None:
            return ("name", "external_id", "owner")
        return ("id", "name", "slug", "external_id", "created_at", "created_by")

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> tuple[str, ...]:
        return ("id", "slug", "created_at", "created_by") if obj else ()

    def tenant_of(self, row: Organisation) -> UUID:
        return row.pk

    def save_model(self, request: HttpRequest, obj: Organisation, form: Any, change: Any) -> None:
        if change:
            super().save_model(request, obj, form, change)
            return
        made = create_organisation(
            name=obj.name, by=form.cleaned_data["owner"], external_id=obj.external_id
        )
        obj.pk, obj.slug = made.pk, made.slug


@admin.register(Membership)
class MembershipAdmin(TenantAdmin):
    list_display = ("user", "organisation", "role", "joined_at")
    list_select_related = ("organisation", "user")
    search_fields = (*TenantAdmin.search_fields, "user__email")
    fields = ("organisation", "user", "role", "joined_at")
    readonly_fields = ("organisation", "user", "joined_at")

    def get_form(self, request: HttpRequest, obj: Any = None, *args: Any, **kwargs: Any) -> Any:
        kwargs["form"] = type("MembershipFormBy", (MembershipForm,), {"by": request.user})
        return super().get_form(request, obj, *args, **kwargs)

    def save_model(self, request: HttpRequest, obj: Membership, form: Any, change: Any) -> None:
        """The form's service has done it, with its own entry in the log."""


class MembershipForm(forms.ModelForm[Membership]):
    """Changes a role by the service, which keeps the last owner."""

    by: User

    class Meta:
        model = Membership
        fields = ("role",)

    def clean_role(self) -> str:
        role: str = self.cleaned_data["role"]
        stored = Membership.objects.select_related("user").get(pk=self.instance.pk)
        try:
            change_role(membership=stored, role=Role(role), by=self.by)
        except AccountsError as error:
            raise forms.ValidationError(str(error)) from error
        return role


@admin.register(Invitation)
class InvitationAdmin(TenantHistoryAdmin):
    list_display = ("email", "organisation", "role", "invited_at", "expires_at", "accepted_at")
    search_fields = (*TenantAdmin.search_fields, "email")


@admin.register(AuditEntry)
class AuditEntryAdmin(TenantHistoryAdmin):
    list_display = ("at", "organisation", "actor_name", "action", "object_type", "object_id")
    search_fields = (*TenantAdmin.search_fields, "actor_name", "action")
    ordering = ("-at",)


@admin.register(SupportAccess)
class SupportAccessAdmin(ReadOnlyAdmin):
    list_display = ("at", "actor_name", "purpose", "tenant_id")
    search_fields = ("actor_name", "purpose")
    ordering = ("-at",)
    show_full_result_count = False


@admin.register(LogEntry)
class LogEntryAdmin(ReadOnlyAdmin):
    """What was changed in this administration."""

    list_display = ("action_time", "user", "content_type", "object_repr", "action_flag")
    list_select_related = ("user", "content_type")
    search_fields = ("user__email", "object_repr")
