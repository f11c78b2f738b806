"""What counts as failing, and what the console can be asked for; plain Python."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

STUCK_AFTER = timedelta(minutes=10)
"""A due run that no worker holds for so long: bells ring every few seconds, so something is off."""


class Failing(StrEnum):
    """Why a run stands in the queue of the console."""

    FAILED = "failed"
    ALL_REJECTED = "all_rejected"
    WITH_REJECTS = "succeeded_with_rejects"
    STUCK = "stuck"
    """Under way, and waiting for Datadog or for a worker."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """The console's filter; "" and None ask for everything."""

    tenant: str = ""
    outcome: str = ""
    data_type: str = ""
    site: str = ""
    reason: str = ""
    since: datetime | None = None


class SupportError(Exception):
    """A refusal with a sentence for the person."""
