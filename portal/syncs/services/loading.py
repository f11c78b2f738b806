"""Loading a file of records into an organisation's feed, segment by segment, with flat memory."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from portal.accounts.models import Organisation
from portal.common.tenancy import tenant
from portal.mappings.models import Dataset
from portal.syncs.gateways.records import Line as GoodLine
from portal.syncs.gateways.records import LineError, lines_of
from portal.syncs.services.feeds import append_segment, segments_of
from portal.syncs.services.schedules import make_due

NAMED_ERRORS = 20
"""Bad lines that are reported one by one; all others are counted by reason."""


@dataclass(slots=True)
class Loaded:
    """What became of a file."""

    kept: int = 0
    refused: int = 0
    more: Counter[str] = field(default_factory=Counter)
    """Bad lines beyond the named ones, by field and reason."""


def load_file(
    path: Path,
    *,
    organisation: Organisation,
    dataset: Dataset,
    shift_to_now: bool,
    on_error: Callable[[LineError], None],
    on_progress: Callable[[Loaded], None],
) -> Loaded:
    """Commit the good lines in segments and report the bad ones; then make its mappings due."""
    loaded = Loaded()
    lines = lines_of(path, dataset, shift_to_now=shift_to_now)
    for lot in segments_of(_good_lines(lines, loaded, on_error)):
        with tenant(organisation.id):
            append_segment(dataset=dataset, lines=lot)
        loaded.kept += len(lot)
        on_progress(loaded)
    with tenant(organisation.id):
        make_due(dataset=dataset)
    return loaded


def _good_lines(
    lines: Iterable[GoodLine | LineError], loaded: Loaded, on_error: Callable[[LineError], None]
) -> Iterator[bytes]:
    for line in lines:
        if isinstance(line, GoodLine):
            yield line.raw
            continue
        loaded.refused += 1
        if loaded.refused <= NAMED_ERRORS:
            on_error(line)
        else:
            loaded.more[_reason(line)] += 1


def _reason(error: LineError) -> str:
    """The error without its line and the value that was found, so that equal ones are counted."""
    sentence = error.message.split(", found ")[0].split(": ")[0].rstrip(".")
    return f'field "{error.field}": {sentence}' if error.field else sentence
