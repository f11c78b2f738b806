"""Django admin: OAuth clients, connections and the vault. Of a secret the last four at most."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest

from portal.accounts.admin_base import ReadOnlyAdmin, TenantAdmin, TenantHistoryAdmin
from portal.common.tenancy import SUPPORT_ALIAS
from portal.connections.models import (
    AuthorizationRequest,
    Connection,
    Credential,
    DatadogClaim,
    DataKey,
    OAuthClient,
    VaultKey,
)
from portal.connections.services.clients import set_client_secret


class OAuthClientForm(forms.ModelForm[OAuthClient]):
    """The secret goes in and never comes out."""

    client_secret = forms.CharField(
        required=False,
        strip=True,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
        help_text="Write-only. Leave it empty to keep the stored one.",
    )

    class Meta:
        model = OAuthClient
        fields = ("name", "client_id", "scopes", "active")

    def clean_scopes(self) -> list[str]:
        scopes = self.cleaned_data["scopes"]
        if not isinstance(scopes, list) or not all(isinstance(scope, str) for scope in scopes):
            raise forms.ValidationError('Give a list of names, for example ["api_keys_write"].')
        return scopes

    def clean_client_secret(self) -> str:
        secret: str = self.cleaned_data["client_secret"]
        if not secret and not self.instance.client_secret_sealed:
            raise forms.ValidationError("Enter the secret that Datadog showed with the client.")
        return secret


@admin.register(OAuthClient)
class OAuthClientAdmin(admin.ModelAdmin[OAuthClient]):
    form = OAuthClientForm
    fields = ("name", "client_id", "client_secret", "stored_secret", "scopes", "active")
    readonly_fields = ("stored_secret",)
    list_display = ("name", "client_id", "stored_secret", "active", "created_at")
    ordering = ("-created_at",)

    @admin.display(description="stored secret")
    def stored_secret(self, client: OAuthClient) -> str:
        if not client.client_secret_sealed:
            return "none"
        return f"ends in {client.client_secret_last_four}"

    def save_model(self, request: HttpRequest, obj: OAuthClient, form: Any, change: Any) -> None:
        super().save_model(request, obj, form, change)
        if form.cleaned_data["client_secret"]:
            set_client_secret(client=obj, secret=form.cleaned_data["client_secret"])

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        # Connections were granted to it; "active" takes it out of use.
        return False


@admin.register(Connection)
class ConnectionAdmin(TenantHistoryAdmin):
    list_display = ("site", "organisation", "state", "api_key_state", "problem", "connected_at")
    list_filter = (*TenantAdmin.list_filter, "state", "site", "api_key_state")
    search_fields = (*TenantAdmin.search_fields, "datadog_org_id", "datadog_org_name")


@admin.register(Credential)
class CredentialAdmin(TenantHistoryAdmin):
    list_display = ("kind", "organisation", "connection", "last_four", "version", "stored_at")
    list_select_related = ("organisation", "connection")
    list_filter = (*TenantAdmin.list_filter, "kind")


@admin.register(AuthorizationRequest)
class AuthorizationRequestAdmin(TenantHistoryAdmin):
    list_display = ("site", "organisation", "user", "from_tile", "expires_at")
    list_select_related = ("organisation", "user")


@admin.register(DataKey)
class DataKeyAdmin(TenantHistoryAdmin):
    list_display = ("number", "organisation", "vault_key_id", "created_at")


@admin.register(VaultKey)
class VaultKeyAdmin(ReadOnlyAdmin):
    list_display = ("key_id", "first_seen_at")


@admin.register(DatadogClaim)
class DatadogClaimAdmin(ReadOnlyAdmin):
    """Which tenant holds which Datadog organisation; only the support role can read it."""

    list_display = ("site", "datadog_org_id", "holder", "claimed_at")
    search_fields = ("datadog_org_id", "holder")

    def get_queryset(self, request: HttpRequest) -> QuerySet[DatadogClaim]:
        return super().get_queryset(request).using(SUPPORT_ALIAS)
