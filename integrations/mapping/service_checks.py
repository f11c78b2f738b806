"""Compiles a service checks mapping to a function from a record to one encoded check.

Form: POST /api/v1/check_run of Datadog's v1 OpenAPI (SubmitServiceCheck).
"""

from __future__ import annotations

from typing import Any

from integrations.core.records import Item, Record
from integrations.mapping.ages import TimeWindow
from integrations.mapping.choices import compile_choice
from integrations.mapping.encoding import encode
from integrations.mapping.parts import Value
from integrations.mapping.shared import ItemOf, compile_moment, compile_tags
from integrations.mapping.telemetry_documents import CHECK_STATUSES, ServiceChecksMapping
from integrations.mapping.texts import compile_prose, cut
from integrations.mapping.values import compile_text, optional

MAX_MESSAGE = 500
# Datadog shows no more than these characters of a check's message.


def compile_service_checks(document: ServiceChecksMapping) -> ItemOf:
    """Return a function that maps one record to one Item."""
    check_of, host_of = compile_prose(document.check), compile_prose(document.host)
    status_of = compile_choice(document.status, words=CHECK_STATUSES, name="status of a check")
    message = document.message
    message_of = optional(message, compile_text(message)) if isinstance(message, Value) else None
    moment_of, tags_of = compile_moment(document.timestamp), compile_tags(document.tags)

    def item_of(record: Record, window: TimeWindow) -> Item:
        data = record.data
        moment = moment_of(data, window)
        run: dict[str, Any] = {
            "check": check_of(data),
            "host_name": host_of(data),
            "status": CHECK_STATUSES.index(status_of(data)),
            "tags": tags_of(data),
        }
        if message_of is not None and (text := message_of(data)) is not None:
            run["message"] = cut(text, MAX_MESSAGE)
        if moment is not None:
            run["timestamp"] = int(moment)
        return Item(record.number, record.id, encode(run), moment)

    return item_of
