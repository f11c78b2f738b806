"""Celery: the doorbell. What is due, running or waiting is a row; a lost message costs seconds."""

from __future__ import annotations

from typing import Any

from portal.config.settings.env import VAR_DIR, env

# Unset: kombu's broker over files (see files_broker), for one machine, without a server.
_EMBEDDED = "filesystem://localhost//"
CELERY_BROKER_URL = env.str("CELERY_BROKER_URL", default=_EMBEDDED)
# Tasks outlive neither this nor, on Redis, the visibility timeout: a message redelivered while its
# first copy still runs would only ring a second time, but it would ring in vain.
CELERY_TASK_TIME_LIMIT = 600
CELERY_TASK_SOFT_TIME_LIMIT = 570
_VISIBILITY_SECONDS = 900
CELERY_BROKER_TRANSPORT_OPTIONS: dict[str, Any] = {"visibility_timeout": _VISIBILITY_SECONDS}

if CELERY_BROKER_URL == _EMBEDDED:
    CELERY_BROKER_TRANSPORT: str | None = "portal.config.files_broker:Transport"
    # It has direct queues only, and remote control needs more.
    CELERY_WORKER_ENABLE_REMOTE_CONTROL = False
    _folder = str(VAR_DIR / "broker" / "messages")
    CELERY_BROKER_TRANSPORT_OPTIONS = {
        "data_folder_in": _folder,
        "data_folder_out": _folder,
        # 0.1 s: 52 ms to start at the median for 0.3 % of a core when idle.
        "polling_interval": 0.1,
    }

CELERY_TASK_ACKS_LATE = True
CELERY_TASK_REJECT_ON_WORKER_LOST = True
# Celery waits 10 s for a result that a killed process may have left, and meanwhile takes no other
# task in its place. There are no results here: the rows say what was done.
CELERY_WORKER_LOST_WAIT = 1.0
CELERY_TASK_IGNORE_RESULT = True
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_TASK_SERIALIZER = "json"
CELERY_ACCEPT_CONTENT = ["json"]
CELERY_TIMEZONE = "UTC"

DISPATCH_SECONDS = env.float("PORTAL_DISPATCH_SECONDS", default=2.0)
CELERY_BEAT_SCHEDULE: dict[str, dict[str, Any]] = {
    # A bell that rings while the last one is still in the queue is dropped.
    "dispatch-due": {
        "task": "syncs.dispatch_due",
        "schedule": DISPATCH_SECONDS,
        "options": {"expires": DISPATCH_SECONDS * 2},
    },
    "attend-connections": {
        "task": "connections.attend_due",
        "schedule": DISPATCH_SECONDS,
        "options": {"expires": DISPATCH_SECONDS * 2},
    },
}
CELERY_BEAT_SCHEDULE_FILENAME = str(VAR_DIR / "beat-schedule")
