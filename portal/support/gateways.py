"""What the console needs of ``integrations``."""

from __future__ import annotations

from integrations.core.reject_codes import REJECT_CODES


def is_reject_code(reason: str) -> bool:
    """Tell a reject's code from the sentence of a failed run."""
    return reason in REJECT_CODES
