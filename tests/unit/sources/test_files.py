"""File sources: growing, rotating and replaced files, on disk and in fsspec's memory."""

import json
import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import psutil
import pytest
from fsspec.implementations.memory import MemoryFileSystem
from hypothesis import given
from hypothesis import strategies as st

from integrations.core.clock import ManualClock
from integrations.core.errors import RetryLaterError
from integrations.core.fields import DatasetField
from integrations.sources.base import START, Cursor, Refused, Source
from integrations.sources.buckets import BucketStorage
from integrations.sources.errors import SourceFileError, SourceSetupError
from integrations.sources.file_rows import whole_rows
from integrations.sources.file_storage import LocalStorage, Storage
from integrations.sources.files import FileSettings, FileSource
from integrations.sources.lines import MAX_LINE_BYTES

NOW = 1_795_000_000.0
LATER = 4_000_000_000.0  # when everything has settled, fsspec's memory with its real times too
FIELDS = (
    DatasetField("id", "integer", required=True),
    DatasetField("amount", "number"),
    DatasetField("paid", "boolean"),
    DatasetField("at", "timestamp"),
    DatasetField("tags", "list"),
)


class Files:
    """Files under both storages: ``write`` sets the whole content."""

    def __init__(self, storage: Storage, write: Callable[[str, bytes], None]) -> None:
        self.storage = storage
        self.write = write

    def source(self, clock: ManualClock | None = None, **settings: Any) -> FileSource:
        known = {"pattern": "{external_id}/*.ndjson", "format": "ndjson", "id_field": "id"}
        return FileSource(
            self.storage,
            FileSettings(**{**known, **settings}),
            external_id="acme",
            clock=clock or ManualClock(LATER),
        )


def local_files(root: Path) -> Files:
    written = iter(range(10_000))

    def write(path: str, content: bytes) -> None:
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_bytes(content)
        os.utime(root / path, (NOW, NOW + next(written)))

    return Files(LocalStorage(root), write)


@pytest.fixture
def disk(tmp_path: Path) -> Files:
    return local_files(tmp_path)


@pytest.fixture(params=["disk", "memory"])
def files(request: pytest.FixtureRequest, disk: Files) -> Iterator[Files]:
    if request.param == "disk":
        yield disk
        return
    filesystem = MemoryFileSystem()
    yield Files(
        BucketStorage(filesystem, "bucket/exports"),
        lambda path, content: filesystem.pipe_file(f"/bucket/exports/{path}", content),
    )
    filesystem.store.clear()


def lines(*numbers: int) -> bytes:
    return b"".join(b'{"id": %d}\n' % number for number in numbers)


def read_all(
    source: Source, cursor: Cursor = START, *, limit: int = 3
) -> tuple[list[str], list[Refused], Cursor]:
    ids: list[str] = []
    refused: list[Refused] = []
    more = True
    while more:
        stretch = source.read(json.loads(json.dumps(cursor)), limit=limit)
        assert len(stretch.records) <= limit
        ids += [record.id for record in stretch.records]
        refused += stretch.refused
        cursor, more = stretch.cursor, stretch.more
    return ids, refused, cursor


def test_files_are_read_in_stretches_and_read_on_as_they_grow(files: Files) -> None:
    files.write("acme/a.ndjson", lines(1, 2, 3, 4, 5))
    files.write("acme/b.ndjson", lines(6, 7))
    files.write("other/a.ndjson", lines(8))
    source = files.source()
    ids, _, cursor = read_all(source)
    assert sorted(ids) == list("1234567")
    files.write("acme/a.ndjson", lines(1, 2, 3, 4, 5, 9))
    more, _, cursor = read_all(source, cursor)
    assert more == ["9"]
    assert read_all(source, cursor)[0] == []


def test_a_line_without_end_waits_until_its_file_has_settled(disk: Files) -> None:
    clock = ManualClock(NOW)
    source = disk.source(clock)
    disk.write("acme/a.ndjson", lines(1) + b'{"id": 2')
    ids, refused, cursor = read_all(source)
    assert (ids, refused) == (["1"], [])
    disk.write("acme/a.ndjson", lines(1) + b'{"id": 27}')
    assert read_all(source, cursor)[0] == []
    clock.advance(60)
    ids, _, cursor = read_all(source, cursor)
    disk.write("acme/a.ndjson", lines(1, 27, 3))
    clock.advance(60)
    assert (ids, read_all(source, cursor)[0]) == (["27"], ["3"])


