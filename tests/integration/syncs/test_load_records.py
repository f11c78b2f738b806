"""``manage.py load_records``: what it keeps, what it says, and how much memory it takes."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from portal.accounts.models import SupportAccess
from portal.common.tenancy import tenant
from portal.syncs.models import Feed, Segment
from tests.integration.sandbox import Sandbox
from tests.integration.syncs.conftest import (
    Customer,
    accepted,
    counters,
    make_customer,
    record,
)
from tests.integration.syncs.processes import start_process

pytestmark = pytest.mark.django_db(transaction=True, databases=["default", "support", "owner"])


@pytest.fixture
def customer(transactional_db: None, sandbox: Sandbox) -> Customer:
    return make_customer(sandbox)


@dataclass
class Told:
    """What the command said."""

    out: str
    err: list[str]
    code: int


Load = Callable[..., Told]


@pytest.fixture
def load(customer: Customer, tmp_path: Path) -> Load:
    """Run the command over a file of these lines."""

    def run(*lines: str | bytes, **options: Any) -> Told:
        path = tmp_path / "records.ndjson"
        path.write_bytes(b"\n".join(one.encode() if isinstance(one, str) else one for one in lines))
        out, err = StringIO(), StringIO()
        given = {"organisation": customer.organisation.slug, "dataset": customer.dataset.name}
        code = 0
        try:
            call_command("load_records", path, stdout=out, stderr=err, **given | options)
        except SystemExit as end:
            code = int(end.code or 0)
        return Told(out.getvalue(), err.getvalue().splitlines(), code)

    return run


def good(number: int, **changes: Any) -> str:
    return json.dumps(record(number, **changes))


def last_number(customer: Customer) -> int:
    with tenant(customer.organisation.id):
        return sum(Feed.objects.values_list("last_number", flat=True))


def test_good_records_are_loaded_and_sent(customer: Customer, load: Load, sandbox: Sandbox) -> None:
    told = load(good(1), good(2), good(3))
    name = f"{customer.dataset.name} of {customer.organisation.slug}"
    assert told.out == f"3 records loaded into {name} (0 refused)\n"
    assert (told.code, told.err) == (0, [])
    assert customer.schedule().next_at <= datetime.now(UTC)
    assert counters(customer.run()) == ("succeeded", 3, 3, 0, 0)
    assert len(accepted(sandbox, "metrics")) == 3


@pytest.mark.parametrize(
    ("line", "said"),
    [
        (good(2, value="abc"), 'line 2, field "value": Expected a number'),
        (good(2, at="yesterday"), 'line 2, field "at": Expected a time'),
        (good(2, id=None), 'line 2, field "id": '),
        ('{"id": "m-2", "at":', "line 2: This is not valid JSON"),
        ("[1, 2]", "line 2: A record is a JSON object"),
        ('{"id": "m-2", "value": NaN}', "line 2: This is not valid JSON"),
        ('{"id": "m-2", "id": "m-3"}', 'line 2, field "id": The key "id" stands twice'),
        (b'{"id": "\xff"}', "line 2: This is not valid JSON"),
        ('{"id": "a\\u0000b"}', 'line 2, field "id": A text contains the NUL'),
        ('{"id": "m-2", "more": ' + "[" * 40 + "]" * 40 + "}", "line 2: The record is nested"),
        ('{"id": "' + "x" * 2_000_000 + '"}', "line 2: The line is longer than 1,048,576 bytes"),
    ],
)
def test_a_bad_line_is_named_and_the_good_ones_are_kept(
    customer: Customer, load: Load, line: str | bytes, said: str
) -> None:
    told = load(good(1), line, good(3))
    assert (told.code, len(told.err)) == (1, 1)
    assert told.err[0].startswith(said)
    assert "2 records loaded" in told.out
    assert "(1 refused)" in told.out
    assert last_number(customer) == 2


def test_many_bad_lines_are_counted_by_reason(load: Load) -> None:
    told = load(*(good(number, value=f"no {number}") for number in range(50)), "{")
    assert len(told.err) == 22
    assert told.err[20] == '30 more: field "value": Expected a number'
    assert told.err[21] == "1 more: This is not valid JSON"
    assert told.code == 1


def test_an_empty_file_loads_nothing(load: Load) -> None:
    assert load().out.startswith("0 records loaded")


@pytest.mark.parametrize(
    ("option", "value", "said"),
    [
        ("organisation", "bigcrop", 'There is no organisation "bigcrop". Did you mean bigcorp?'),
        ("dataset", "nothing-like-it", 'There is no dataset "nothing-like-it". Known: measures-'),
    ],
)
def test_an_unknown_name_is_answered_with_what_is_near(
    load: Load, option: str, value: str, said: str
) -> None:
    with pytest.raises(CommandError) as error:
        load(good(1), **{option: value})
    assert str(error.value).startswith(said)


def test_the_look_across_tenants_is_noted(load: Load) -> None:
    load(good(1))
    access = SupportAccess.objects.get()
    assert (access.actor_name, access.purpose) == ("command line", "load_records for bigcorp")


@pytest.mark.parametrize(
    ("name", "said"), [("missing.ndjson", "No such file"), (".", "Is a directory")]
)
def test_a_file_that_cannot_be_read_is_named(
    customer: Customer, tmp_path: Path, name: str, said: str
) -> None:
    path = tmp_path / name
    options = {"organisation": customer.organisation.slug, "dataset": customer.dataset.name}
    with pytest.raises(CommandError, match=f"Cannot read .*: {said}"):
        call_command("load_records", path, **options)


def test_old_records_are_all_rejected_unless_they_are_shifted(
    customer: Customer, load: Load, sandbox: Sandbox
) -> None:
    old = [good(number, minutes_old=600_000 + number * 60) for number in range(1, 40)]
    load(*old)
    assert counters(customer.run()) == ("all_rejected", 39, 0, 39, 0)
    load(*old, shift_to_now=True)
    assert counters(customer.run()) == ("succeeded", 39, 39, 0, 0)
    assert len(accepted(sandbox, "metrics")) == 39


def test_records_are_kept_in_segments_and_not_as_a_row_each(customer: Customer, load: Load) -> None:
    told = load(*(good(number) for number in range(12_000)))
    assert "12,000 records" in told.out
    with tenant(customer.organisation.id):
        segments = Segment.objects.order_by("first_number")
        numbers = list(segments.values_list("first_number", "last_number"))
    assert numbers == [(1, 5_000), (5_001, 10_000), (10_001, 12_000)]


LOAD = """
from pathlib import Path
from django.core.management import call_command
try:
    call_command("load_records", {path!r}, organisation={organisation!r}, dataset={dataset!r})
