"""The error tree. Every failure is one of three kinds, and the kind says what happens next.

    IntegrationError
    ├── RetryLaterError          the same bytes may succeed later (429, 408, 5xx, network)
    ├── StopError                a person has to act; schedules pause, cursors stay
    │   ├── GrantRevokedError    the OAuth grant or the API key no longer works
    │   ├── MissingScopeError    the grant works but does not cover this call
    │   ├── RefusedHostError     an address that does not derive from the site table
    │   └── InvalidMappingError  a mapping document that cannot be compiled
    ├── PayloadTooLargeError     Datadog answered 413: halve the batch
    └── PayloadRefusedError      Datadog answered 400: a poison record is in the batch

Messages are sentences for people. They carry ids and names, never tokens or bodies.
"""

from __future__ import annotations


class IntegrationError(Exception):
    """Root of everything that ``integrations`` raises on purpose.

    ``status`` is the HTTP status behind it, None when no answer came.
    """

    status: int | None = None


class RetryLaterError(IntegrationError):
    """Try again later.

    ``retry_after`` is the wait in seconds that the other side asked for, or None.
    ``uncertain`` is True when the request may have been accepted although no answer came.
    """

    def __init__(
        self, message: str, *, retry_after: float | None = None, uncertain: bool = False
    ) -> None:
        super().__init__(message)
        self.retry_after = retry_after
        self.uncertain = uncertain


class StopError(IntegrationError):
    """Stop and tell. ``fix`` is a sentence: what the customer or the vendor does about it."""

    def __init__(self, message: str, *, fix: str = "") -> None:
        super().__init__(message)
        self.fix = fix


class GrantRevokedError(StopError):
    """Datadog no longer honours the token or the key."""


class MissingScopeError(StopError):
    """The grant lacks a scope that the call needs."""


class RefusedHostError(StopError):
    """A site or domain that is not derived from the site table. Nothing was sent."""


class InvalidMappingError(StopError):
    """A mapping document that cannot be used. ``path`` names the place: ``measures[0].name``."""

    def __init__(self, message: str, *, path: str = "", fix: str = "") -> None:
        super().__init__(message, fix=fix)
        self.path = path


class PayloadTooLargeError(IntegrationError):
    """413: the batch has to be halved; a lone record is rejected."""


class PayloadRefusedError(IntegrationError):
    """400: ``detail`` has Datadog's own words."""

    def __init__(self, message: str, *, detail: str = "") -> None:
        super().__init__(message)
        self.detail = detail
