"""What the stand-in accepted: bounded rings to look at, exact counts, last-write-wins points.

Knows no HTTP and judges nothing: handlers hand over what they accepted.
"""

from __future__ import annotations

from collections import Counter, OrderedDict, deque
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from typing import Any, NamedTuple, Protocol
from weakref import WeakValueDictionary

import orjson

from integrations.sandbox import names
from integrations.sandbox.registry import Organisation
from integrations.sandbox.shelves import Resource, Shelf, envelope, enveloped
from integrations.sandbox.sketch import Sketch

RECORD_TYPES = ("metrics", "distributions", "logs", "events", "service_checks", "traces")
RESOURCE_TYPES = ("incidents", "dashboards", "monitors", "log_pipelines")
DATA_TYPES = (*RECORD_TYPES, *RESOURCE_TYPES)

# Documents may be a megabyte each: the ring forgets the oldest beyond this sum as well.
RING_BYTES = 256 * 1024 * 1024


@dataclass(slots=True)
class Counts:
    """Exact since the last reset. ``accepted``, ``discarded`` and ``overwritten`` count items
    (points that replaced a point, changes of a resource), ``requests`` and ``refused`` count
    requests, ``bytes`` are those on the wire."""

    accepted: int = 0
    discarded: int = 0
    overwritten: int = 0
    refused: int = 0
    requests: int = 0
    bytes: int = 0


Point = tuple[int, float]


class Head(NamedTuple):
    """What a series says of itself, as it was sent."""

    metric: str
    type: int = 0
    host: str | None = None
    tags: tuple[str, ...] = ()
    unit: str | None = None
    interval: int | None = None


@dataclass(slots=True, weakref_slot=True, eq=False)
class Series:
    """A head in Datadog's form, shared by its points. An empty ``metric`` is unusable."""

    organisation: Organisation
    metric: str
    tags: tuple[str, ...]
    head: Head
    # What makes two points the same to Datadog: name, tag set and host; never type or unit.
    identity: tuple[Organisation, str, str | None, tuple[str, ...]]

    @property
    def host(self) -> str | None:
        return self.head.host


class Kept(Protocol):
    """One accepted item in a ring."""

    @property
    def organisation(self) -> Organisation: ...
    @property
    def weight(self) -> int: ...
    def item(self) -> dict[str, Any]: ...


# Not frozen: these two are made for every record, and a frozen one takes three times as long.
@dataclass(slots=True)
class KeptPoint:
    series: Series
    timestamp: int
    value: float
    received_at: float

    @property
    def organisation(self) -> Organisation:
        return self.series.organisation

    @property
    def weight(self) -> int:
        return 0

    def item(self) -> dict[str, Any]:
        series, head = self.series, self.series.head
        return {
            "metric": series.metric,
            "type": head.type,
            "timestamp": self.timestamp,
            "value": self.value,
            "host": head.host,
            "tags": list(series.tags),
            "unit": head.unit,
            "interval": head.interval,
            **envelope(series.organisation, self.received_at),
        }


@dataclass(slots=True)
class KeptDocument:
    """A JSON object such as a log. Kept encoded: objects take several times the room."""

    organisation: Organisation
    received_at: float
    encoded: bytes

    @property
    def weight(self) -> int:
        return len(self.encoded)

    def document(self) -> dict[str, Any]:
        document: dict[str, Any] = orjson.loads(self.encoded)
        return document

    def item(self) -> dict[str, Any]:
        """The document with the envelope's fields over it; own fields of those names move to
        ``shadowed``."""
        return enveloped(self.document(), envelope(self.organisation, self.received_at))


class Ring:
    """The newest items of one type, bounded by number and bytes."""

    def __init__(self) -> None:
        self._kept: deque[Kept] = deque()
        self._bytes = 0

    def add(self, entries: Sequence[Kept], *, limit: int) -> None:
        self._kept.extend(entries)
        self._bytes += sum(entry.weight for entry in entries)
        while len(self._kept) > limit or self._bytes > RING_BYTES:
            self._bytes -= self._kept.popleft().weight

    def newest_first(self) -> Iterator[Kept]:
        return reversed(self._kept)


