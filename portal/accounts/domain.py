"""Roles and what each may do; plain Python."""

from __future__ import annotations

from enum import StrEnum


class Role(StrEnum):
    """A member's role in one organisation, most powerful first."""

    OWNER = "owner"
    ADMIN = "admin"
    MEMBER = "member"
    VIEWER = "viewer"


class Permission(StrEnum):
    """What a role may be asked for."""

    VIEW = "view"
    """See everything of the organisation."""
    RUN = "run"
    """Edit mappings, run and replay syncs."""
    CONNECT = "connect"
    """Link, reconnect and disconnect Datadog."""
    MANAGE_MEMBERS = "manage_members"
    """Invite people, change roles, remove members."""


ROLE_PERMISSIONS: dict[Role, frozenset[Permission]] = {
    Role.OWNER: frozenset(Permission),
    Role.ADMIN: frozenset(Permission),
    Role.MEMBER: frozenset({Permission.VIEW, Permission.RUN}),
    Role.VIEWER: frozenset({Permission.VIEW}),
}


def roles_to_give(role: Role) -> tuple[Role, ...]:
    """Return the roles that someone of this role may give, and take away, from others."""
    if Permission.MANAGE_MEMBERS not in ROLE_PERMISSIONS[role]:
        return ()
    return tuple(Role) if role is Role.OWNER else (Role.ADMIN, Role.MEMBER, Role.VIEWER)


class VendorGroup(StrEnum):
    """The vendor's own people, as Django groups."""

    ADMIN = "Vendor admin"
    SUPPORT = "Support"
    REVIEWER = "Reviewer"


class AccountsError(Exception):
    """A refusal with a sentence for the person."""
