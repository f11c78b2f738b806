"""What goes wrong with a source, by name.

StopError
└── SourceError               a person has to act; the cursor stays
    ├── SourceSetupError      the source's own settings cannot work
    ├── SourceSignInError     the source no longer takes the credentials
    ├── SourceQueryError      the database refuses the query, or a column does not serve
    ├── SourceAnswerError     an HTTP answer does not fit the settings
    └── SourceFileError       files cannot be read as set up
RetryLaterError
└── UnreadableAnswerError     HTML or half JSON where JSON should be: often a passing page
"""

from __future__ import annotations

from integrations.core.errors import RetryLaterError, StopError


class SourceError(StopError):
    """Reading stops until somebody acts."""


class SourceSetupError(SourceError):
    """Settings that cannot work, found before anything is read."""


class SourceSignInError(SourceError):
    """The credentials are refused."""


class SourceQueryError(SourceError):
    """``column`` names the column at fault where there is one."""

    def __init__(self, message: str, *, column: str = "", fix: str = "") -> None:
        super().__init__(message, fix=fix)
        self.column = column


class SourceAnswerError(SourceError):
    """``reason`` is one of redirected, refused, missing_path, not_a_list, repeats, too_large …"""

    def __init__(self, message: str, *, reason: str, fix: str = "") -> None:
        super().__init__(message, fix=fix)
        self.reason = reason


class SourceFileError(SourceError):
    """``path`` names the file where it is about one."""

    def __init__(self, message: str, *, path: str = "", fix: str = "") -> None:
        super().__init__(message, fix=fix)
        self.path = path


class UnreadableAnswerError(RetryLaterError):
    """``reason`` is html, not_json or empty."""

    def __init__(self, message: str, *, reason: str) -> None:
        super().__init__(message)
        self.reason = reason