def test_a_rotated_file_is_read_on_under_its_new_name(files: Files) -> None:
    source = files.source(pattern="{external_id}/log*")
    files.write("acme/log", lines(*range(100, 140)))
    ids, _, cursor = read_all(source, limit=50)
    files.write("acme/log.1", lines(*range(100, 142)))
    files.write("acme/log", lines(200))
    more, _, cursor = read_all(source, cursor)
    assert len(ids) == 40
    assert sorted(more) == ["140", "141", "200"]
    assert read_all(source, cursor)[0] == []


def test_a_file_that_was_cut_and_written_anew_is_read_anew(files: Files) -> None:
    files.write("acme/a.ndjson", lines(1, 2, 3))
    source = files.source(id_field="")
    ids, _, cursor = read_all(source)
    files.write("acme/a.ndjson", lines(1))
    again, _, cursor = read_all(source, cursor)
    files.write("acme/a.ndjson", lines(7, 8, 9))
    assert len({*ids, *again, *read_all(source, cursor)[0]}) == 7


def test_ids_without_a_field_are_the_same_at_every_reading(files: Files) -> None:
    files.write("acme/a.ndjson", lines(1, 2, 3, 4))
    source = files.source(id_field="")
    ids, _, _ = read_all(source, limit=4)
    assert read_all(source, limit=1)[0] == ids
    assert len(set(ids)) == 4


CSV = b"""\xef\xbb\xbfid,amount,paid,at,tags,note\r
1,2.50,yes,2026-11-01T10:00:00Z,"[1,2]","a ""b"",\r
c"\r
2,,,,,\r
x,1,no,,,\r
3,NaN,no,,,\r
4,1,no,yesterday,,\r
5,1,no\r
6,1,no,,,"open\r
7,1e3,FALSE,1795000000,,n\xc3\xa9
8,1,no,,,\xff
"""


def test_csv_values_have_the_dataset_s_types(files: Files) -> None:
    files.write("acme/a.csv", CSV)
    source = files.source(pattern="{external_id}/*.csv", format="csv", fields=FIELDS)
    stretch = source.read(START, limit=100)
    assert [record.data for record in stretch.records] == [
        {
            "id": 1,
            "amount": 2.5,
            "paid": True,
            "at": "2026-11-01T10:00:00Z",
            "tags": [1, 2],
            "note": 'a "b",\r\nc',
        },
        {"id": 2, "amount": None, "paid": None, "at": None, "tags": None, "note": None},
    ]
    assert [refused.field for refused in stretch.refused[:4]] == ["id", "amount", "at", ""]
    assert read_all(source, stretch.cursor)[0] == []


def test_an_open_quote_costs_one_row_and_no_more(disk: Files) -> None:
    filler = b"9" * 400 + b",x\n"
    disk.write("acme/a.csv", b'id,note\n1,x\n2,"open\n3,x\n' + filler * 3000 + b"4,x\n")
    source = disk.source(pattern="{external_id}/*.csv", format="csv")
    ids, refused, _ = read_all(source, limit=5000)
    assert (ids[:2], ids[-1]) == (["1", "3"], "4")
    assert [found.raw for found in refused][:1] == [b""]


@pytest.mark.parametrize("limit", [1, 2, 100])
def test_csv_without_header_and_with_another_delimiter(files: Files, limit: int) -> None:
    files.write("acme/a.txt", b"1;x\n2;'y'\n\n3;z\n")
    source = files.source(
        pattern="{external_id}/*.txt", format="csv", columns=("id", "note"), delimiter=";"
    )
    assert read_all(source, limit=limit)[0] == ["1", "2", "3"]


@pytest.mark.parametrize("header", [b"id,id\n", b"id,\n", b"\xff,id\n", b'"id\n' * 20_000])
def test_a_header_that_does_not_name_columns_is_an_error(disk: Files, header: bytes) -> None:
    disk.write("acme/a.csv", header)
    with pytest.raises(SourceFileError, match=r"a\.csv"):
        read_all(disk.source(pattern="{external_id}/*.csv", format="csv"))


