"""What has arrived: the portal's counters beside the sandbox's, per site and data type."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

from django.db.models import Sum

from portal.accounts.models import Organisation
from portal.common.tenancy import tenant
from portal.demo import gateways
from portal.mappings.models import Mapping
from portal.syncs.models import Feed, SyncRun


@dataclass(frozen=True, slots=True)
class Row:
    """One mapping of one connection. ``waiting`` counts what its runs have not read yet."""

    site: str
    data_type: str
    waiting: int
    read: int
    sent: int
    rejected: int
    skipped: int
    arrived: int

    @property
    def settled(self) -> bool:
        return not self.waiting

    @property
    def whole(self) -> bool:
        return self.settled and self.read > 0 and self.read == self.sent == self.arrived


def rows(organisations: Iterable[Organisation]) -> list[Row]:
    """One row for each mapping, by site."""
    found = []
    for organisation in organisations:
        with tenant(organisation.id):
            found += [_row(mapping) for mapping in _mappings()]
    # Asked last: what a counter says was sent has arrived by then.
    arrived = gateways.arrived()
    found = [replace(row, arrived=arrived.get((row.site, row.data_type), 0)) for row in found]
    return sorted(found, key=lambda row: (row.site, row.data_type))


def _mappings() -> Iterable[Mapping]:
    return Mapping.objects.select_related("connection", "dataset")


def _row(mapping: Mapping) -> Row:
    counted = SyncRun.objects.filter(mapping=mapping).aggregate(
        read=Sum("read_count", default=0),
        sent=Sum("sent_count", default=0),
        rejected=Sum("rejected_count", default=0),
        skipped=Sum("skipped_count", default=0),
    )
    total = (
        Feed.objects.filter(dataset_id=mapping.dataset_id)
        .values_list("last_number", flat=True)
        .first()
    )
    site = mapping.connection.site
    return Row(
        site=site,
        data_type=mapping.data_type,
        waiting=(total or 0) - counted["read"],
        arrived=0,
        **counted,
    )


def table(found: list[Row]) -> str:
    """The rows as text for a terminal."""
    columns = ("site", "data type", "read", "sent", "rejected", "skipped", "arrived", "")
    lines = [
        (
            row.site,
            row.data_type,
            f"{row.read:,}",
            f"{row.sent:,}",
            f"{row.rejected:,}",
            f"{row.skipped:,}",
            f"{row.arrived:,}",
            "whole" if row.whole else "INCOMPLETE",
        )
        for row in found
    ]
    widths = [max(map(len, column)) for column in zip(columns, *lines, strict=True)]
    return "\n".join(_line(cells, widths) for cells in (columns, *lines))


def _line(cells: tuple[str, ...], widths: list[int]) -> str:
    texts, figures = cells[:2], cells[2:7]
    padded = [text.ljust(width) for text, width in zip(texts, widths[:2], strict=True)]
    padded += [figure.rjust(width) for figure, width in zip(figures, widths[2:7], strict=True)]
    return "  ".join([*padded, cells[7]]).rstrip()
