"""What the stand-in accepted: bounded rings to look at, exact counts, last-write-wins points.

Knows no HTTP and judges nothing: handlers hand over what they accepted.
"""

from __future__ import annotations

from collections import Counter, OrderedDict, deque
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from typing import Any, Protocol
from weakref import WeakValueDictionary

import orjson

from integrations.sandbox.registry import Organisation

DATA_TYPES = (
    "metrics",
    "distributions",
    "logs",
    "events",
    "service_checks",
    "traces",
    "incidents",
    "dashboards",
    "monitors",
    "log_pipelines",
)

# Documents may be a megabyte each: the ring forgets the oldest beyond this sum as well.
RING_BYTES = 256 * 1024 * 1024


@dataclass(slots=True)
class Counts:
    """Exact since the last reset. ``accepted``, ``discarded`` and ``overwritten`` count items,
    ``requests`` and ``refused`` count requests, ``bytes`` are those on the wire."""

    accepted: int = 0
    discarded: int = 0
    overwritten: int = 0
    refused: int = 0
    requests: int = 0
    bytes: int = 0


@dataclass(frozen=True, slots=True, weakref_slot=True, eq=False)
class Series:
    """The normalised head of a time series, shared by its points."""

    organisation: Organisation
    metric: str
    type: int
    host: str | None
    tags: tuple[str, ...]
    unit: str | None
    interval: int | None
    # What makes two points the same to Datadog: name, tag set and host; never type or unit.
    identity: tuple[Organisation, str, str | None, frozenset[str]]


class Kept(Protocol):
    """One accepted item in a ring."""

    @property
    def organisation(self) -> Organisation: ...
    @property
    def weight(self) -> int: ...
    def item(self) -> dict[str, Any]: ...


@dataclass(frozen=True, slots=True)
class KeptPoint:
    series: Series
    timestamp: int
    value: float
    received_at: float
    weight = 0

    @property
    def organisation(self) -> Organisation:
        return self.series.organisation

    def item(self) -> dict[str, Any]:
        series = self.series
        return {
            "metric": series.metric,
            "type": series.type,
            "timestamp": self.timestamp,
            "value": self.value,
            "host": series.host,
            "tags": list(series.tags),
            "unit": series.unit,
            "interval": series.interval,
            **_envelope(series.organisation, self.received_at),
        }


@dataclass(frozen=True, slots=True)
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
        document = self.document()
        envelope = _envelope(self.organisation, self.received_at)
        shadowed = {name: document[name] for name in envelope if name in document}
        return {**document, **envelope, **({"shadowed": shadowed} if shadowed else {})}


def _envelope(organisation: Organisation, received_at: float) -> dict[str, Any]:
    return {
        "site": organisation.site,
        "org_id": organisation.id,
        "received_at": received_at,
    }


class Ring:
    """The newest items of one type, bounded by number and bytes."""

    def __init__(self) -> None:
        self._kept: deque[Kept] = deque()
        self._bytes = 0

    def add(self, entry: Kept, *, limit: int) -> None:
        self._kept.append(entry)
        self._bytes += entry.weight
        while len(self._kept) > limit or self._bytes > RING_BYTES:
            self._bytes -= self._kept.popleft().weight

    def newest_first(self) -> Iterator[Kept]:
        return reversed(self._kept)


class Store:
    """Everything accepted since the last reset."""

    def __init__(self) -> None:
        self.rings = {data_type: Ring() for data_type in DATA_TYPES}
        self.points: OrderedDict[tuple[Any, int], tuple[Series, float]] = OrderedDict()
        self.seeded_logs: list[KeptDocument] = []
        self.seeded_monitors: list[tuple[Organisation, dict[str, Any]]] = []
        self._counts: dict[tuple[str, str], Counts] = {}
        self._series: WeakValueDictionary[tuple[Any, ...], Series] = WeakValueDictionary()

    def counts(self, site: str, data_type: str) -> Counts:
        return self._counts.setdefault((site, data_type), Counts())

    def series(
        self,
        organisation: Organisation,
        name: tuple[str, int],
        *,
        host: str | None,
        tags: tuple[str, ...],
        unit: tuple[str | None, int | None],
    ) -> Series:
        """The shared head for these; ``name`` is metric and type, ``unit`` unit and interval."""
        key = (organisation, name, host, tags, unit)
        known = self._series.get(key)
        if known is None:
            identity = (organisation, name[0], host, frozenset(tags))
            known = Series(organisation, *name, host, tags, *unit, identity)
            self._series[key] = known
        return known

    def add_points(
        self, series: Series, points: Sequence[tuple[int, float]], *, now: float, limit: int
    ) -> None:
        counts = self.counts(series.organisation.site, "metrics")
        ring = self.rings["metrics"]
        for timestamp, value in points:
            ring.add(KeptPoint(series, timestamp, value, now), limit=limit)
            counts.overwritten += self.write_point(series, timestamp, value, limit=limit)
        counts.accepted += len(points)

    def write_point(self, series: Series, timestamp: int, value: float, *, limit: int) -> bool:
        """Last write wins. Returns whether there was one to win over."""
        key = (series.identity, timestamp)
        overwritten = key in self.points
        self.points[key] = (series, value)
        if len(self.points) > limit:
            self.points.popitem(last=False)
        return overwritten

    def add_document(self, data_type: str, kept: KeptDocument, *, limit: int) -> None:
        self.rings[data_type].add(kept, limit=limit)
        self.counts(kept.organisation.site, data_type).accepted += 1

    def items(self, data_type: str, *, site: str | None, limit: int) -> list[dict[str, Any]]:
        """Newest first; only what the ring still holds."""
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
