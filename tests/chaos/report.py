"""The figures of a campaign as a table and as JSON, and the verdict."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Figures:
    """Bounds stand beside what they bound."""

    kills: int
    seed: int
    broker: str
    seconds: float
    faults: Mapping[str, int]
    bad_answers: Mapping[str, int]
    records: int
    sent: int
    rejected: int
    skipped: int
    too_old: int
    outage_rejected: int
    """Records that became too old while a site was down, all of them rejected and told."""
    lost: int
    duplicated_batches: int
    duplicated_bound: int
    duplicated_records: int
    in_doubt: int
    rejected_though_arrived: int
    recovery: Mapping[str, float]
    """The longest after each kind of fault."""
    longest_recovery: float
    longest_queue: float
    """Until a worker took a new run, that nobody was killed for."""
    recovery_bound: float
    database_back: float
    wrong: list[str] = field(default_factory=list)

    @property
    def holds(self) -> bool:
        return not (
            self.wrong
            or self.lost
            or self.duplicated_batches > self.duplicated_bound
            or self.longest_recovery > self.recovery_bound
        )


def save(figures: Figures, path: Path) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps({**asdict(figures), "holds": figures.holds}, indent=2) + "\n")


def table(figures: Figures) -> str:
    lines = [
        ("kills of worker processes", f"{figures.kills:,}"),
        *[(f"  {name}", f"{times:,}") for name, times in figures.faults.items()],
        *[(f"  answer: {name}", f"{times:,}") for name, times in figures.bad_answers.items()],
        ("records, once for each mapping", f"{figures.records:,}"),
        ("  sent", f"{figures.sent:,}"),
        ("  rejected (all too old)", f"{figures.rejected:,} ({figures.too_old:,})"),
        ("    in the outage of a site", f"{figures.outage_rejected:,}"),
        ("  skipped by the mapping", f"{figures.skipped:,}"),
        ("lost", f"{figures.lost:,}"),
        (
            "batches repeated (bound)",
            f"{figures.duplicated_batches:,} ({figures.duplicated_bound:,})",
        ),
        ("  records in them", f"{figures.duplicated_records:,}"),
        ("tries in doubt", f"{figures.in_doubt:,}"),
        ("  rejected though arrived", f"{figures.rejected_though_arrived:,}"),
        (
            "longest recovery (bound)",
            f"{figures.longest_recovery:.1f} s ({figures.recovery_bound:.1f} s)",
        ),
        ("  a new run waited up to", f"{figures.longest_queue:.1f} s"),
        ("PostgreSQL back after", f"{figures.database_back:.2f} s"),
        ("seconds", f"{figures.seconds:.0f}"),
    ]
    width = max(len(name) for name, _ in lines)
    text = [f"{name:<{width}}  {value:>14}" for name, value in lines]
    text += [f"DOES NOT HOLD: {sentence}" for sentence in figures.wrong]
    return "\n".join([*text, "Everything holds." if figures.holds else "BROKEN."])
