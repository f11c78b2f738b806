"""The embedded broker: kombu's over files, with messages that are whole or not there.

kombu 5.7 gives a message's file its final name before it writes the message. A worker that takes
the empty file stops for good on a JSONDecodeError, and so does whoever takes what a killed writer
left. A deleted folder ends a worker, too, or sends all later messages nowhere. Here the worst is a
bell unheard.
"""

from __future__ import annotations

import logging
import os
import time
import uuid
from contextlib import suppress
from pathlib import Path
from queue import Empty
from typing import Any

from kombu.transport import filesystem
from kombu.utils.json import dumps, loads

logger = logging.getLogger(__name__)


class Channel(filesystem.Channel):
    """Queues as files of one folder: ``<when>_<id>.<queue>.msg``."""

    @property
    def data_folder_in(self) -> str:
        """The folder; made again should somebody have deleted it."""
        folder: str = self.transport_options["data_folder_in"]
        Path(folder).mkdir(parents=True, exist_ok=True, mode=0o700)
        return folder

    def _lookup(self, exchange: str, routing_key: str, default: str | None = None) -> list[str]:
        # The queue is what the routing key says: no table of bindings that could get lost.
        direct = not exchange or self.typeof(exchange).type == "direct"
        return [routing_key] if direct and routing_key else []

    def _queue_bind(self, *args: Any) -> None:
        """Nothing to keep, see ``_lookup``."""

    # kombu's own classes do not agree on the name.
    def _put(self, queue: str, message: Any, **kwargs: Any) -> None:  # type: ignore[override]
        name = f"{time.monotonic_ns():020}_{uuid.uuid4()}"
        draft = Path(self.data_folder_in, f"{name}.draft")
        draft.write_text(dumps(message))
        draft.replace(draft.with_name(f"{name}.{queue}.msg"))

    def _get(self, queue: str, timeout: float | None = None) -> Any:
        folder = self.data_folder_in
        for name in sorted(os.listdir(folder)):
            if name.partition(".")[2] == f"{queue}.msg":
                file = Path(folder, name)
                try:
                    message = file.read_text()
                    file.unlink()
                except FileNotFoundError:
                    continue  # another worker has taken it
                try:
                    return loads(message)
                except ValueError:
                    logger.warning("A message of the embedded broker was not whole: dropped.")
        raise Empty

    def _delete(self, queue: str, *args: Any, **kwargs: Any) -> None:
        self._purge(queue)


class Transport(filesystem.Transport):
    """Named by CELERY_BROKER_TRANSPORT where no broker is given."""

    Channel = Channel
    # With an event loop each process of a worker gets pipes of its own. Without one they share a
    # single pipe, and whoever waits at it holds its lock: a kill -9 of that process (for want of
    # memory, say) leaves the whole worker alive and deaf.
    implements = filesystem.Transport.implements.extend(asynchronous=True)

    def register_with_event_loop(self, connection: Any, loop: Any) -> None:
        loop.call_repeatedly(self.polling_interval, self._take_all)

    def _take_all(self) -> None:
        for channel in list(self.channels or ()):
            with suppress(Empty):
                while True:
                    channel.drain_events()
