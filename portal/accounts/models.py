"""Users, organisations (the tenants), memberships, invitations and the audit log."""

from __future__ import annotations

from typing import Any, ClassVar

from django.contrib.auth.base_user import BaseUserManager
from django.contrib.auth.models import AbstractUser
from django.db import models
from django.db.models.functions import Lower

from portal.accounts.domain import Role
from portal.common.ids import uuid7
from portal.common.models import TenantModel
from portal.common.tenancy import SUPPORT_ALIAS

ROLE_CHOICES = [(role.value, role.value.capitalize()) for role in Role]


class UserManager(BaseUserManager["User"]):
    """Makes users who sign in with their e-mail address."""

    use_in_migrations = True

    def create_user(self, email: str, password: str | None = None, **extra: Any) -> User:
        user = self.model(email=self.normalize_email(email), **extra)
        user.set_password(password)
        user.save(using=self._db)
        return user

    def create_superuser(self, email: str, password: str | None = None, **extra: Any) -> User:
        return self.create_user(email, password, is_staff=True, is_superuser=True, **extra)


class User(AbstractUser):
    """A person. The e-mail address is the name to sign in with."""

    username = None  # type: ignore[assignment]  # AbstractUser's field is taken away
    email = models.EmailField("e-mail address", unique=True)

    USERNAME_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = []
    objects = UserManager()  # type: ignore[assignment,misc]  # replaces the manager by user name

    class Meta(AbstractUser.Meta):
        constraints = [models.UniqueConstraint(Lower("email"), name="accounts_user_email_ci")]

    def __str__(self) -> str:
        return self.email


class AcrossOrganisationsManager(models.Manager["Organisation"]):
    """Every organisation, read through the support role."""

    def get_queryset(self) -> models.QuerySet[Organisation]:
        return super().get_queryset().using(SUPPORT_ALIAS)


class Organisation(models.Model):
    """A customer of the vendor: the tenant that every tenant row belongs to."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    name = models.CharField(max_length=120)
    slug = models.SlugField(max_length=60, unique=True)
    external_id = models.CharField(
        max_length=120,
        unique=True,
        null=True,
        blank=True,
        help_text="The vendor's own id of this customer; sources are parametrised by it.",
    )
    created_at = models.DateTimeField(auto_now_add=True)
    created_by = models.ForeignKey(
        User, on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )

    objects = models.Manager["Organisation"]()
    across_tenants = AcrossOrganisationsManager()

    def __str__(self) -> str:
        return self.name


class Membership(TenantModel):
    """A person's role in one organisation."""

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="memberships")
    role = models.CharField(max_length=10, choices=ROLE_CHOICES, default=Role.MEMBER)
    joined_at = models.DateTimeField(auto_now_add=True)

    own = models.Manager["Membership"]()
    """For a person's own rows, inside ``person(user_id)``."""

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["organisation", "user"], name="accounts_one_membership")
        ]

    def __str__(self) -> str:
        return f"{self.user} ({self.role})"


class Invitation(TenantModel):
    """An invitation by e-mail to join an organisation; used once, then kept as history."""

    email = models.EmailField()
    role = models.CharField(max_length=10, choices=ROLE_CHOICES, default=Role.MEMBER)
    invited_by = models.ForeignKey(User, on_delete=models.SET_NULL, null=True, related_name="+")
    invited_at = models.DateTimeField(auto_now_add=True)
    expires_at = models.DateTimeField()
    accepted_at = models.DateTimeField(null=True, blank=True)
    accepted_by = models.ForeignKey(
        User, on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["organisation", "email"],
                condition=models.Q(accepted_at__isnull=True),
                name="accounts_one_open_invitation",
            )
        ]

    def __str__(self) -> str:
        return self.email


class AuditEntry(TenantModel):
    """Who did what in an organisation. Rows are only ever added."""

    at = models.DateTimeField(auto_now_add=True)
    actor = models.ForeignKey(User, on_delete=models.SET_NULL, null=True, related_name="+")
    actor_name = models.CharField(max_length=254)
    action = models.CharField(max_length=80)
    object_type = models.CharField(max_length=60, blank=True)
    object_id = models.CharField(max_length=60, blank=True)
    details = models.JSONField(default=dict, blank=True)

    class Meta:
        indexes = [models.Index(fields=["organisation", "-at"], name="accounts_audit_recent")]
        verbose_name_plural = "audit entries"

    def __str__(self) -> str:
        return f"{self.actor_name}: {self.action}"


class SupportAccess(models.Model):
    """One use of the cross-tenant role by the vendor's people or a command."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    at = models.DateTimeField(auto_now_add=True)
    actor = models.ForeignKey(
        User, on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )
    actor_name = models.CharField(max_length=254)
    purpose = models.CharField(max_length=200)
    tenant_id = models.UUIDField(null=True, blank=True)
    """The one tenant it was about, or null for a look across all of them."""

    class Meta:
        verbose_name_plural = "support accesses"
        indexes = [models.Index(fields=["-at"], name="accounts_support_recent")]

    def __str__(self) -> str:
        return f"{self.actor_name}: {self.purpose}"
