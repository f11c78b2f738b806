"""Django admin: API tokens, made here and shown once, and the answers that are kept for repeats."""

from __future__ import annotations

from typing import Any, cast

from django import forms
from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse

from portal.accounts.admin_base import ReadOnlyAdmin, TenantHistoryAdmin
from portal.accounts.models import User
from portal.api.domain import Scope
from portal.api.gateways import Secret
from portal.api.models import ApiToken, IdempotencyKey
from portal.api.services.tokens import create_token, revoke_token


class NewTokenForm(forms.ModelForm[ApiToken]):
    scopes = forms.MultipleChoiceField(
        choices=[(scope.value, scope.value) for scope in Scope],
        initial=[Scope.RECORDS_WRITE.value],
        widget=forms.CheckboxSelectMultiple,
    )

    class Meta:
        model = ApiToken
        fields = ("name", "scopes")


@admin.register(ApiToken)
class ApiTokenAdmin(ReadOnlyAdmin):
    """A token is made and revoked; nothing about it is changed or deleted."""

    list_display = ("name", "last_four", "scopes", "created_at", "last_used_at", "revoked_at")
    ordering = ("-created_at",)
    actions = ("revoke",)

    def has_add_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perm("api.add_apitoken")

    def has_revoke_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perm("api.change_apitoken")

    def get_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        return super().get_fields(request, obj) if obj else ("name", "scopes")

    def get_form(self, request: HttpRequest, obj: Any = None, *args: Any, **kwargs: Any) -> Any:
        if obj is None:
            kwargs["form"] = NewTokenForm
        return super().get_form(request, obj, *args, **kwargs)

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: Any) -> None:
        made, form.plain = create_token(
            name=obj.name,
            scopes=[Scope(scope) for scope in form.cleaned_data["scopes"]],
            by=cast(User, request.user),
        )
        obj.pk, obj.last_four = made.pk, made.last_four

    def save_related(self, request: HttpRequest, form: Any, formsets: Any, change: Any) -> None:
        request.new_api_token = form.plain  # type: ignore[attr-defined]  # for response_add

    def response_add(self, request: HttpRequest, obj: Any, *args: Any) -> HttpResponse:
        # On the answer itself: a redirect's message would put the token into a cookie.
        plain: Secret = request.new_api_token  # type: ignore[attr-defined]
        return TemplateResponse(
            request,
            "admin/api/apitoken/created.html",
            {
                **self.admin_site.each_context(request),
                "title": f"API token for {obj.name}",
                "opts": self.opts,
                "plain": plain.reveal(),
            },
        )

    @admin.action(description="Revoke selected API tokens", permissions=["revoke"])
    def revoke(self, request: HttpRequest, queryset: QuerySet[ApiToken]) -> None:
        for token in queryset:
            if revoke_token(token=token):
                self.log_change(request, token, "Revoked.")
                self.message_user(request, f"{token} has been revoked.")


@admin.register(IdempotencyKey)
class IdempotencyKeyAdmin(TenantHistoryAdmin):
    list_display = ("key", "organisation", "created_at")
    search_fields = (*TenantHistoryAdmin.search_fields, "key")
