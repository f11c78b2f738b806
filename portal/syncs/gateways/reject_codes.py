"""What a reject code means, for people. The table itself is integrations'."""

from __future__ import annotations

from integrations.core.reject_codes import REJECT_CODES, RejectCode

__all__ = ["RejectCode", "reject_code"]


def reject_code(code: str) -> RejectCode:
    """Return the code's entry; one that no longer exists still shows under its own name."""
    return REJECT_CODES.get(code) or RejectCode(code, code.replace("_", " "), "", "")