except SystemExit:
    pass
# Not ru_maxrss, which a process inherits from the one that started it.
status = dict(line.split(":", 1) for line in Path("/proc/self/status").read_text().splitlines())
print("MB", int(status["VmHWM"].split()[0]) / 1024)
"""


@pytest.fixture
def in_a_process(customer: Customer) -> Callable[[Path], tuple[str, float]]:
    """Run the command as a process of its own; return what it printed and its peak in MB."""

    def run(path: Path) -> tuple[str, float]:
        names = {"organisation": customer.organisation.slug, "dataset": customer.dataset.name}
        process = start_process(LOAD.format(path=str(path), **names))
        out, err = process.communicate(timeout=600)
        said, _, peak = out.rpartition("MB ")
        return said + err, float(peak)

    return run


def test_one_endless_line_takes_no_memory(
    in_a_process: Callable[[Path], tuple[str, float]], tmp_path: Path
) -> None:
    path = tmp_path / "endless.ndjson"
    with path.open("wb") as file:
        for _ in range(100):
            file.write(b"x" * 1_000_000)
        file.write(b"\n" + good(1).encode())
    said, peak = in_a_process(path)
    assert "1 records loaded" in said
    assert "line 1: The line is longer" in said
    assert peak < 200


@pytest.mark.heavy
def test_memory_is_flat_whatever_the_files_size(
    in_a_process: Callable[[Path], tuple[str, float]], tmp_path: Path
) -> None:
    path = tmp_path / "large.ndjson"
    block = "".join(f"{good(number, note='n' * 200)}\n" for number in range(1_000)).encode()
    with path.open("wb") as file:
        for _ in range(300_000_000 // len(block)):
            file.write(block)
    said, peak = in_a_process(path)
    assert "(0 refused)" in said
    assert peak < 200


@pytest.mark.heavy
def test_large_records_take_no_more_memory(
    in_a_process: Callable[[Path], tuple[str, float]], tmp_path: Path
) -> None:
    path = tmp_path / "wide.ndjson"
    with path.open("wb") as file:
        for number in range(150):
            file.write(f"{good(number, note='n' * 1_000_000)}\n".encode())
    said, peak = in_a_process(path)
    assert "150 records loaded" in said
    assert peak < 200
