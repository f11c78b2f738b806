"""What a process checks before it serves: above all, that its database role cannot see too much."""

from __future__ import annotations

from django.core.exceptions import ImproperlyConfigured
from django.db import connections

_ROLE = """
SELECT current_user, rolsuper, rolbypassrls,
       EXISTS (SELECT 1 FROM pg_class WHERE relname = 'accounts_organisation'
               AND pg_get_userbyid(relowner) = current_user)
FROM pg_roles WHERE rolname = current_user
"""


def refuse_powerful_role(alias: str) -> None:
    """Raise when the alias signs in as a role that row-level security does not hold."""
    with connections[alias].cursor() as cursor:
        cursor.execute(_ROLE)
        name, superuser, bypasses, owns = cursor.fetchone()
    reasons = {"is a superuser": superuser, "bypasses row-level security": bypasses}
    if alias != "owner":
        reasons["owns the portal's tables"] = owns
    for reason, holds in reasons.items():
        if holds:
            raise ImproperlyConfigured(
                f"The database role {name!r} of the alias {alias!r} {reason}, so tenants would not "
                "be kept apart. Use the roles of `manage.py create_roles`: portal_app for "
                "DATABASE_URL, portal_support for DATABASE_SUPPORT_URL, portal_owner for "
                "DATABASE_OWNER_URL."
            )
