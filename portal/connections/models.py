"""OAuth clients, connections, their sealed secrets and the vault's keys."""

from __future__ import annotations

from django.conf import settings
from django.db import models

from portal.common.ids import uuid7
from portal.common.models import TenantModel
from portal.connections.domain import ApiKeyState, ConnectionState, SecretKind


class OAuthClient(models.Model):
    """The vendor's OAuth client at Datadog. The newest active one starts new grants."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    name = models.CharField(max_length=120, help_text="As Datadog shows it on the consent page.")
    client_id = models.CharField(max_length=120, unique=True)
    client_secret_sealed = models.BinaryField(editable=False, default=b"")
    client_secret_last_four = models.CharField(max_length=4, blank=True, editable=False)
    scopes = models.JSONField(default=list, help_text="The scopes registered for this client.")
    active = models.BooleanField(default=True)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        verbose_name = "OAuth client"

    def __str__(self) -> str:
        return self.name


class Connection(TenantModel):
    """An organisation's link to one Datadog site. Reconnecting keeps this row and its id."""

    site = models.CharField(max_length=40, help_text="The site's domain, such as datadoghq.eu.")
    subdomain = models.CharField(max_length=63, blank=True)
    client = models.ForeignKey(OAuthClient, on_delete=models.PROTECT, related_name="+")
    state = models.CharField(
        max_length=20, choices=[(s.value, s.value) for s in ConnectionState], default="pending"
    )
    problem = models.CharField(max_length=300, blank=True)
    fix = models.CharField(max_length=500, blank=True)

    datadog_org_id = models.CharField(max_length=64, blank=True)
    datadog_org_name = models.CharField(max_length=200, blank=True)
    granted_scopes = models.JSONField(default=list)

    access_token_expires_at = models.DateTimeField(null=True, blank=True)
    refresh_at = models.DateTimeField(null=True, blank=True)
    """When the access token is refreshed: at 80 % of its life."""
    refresh_lease_until = models.DateTimeField(null=True, blank=True)
    refresh_fence = models.BigIntegerField(default=0)
    """Counts claims of the refresh: whoever holds an older number stores nothing."""

    api_key_state = models.CharField(
        max_length=10, choices=[(s.value, s.value) for s in ApiKeyState], default="none"
    )
    api_key_id = models.CharField(max_length=64, blank=True)
    api_key_name = models.CharField(max_length=200, blank=True)
    check_at = models.DateTimeField(null=True, blank=True)
    """When the next background step (key check, revocation) is due."""
    check_count = models.PositiveIntegerField(default=0)
    checked_at = models.DateTimeField(null=True, blank=True)
    """When Datadog last said something about the key or the token."""

    created_at = models.DateTimeField(auto_now_add=True)
    connected_at = models.DateTimeField(null=True, blank=True)
    connected_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+"
    )
    disconnected_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["organisation", "site"], name="connections_one_a_site")
        ]
        indexes = [
            models.Index(
                fields=["refresh_at"],
                name="connections_refresh_due",
                condition=models.Q(refresh_at__isnull=False),
            ),
            models.Index(
                fields=["check_at"],
                name="connections_check_due",
                condition=models.Q(check_at__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return self.site


class Credential(TenantModel):
    """One sealed secret of a connection. Only ``last_four`` is ever shown."""

    connection = models.ForeignKey(Connection, on_delete=models.CASCADE, related_name="credentials")
    kind = models.CharField(max_length=15, choices=[(k.value, k.value) for k in SecretKind])
    sealed = models.BinaryField(editable=False)
    version = models.PositiveIntegerField(default=1)
    """Bound into the ciphertext, so that an older value put back does not open."""
    last_four = models.CharField(max_length=4, blank=True)
    stored_at = models.DateTimeField(auto_now=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["organisation", "connection", "kind"], name="connections_one_a_kind"
            )
        ]

    def __str__(self) -> str:
        return f"{self.kind} …{self.last_four}"


class AuthorizationRequest(TenantModel):
    """A grant under way: what ``state`` stands for. Deleted when used; short-lived."""

    state_hash = models.BinaryField(max_length=32, editable=False)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    session_hash = models.BinaryField(max_length=32, editable=False)
    site = models.CharField(max_length=40)
    subdomain = models.CharField(max_length=63, blank=True)
    client = models.ForeignKey(OAuthClient, on_delete=models.CASCADE, related_name="+")
    verifier_sealed = models.BinaryField(editable=False)
    from_tile = models.BooleanField(default=False)
    expires_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["organisation", "state_hash"], name="connections_one_state"
            )
        ]

    def __str__(self) -> str:
        return f"{self.site} until {self.expires_at:%H:%M:%S}"


class DataKey(TenantModel):
    """An organisation's data key, wrapped by a vault key. Deleting it shreds the secrets."""

    number = models.PositiveIntegerField()
    vault_key_id = models.CharField(max_length=40)
    wrapped = models.BinaryField(editable=False)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["organisation", "number"], name="connections_data_key_number"
            )
        ]

    def __str__(self) -> str:
        return f"data key {self.number}"


class VaultKey(models.Model):
    """A vault key that this database has seen, with a value that only the right key opens."""

    key_id = models.CharField(max_length=40, primary_key=True)
    check_value = models.BinaryField(editable=False)
    first_seen_at = models.DateTimeField(auto_now_add=True)

    def __str__(self) -> str:
        return self.key_id


class DatadogClaim(models.Model):
    """Which Datadog organisation is taken, over all tenants.

    The application reaches this table through two functions of the owner only, so that it can learn
    that a Datadog organisation is taken and never by whom.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    site = models.CharField(max_length=40)
    datadog_org_id = models.CharField(max_length=64)
    holder = models.UUIDField()
    claimed_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["site", "datadog_org_id"], name="connections_one_claim")
        ]

    def __str__(self) -> str:
        return f"{self.datadog_org_id} on {self.site}"
