"""The rows of the sync engine: they are the truth, Celery is only the doorbell."""

from portal.syncs.models.deliveries import Attempt, Batch, Chunk, Reject
from portal.syncs.models.feeds import Feed, Segment
from portal.syncs.models.runs import Schedule, SyncRun

__all__ = ["Attempt", "Batch", "Chunk", "Feed", "Reject", "Schedule", "Segment", "SyncRun"]
