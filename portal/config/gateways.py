"""What the generated reference reads of ``integrations``."""

from __future__ import annotations

from integrations.core.reject_codes import REJECT_CODES
from integrations.datadog.sites import SITES

__all__ = ["REJECT_CODES", "SITES"]
