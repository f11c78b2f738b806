"""Errors of the embedded server; each message says what to do."""

from __future__ import annotations


class EmbeddedPostgresError(Exception):
    """The embedded PostgreSQL cannot be used; the message says why."""


class RoleTooPowerfulError(EmbeddedPostgresError):
    """A role of the portal could walk around row-level security."""