class Store:
    """Everything accepted since the last reset."""

    def __init__(self) -> None:
        self.rings = {data_type: Ring() for data_type in RECORD_TYPES}
        self.shelves = {data_type: Shelf() for data_type in RESOURCE_TYPES}
        self.points: OrderedDict[tuple[Any, int], tuple[Series, float]] = OrderedDict()
        self.sketches: OrderedDict[tuple[Any, int], tuple[Series, Sketch]] = OrderedDict()
        self.seeded_logs: list[KeptDocument] = []
        self._counts: dict[tuple[str, str], Counts] = {}
        self._numbers: Counter[tuple[str, str]] = Counter()
        self._series: WeakValueDictionary[tuple[Any, ...], Series] = WeakValueDictionary()

    def counts(self, site: str, data_type: str) -> Counts:
        return self._counts.setdefault((site, data_type), Counts())

    def series(self, organisation: Organisation, head: Head) -> Series:
        """The shared series for this head; names and tags are normalised once for each."""
        key = (organisation, head)
        known = self._series.get(key)
        if known is None:
            metric, tags = names.metric_name(head.metric), names.tags(head.tags)
            # Equal tuples are shared: with a tag of its own for each record they fill memory.
            tags = head.tags if tags == head.tags else tags
            in_order = tuple(sorted(tags))
            identity = (organisation, metric, head.host, tags if tags == in_order else in_order)
            known = Series(organisation, metric, tags, head, identity)
            self._series[key] = known
        return known

    def add_points(
        self, points: Sequence[tuple[Series, int, float]], *, now: float, limit: int
    ) -> int:
        """Keep what was accepted. Returns how many of them replaced a point."""
        kept = [KeptPoint(series, timestamp, value, now) for series, timestamp, value in points]
        self.rings["metrics"].add(kept, limit=limit)
        return self.write_points(points, limit=limit)

    def write_points(self, points: Sequence[tuple[Series, int, float]], *, limit: int) -> int:
        """Last write wins. Returns how many there were to win over."""
        written, before = self.points, len(self.points)
        for series, timestamp, value in points:
            written[series.identity, timestamp] = (series, value)
        overwritten = before + len(points) - len(written)
        while len(written) > limit:
            written.popitem(last=False)
        return overwritten

    def add_document(self, data_type: str, kept: KeptDocument, *, limit: int) -> None:
        # A copy of the exact size: what orjson returns sits at the start of a far larger block.
        kept.encoded = bytes(memoryview(kept.encoded))
        self.rings[data_type].add([kept], limit=limit)
        self.counts(kept.organisation.site, data_type).accepted += 1

    def add_to_sketch(
        self, series: Series, timestamp: int, values: Sequence[float], *, limit: int
    ) -> None:
        """Values add up: sent twice, they count twice."""
        known = self.sketches.get((series.identity, timestamp))
        sketch = known[1] if known else Sketch()
        sketch.add(values)
        self.sketches[series.identity, timestamp] = (series, sketch)
        while len(self.sketches) > limit:
            self.sketches.popitem(last=False)

    def add_resource(
        self, data_type: str, resource_id: str, resource: Resource, *, limit: int
    ) -> None:
        self.shelves[data_type].put(resource_id, resource, limit=limit)
        if not resource.seeded:
            self.counts(resource.organisation.site, data_type).accepted += 1

    def next_number(self, data_type: str, organisation: Organisation) -> int:
        """1, 2, 3 …, for each type and organisation; never given twice."""
        self._numbers[data_type, organisation.id] += 1
        return self._numbers[data_type, organisation.id]

    def note_change(self, data_type: str, organisation: Organisation) -> None:
        """A resource was changed in place."""
        self.counts(organisation.site, data_type).overwritten += 1

    def items(self, data_type: str, *, site: str | None, limit: int) -> list[dict[str, Any]]:
        """Newest first; only what the ring still holds, or the resources as they now are."""
        if data_type in self.shelves:
            return self.shelves[data_type].items(site=site, limit=limit)
        found: list[dict[str, Any]] = []
        for kept in self.rings[data_type].newest_first():
            if len(found) == limit:
                break
            if site is None or kept.organisation.site == site:
                found.append(kept.item())
        return found

    def total(self, data_type: str, *, site: str | None) -> int:
        """How many were accepted, kept or not."""
        return sum(
            counts.accepted
            for (at, kind), counts in self._counts.items()
            if kind == data_type and site in (None, at)
        )

    def stats(self) -> dict[str, Any]:
        sites: dict[str, dict[str, Any]] = {}
        totals: dict[str, Counter[str]] = {}
        for (site, data_type), counts in sorted(self._counts.items()):
            sites.setdefault(site, {})[data_type] = asdict(counts)
            totals.setdefault(data_type, Counter()).update(asdict(counts))
        return {"sites": sites, "totals": totals}