def test_bad_lines_are_named_and_a_huge_one_is_never_held(files: Files) -> None:
    huge = b'{"id": 2, "x": "' + b"x" * (5 * MAX_LINE_BYTES) + b'"}\n'
    files.write("acme/a.ndjson", lines(1) + huge + b"[]\n\n" + lines(3) + b'{"id": NaN}\n')
    ids, refused, _ = read_all(files.source(), limit=1)
    assert ids == ["1", "3"]
    assert [found.message[:22] for found in refused] == [
        "The line is longer tha",
        "A record is a JSON obj",
        "This is not valid JSON",
    ]


def test_a_link_out_of_the_directory_is_not_followed(tmp_path: Path) -> None:
    files = local_files(tmp_path / "root")
    files.write("acme/a.ndjson", lines(1))
    (tmp_path / "secret.ndjson").write_bytes(lines(2))
    (tmp_path / "root/acme/b.ndjson").symlink_to(tmp_path / "secret.ndjson")
    assert read_all(files.source())[0] == ["1"]


@pytest.mark.parametrize("pattern", ["*.ndjson", "../{external_id}/*", "/etc/{external_id}", ""])
def test_a_pattern_that_leads_elsewhere_is_refused(pattern: str) -> None:
    with pytest.raises(SourceSetupError):
        FileSettings(pattern=pattern, format="ndjson")


@pytest.mark.parametrize("external_id", ["", "..", ".", "a/b", "a\\b", "a\0"])
def test_an_external_id_does_not_lead_elsewhere(disk: Files, external_id: str) -> None:
    settings = FileSettings(pattern="{external_id}/*", format="ndjson")
    with pytest.raises(SourceSetupError):
        FileSource(disk.storage, settings, external_id=external_id)


def test_an_external_id_is_no_pattern(disk: Files) -> None:
    disk.write("acme/a.ndjson", lines(1))
    settings = FileSettings(pattern="{external_id}/*.ndjson", format="ndjson")
    assert read_all(FileSource(disk.storage, settings, external_id="*"))[0] == []


def test_an_absent_directory_is_named_and_a_file_that_goes_away_tried_later(
    tmp_path: Path,
) -> None:
    with pytest.raises(SourceFileError, match="directory"):
        read_all(local_files(tmp_path / "absent").source())
    with pytest.raises(RetryLaterError):
        LocalStorage(tmp_path).read("gone", offset=0, size=1)


@given(
    st.lists(
        st.lists(st.text(max_size=8).filter(lambda text: "\0" not in text), min_size=2, max_size=2),
        max_size=20,
    ),
    st.integers(1, 40),
)
def test_rows_are_the_same_however_the_file_is_cut(rows: list[list[str]], size: int) -> None:
    quoted = [",".join('"' + text.replace('"', '""') + '"' for text in row) for row in rows]
    content = "".join(row + "\n" for row in quoted).encode()
    found: list[bytes] = []
    offset = 0
    for end in [*range(size, len(content), size), len(content)]:
        taken = whole_rows(content[offset:end], offset=offset, ended=False, quoted=True)
        found += [row.raw for row in taken]
        offset = taken[-1].end if taken else offset
    assert found == [row.encode() for row in quoted]


@pytest.mark.heavy
@pytest.mark.timeout(600)
def test_a_million_rows_stream_through_flat_memory(disk: Files) -> None:
    disk.write("acme/a.csv", b"id,note\n" + b"".join(b"%d,xxxxxxxx\n" % n for n in range(10**6)))
    fields = (DatasetField("id", "integer", required=True),)
    source = disk.source(pattern="{external_id}/*.csv", format="csv", fields=fields)
    process, cursor, count, more, peaks = psutil.Process(os.getpid()), START, 0, True, []
    while more:
        stretch = source.read(cursor, limit=10_000)
        cursor, more, count = stretch.cursor, stretch.more, count + len(stretch.records)
        peaks.append(process.memory_info().rss)
    assert count == 1_000_000
    assert max(peaks) - max(peaks[:8]) < 20_000_000
