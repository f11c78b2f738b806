"""``manage.py load_records``: NDJSON into a pushed dataset of one organisation."""

from __future__ import annotations

import sys
from argparse import ArgumentParser
from difflib import get_close_matches
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from portal.accounts.models import Organisation
from portal.accounts.services.audit import record_support_access
from portal.mappings.models import Dataset
from portal.syncs.gateways.records import LineError
from portal.syncs.services.loading import Loaded, load_file


class Command(BaseCommand):
    help = "Load a file of records, one JSON object a line, into a dataset of an organisation."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--organisation", required=True, metavar="SLUG")
        parser.add_argument("--dataset", required=True, metavar="NAME")
        parser.add_argument(
            "--shift-to-now",
            action="store_true",
            help="Move the records' times so that the newest is now and the oldest at most 45 "
            "minutes earlier; for recorded data, which Datadog would refuse as too old.",
        )
        parser.add_argument("file", type=Path, metavar="FILE")

    def handle(self, *args: Any, **options: Any) -> None:
        path: Path = options["file"]
        organisation = self._organisation(options["organisation"])
        dataset = self._dataset(options["dataset"])
        if options["shift_to_now"] and not dataset.time_field:
            raise CommandError(f"The dataset {dataset.name} has no time field to shift.")
        try:
            loaded = load_file(
                path,
                organisation=organisation,
                dataset=dataset,
                shift_to_now=options["shift_to_now"],
                on_error=self._report,
                on_progress=self._progress,
            )
        except OSError as error:
            raise CommandError(f"Cannot read {path}: {error.strerror or error}.") from error
        self._summarise(loaded, organisation=organisation, dataset=dataset)
        if loaded.refused:
            sys.exit(1)

    def _organisation(self, slug: str) -> Organisation:
        record_support_access(purpose=f"load_records for {slug}"[:200], by=None)
        found = Organisation.across_tenants.filter(slug=slug).first()
        if found is None:
            slugs = Organisation.across_tenants.values_list("slug", flat=True)
            raise CommandError(_unknown("organisation", slug, list(slugs)))
        return found

    def _dataset(self, name: str) -> Dataset:
        found = Dataset.objects.prefetch_related("fields").filter(name=name, active=True).first()
        if found is None:
            names = Dataset.objects.filter(active=True).values_list("name", flat=True)
            raise CommandError(_unknown("dataset", name, list(names)))
        return found

    def _report(self, error: LineError) -> None:
        self.stderr.write(str(error))

    def _progress(self, loaded: Loaded) -> None:
        if self.stdout.isatty():
            self.stdout.write(f"\r{loaded.kept:,} records", ending="")
            self.stdout.flush()

    def _summarise(self, loaded: Loaded, *, organisation: Organisation, dataset: Dataset) -> None:
        for reason, count in loaded.more.most_common():
            self.stderr.write(f"{count:,} more: {reason}")
        if self.stdout.isatty():
            self.stdout.write("\r", ending="")
        self.stdout.write(
            f"{loaded.kept:,} records loaded into {dataset.name} of {organisation.slug} "
            f"({loaded.refused:,} refused)"
        )


def _unknown(kind: str, asked: str, known: list[str]) -> str:
    near = get_close_matches(asked, known, n=3)
    hint = f" Did you mean {' or '.join(near)}?" if near else ""
    if not near and known:
        hint = f" Known: {', '.join(sorted(known)[:10])}{' …' if len(known) > 10 else ''}."
    return f'There is no {kind} "{asked}".{hint}'
