"""SQL sources against real databases: paging, late rows, types, and errors that name a column."""

import json
import os
import time
from collections.abc import Callable, Iterator
from typing import Any

import psutil
import pytest
from sqlalchemy import Engine

from integrations.core.clock import ManualClock
from integrations.core.errors import RetryLaterError
from integrations.core.fields import DatasetField
from integrations.core.secret import Secret
from integrations.sources.base import START, Cursor, Source
from integrations.sources.errors import (
    SourceError,
    SourceQueryError,
    SourceSetupError,
    SourceSignInError,
)
from integrations.sources.sql import SqlSource
from integrations.sources.sql_engine import open_sql_engine
from integrations.sources.sql_settings import SqlQuery, SqlSettings, SqlTable
from tests.unit.sources.databases import Database

NOW = 1_795_000_000.0  # 2026-11-18T04:26:40Z
TABLE = """CREATE TABLE TABLE_NAME (id integer PRIMARY KEY, org varchar(20) NOT NULL,
    changed {moment}, amount numeric(12, 2), note varchar(50))"""
MOMENTS = {"postgresql": "timestamptz", "mariadb": "datetime(6)"}

Make = Callable[..., SqlSource]


@pytest.fixture
def engine(database: Database) -> Iterator[Engine]:
    engine = open_sql_engine(database.url, timeout_s=5)
    yield engine
    engine.dispose()


@pytest.fixture
def source(database: Database, engine: Engine) -> Make:
    """Makes sources over an empty table of orders."""
    create = TABLE.format(moment=MOMENTS[database.name])
    database.run("DROP TABLE IF EXISTS TABLE_NAME", create)

    def make(external_id: str = "acme", **settings: Any) -> SqlSource:
        table = SqlTable(name=database.table, organisation_column="org")
        merged = {"records": table, "cursor_column": "changed", "key_column": "id", **settings}
        return SqlSource(
            engine, SqlSettings(**merged), external_id=external_id, clock=ManualClock(NOW)
        )

    return make


def insert(database: Database, number: int, changed: str, org: str = "acme") -> None:
    zone = "+00:00" if database.name == "postgresql" else ""
    database.run(
        "INSERT INTO TABLE_NAME VALUES (:id, :org, :changed, 12.50, 'x')",
        id=number,
        org=org,
        changed=f"{changed}{zone}",
    )


def read_all(source: Source, cursor: Cursor = START, *, limit: int = 3) -> tuple[list[str], Cursor]:
    """Read to the end with the cursor going through JSON each time."""
    ids: list[str] = []
    more = True
    while more:
        stretch = source.read(json.loads(json.dumps(cursor)), limit=limit)
        assert len(stretch.records) <= limit
        ids += [record.id for record in stretch.records]
        cursor, more = stretch.cursor, stretch.more
    return ids, cursor


def test_rows_come_in_order_of_cursor_and_key(database: Database, source: Make) -> None:
    for number in (4, 2, 9, 7, 1):
        insert(database, number, "2026-11-01 10:00:00.123456")
    insert(database, 3, "2026-10-31 10:00:00")
    ids, cursor = read_all(source(), limit=2)
    assert ids == ["3", "1", "2", "4", "7", "9"]
    assert read_all(source(), cursor)[0] == []


def test_a_record_has_id_bytes_and_values_of_json(database: Database, source: Make) -> None:
    insert(database, 1, "2026-11-01 10:00:00.5")
    (record,) = source().read(START, limit=10).records
    assert record.data == {
        "id": 1,
        "org": "acme",
        "changed": "2026-11-01T10:00:00.500000Z",
        "amount": 12.5,
        "note": "x",
    }
    assert (record.number, record.id, json.loads(record.raw)) == (1, "1", record.data)


def test_only_the_organisation_s_rows_are_read(database: Database, source: Make) -> None:
    insert(database, 1, "2026-11-01 10:00:00", org="acme")
    insert(database, 2, "2026-11-01 10:00:00", org="other")
    insert(database, 3, "2026-11-01 10:00:00", org="' OR 1=1 -- ")
    assert read_all(source())[0] == ["1"]
    assert read_all(source("' OR 1=1 --"))[0] in ([], ["3"])  # MySQL pads texts


def test_a_row_committed_late_is_found_and_none_twice(database: Database, source: Make) -> None:
    insert(database, 1, "2026-11-01 10:00:00")
    insert(database, 2, "2026-11-01 10:04:00")
    ids, cursor = read_all(source(overlap=300))
    insert(database, 3, "2026-11-01 10:01:00")
    insert(database, 4, "2026-11-01 09:58:00")  # before the window
    more, cursor = read_all(source(overlap=300), cursor, limit=1)
    assert (ids, more) == (["1", "2"], ["3"])
    assert read_all(source(overlap=300), cursor)[0] == []


def test_a_row_that_changes_comes_again(database: Database, source: Make) -> None:
    insert(database, 1, "2026-11-01 10:00:00")
    _, cursor = read_all(source())
    database.run("UPDATE TABLE_NAME SET changed = '2026-11-01 10:00:01'")
    assert read_all(source(), cursor)[0] == ["1"]


def test_integers_texts_and_rows_without_cursor(database: Database, source: Make) -> None:
    for number in (1, 2, 5):
        insert(database, number, "2026-11-01 10:00:00")
    database.run("UPDATE TABLE_NAME SET changed = NULL WHERE id = 2")
    assert read_all(source())[0] == ["1", "5"]
    ids, cursor = read_all(source(cursor_column="id", overlap=3), limit=1)
    insert(database, 3, "2026-11-01 10:00:00")
    assert (ids, read_all(source(cursor_column="id", overlap=3), cursor)[0]) == (
        ["1", "2", "5"],
        ["3"],
    )
    assert read_all(source(cursor_column="note"), limit=1)[0] == ["1", "2", "3", "5"]


def test_a_row_of_the_far_future_waits_for_its_day(database: Database, source: Make) -> None:
    insert(database, 1, "2026-11-01 10:00:00")
    insert(database, 2, "2099-01-01 00:00:00")
    ids, cursor = read_all(source())
    insert(database, 3, "2026-11-01 10:00:01")
    assert (ids, read_all(source(), cursor)[0]) == (["1"], ["3"])


def test_a_vendor_s_own_select_is_paged(database: Database, source: Make) -> None:
    for number in range(1, 8):
        insert(database, number, "2026-11-01 10:00:00", org="acme" if number % 2 else "other")
    select = f"""SELECT o.id AS order_id, o.changed, ':no' AS "state", o.org FROM {database.table} o
        WHERE o.org = :external_id AND o.note NOT LIKE '%y%' -- acme's;"""
    if database.name == "mariadb":
        select = select.replace('"state"', "`state`")
    records = SqlQuery(select=select.replace("':no'", "'\\:no'"), organisation_column="org")
    made = source(records=records, key_column="order_id")
    assert read_all(made, limit=2)[0] == ["1", "3", "5", "7"]
    assert made.read(START, limit=1).records[0].data["state"] == ":no"


def test_one_select_cannot_reach_another_organisation(database: Database, source: Make) -> None:
    insert(database, 1, "2026-11-01 10:00:00", org="other")
    select = f"SELECT * FROM {database.table} WHERE org = :external_id OR 1 = 1"
    made = source(records=SqlQuery(select=select, organisation_column="org"))
    with pytest.raises(SourceQueryError, match='"org"'):
        made.read(START, limit=1)


@pytest.mark.parametrize(
    "select",
    [
        "SELECT * FROM orders",
        "SELECT * FROM orders WHERE org = :external_id AND day = :day",
        "DELETE FROM orders WHERE org = :external_id",
        "",
    ],
)
def test_a_select_that_cannot_serve_is_refused_at_once(select: str) -> None:
    with pytest.raises(SourceSetupError):
        SqlSettings(records=SqlQuery(select=select), cursor_column="a", key_column="b")


def test_nothing_can_be_written(database: Database, source: Make, engine: Engine) -> None:
    insert(database, 1, "2026-11-01 10:00:00")
    delete = f"DELETE FROM {database.table} RETURNING id, changed, org"
    select = f"WITH gone AS ({delete}) SELECT * FROM gone WHERE org = :external_id"
    with pytest.raises(SourceError):
        source(records=SqlQuery(select=select)).read(START, limit=1)
    escape = f"SELECT 1 WHERE 'a' = :external_id) AS x; DELETE FROM {database.table}; SELECT (1"
    with pytest.raises(SourceError):
        source(records=SqlQuery(select=escape)).read(START, limit=1)
    assert read_all(source())[0] == ["1"]


@pytest.mark.parametrize(
    ("settings", "column"),
    [
        ({"cursor_column": "changed_at"}, "changed_at"),
        ({"key_column": "uid"}, "uid"),
        ({"key_column": "note"}, "note"),
        ({"records": SqlTable(name="absent", organisation_column="org")}, "absent"),
    ],
)
def test_an_unusable_column_is_named(
    database: Database, source: Make, settings: dict[str, Any], column: str
) -> None:
    insert(database, 1, "2026-11-01 10:00:00")
    insert(database, 2, "2026-11-01 10:00:00")
    with pytest.raises(SourceQueryError, match=column):
        source(**settings).read(START, limit=5)


def test_a_cursor_of_other_columns_is_refused(database: Database, source: Make) -> None:
    insert(database, 1, "2026-11-01 10:00:00")
    _, cursor = read_all(source())
    with pytest.raises(SourceQueryError):
        read_all(source(cursor_column="id"), cursor)


def test_two_columns_of_one_name_are_refused(database: Database, source: Make) -> None:
    insert(database, 1, "2026-11-01 10:00:00")
    select = f"SELECT *, note AS note FROM {database.table} WHERE org = :external_id"
    with pytest.raises(SourceQueryError, match="note"):
        source(records=SqlQuery(select=select)).read(START, limit=5)


def test_a_slow_query_ends_in_time(database: Database, source: Make) -> None:
    insert(database, 1, "2026-11-01 10:00:00")
    sleep = {"postgresql": "pg_sleep(9)::text", "mariadb": "sleep(9)"}[database.name]
    select = f"SELECT id, changed, {sleep} AS s FROM {database.table} WHERE org = :external_id"
    started = time.monotonic()
    with pytest.raises(RetryLaterError, match="still searching"):
        source(records=SqlQuery(select=select), timeout_s=0.5).read(START, limit=5)
    assert time.monotonic() - started < 4


def test_a_wrong_password_and_an_absent_server_are_told_apart(database: Database) -> None:
    table = SqlTable(name=database.table, organisation_column="org")
    settings = SqlSettings(records=table, cursor_column="changed", key_column="id")
    scheme, rest = database.url.reveal().split("://")
    wrong = f"{scheme}://nobody:wrong-password@{rest.partition('@')[2]}"
    absent = f"{scheme}://nobody@127.0.0.1:1/x"
    for url, error in ((wrong, SourceSignInError), (absent, RetryLaterError)):
        engine = open_sql_engine(Secret(url), timeout_s=2)
        with pytest.raises(error) as caught:
            SqlSource(engine, settings, external_id="acme").read(START, limit=1)
        engine.dispose()
        assert "wrong-password" not in str(caught.value)


@pytest.mark.parametrize(
    "url", ["sqlite:///x", "oracle://x", "no url", "mysql://h/d?local_infile=1"]
)
def test_other_databases_and_options_are_refused(url: str) -> None:
    with pytest.raises(SourceSetupError):
        open_sql_engine(Secret(url), timeout_s=1)


def test_an_external_id_that_the_column_cannot_hold_is_refused(source: Make) -> None:
    for external_id in ("12abc", "1e1", " 12", "\u0661"):
        with pytest.raises(SourceSetupError):
            source(external_id, external_id_type="integer")


TYPES_POSTGRESQL = """CREATE TABLE TABLE_NAME AS SELECT 'acme' AS org,
    '3f2504e0-4f89-11d3-9a0c-0305e82c3301'::uuid AS id, date '2026-11-01' AS changed,
    timestamp '2026-11-01 10:00:00' AS local_moment, '\\x00ff'::bytea AS bytes,
    '{"a": [1, null]}'::jsonb AS object, array[1, 2] AS list, 'NaN'::numeric AS nan,
    123456789012345678901234567890::numeric AS huge, 'Infinity'::float8 AS infinite,
    interval '90 seconds' AS lasted, time '10:30' AS at_time, '10.0.0.1'::inet AS address,
    true AS truth, 1e3::numeric AS thousand, null::text AS nothing, 9007199254740993 AS big"""


def test_every_type_of_postgresql_has_a_json_form(postgresql_database: Database) -> None:
    postgresql_database.run("DROP TABLE IF EXISTS TABLE_NAME", TYPES_POSTGRESQL.replace(":", "\\:"))
    engine = open_sql_engine(postgresql_database.url, timeout_s=5)
    settings = SqlSettings(
        records=SqlTable(name=postgresql_database.table, organisation_column="org"),
        cursor_column="changed",
        key_column="id",
    )
    source = SqlSource(engine, settings, external_id="acme", clock=ManualClock(NOW))
    stretch = source.read(START, limit=5)
    (record,) = stretch.records
    assert read_all(source, stretch.cursor)[0] == []
    engine.dispose()
    assert record.id == "3f2504e0-4f89-11d3-9a0c-0305e82c3301"
    assert {name: value for name, value in record.data.items() if name not in ("org", "id")} == {
        "changed": "2026-11-01",
        "local_moment": "2026-11-01T10:00:00Z",
        "bytes": "00ff",
        "object": {"a": [1, None]},
        "list": [1, 2],
        "nan": "NaN",
        "huge": "123456789012345678901234567890",
        "infinite": "inf",
        "lasted": 90.0,
        "at_time": "10:30:00",
        "address": "10.0.0.1",
        "truth": True,
        "thousand": 1000,
        "nothing": None,
        "big": 9007199254740993,
    }


@pytest.mark.broker
def test_the_dataset_s_types_help_mysql(mariadb_database: Database) -> None:
    mariadb_database.run(
        "DROP TABLE IF EXISTS TABLE_NAME",
        """CREATE TABLE TABLE_NAME (org varchar(9), id binary(2), changed decimal(9, 3),
            yes boolean, flag bit(1), doc json, broken text, nul text, day date)""",
        """INSERT INTO TABLE_NAME VALUES
            ('acme', x'00ff', 1.5, 1, b'0', '{"a": 1}', '{"a', 'x', null),
            ('acme', x'01ff', 2.5, 0, b'1', '[]', '', 'a\\0b', '2026-11-01')""",
    )
    engine = open_sql_engine(mariadb_database.url, timeout_s=5)
    fields = (
        DatasetField("yes", "boolean"),
        DatasetField("flag", "boolean"),
        DatasetField("doc", "object"),
        DatasetField("broken", "object"),
    )
    settings = SqlSettings(
        records=SqlTable(name=mariadb_database.table, organisation_column="org"),
        cursor_column="changed",
        key_column="id",
        fields=fields,
    )
    source = SqlSource(engine, settings, external_id="acme", clock=ManualClock(NOW))
    stretch = source.read(START, limit=5)
    engine.dispose()
    (record,) = stretch.records
    assert record.id == "00ff"
    assert record.data["changed"] == 1.5
    assert [record.data[name] for name in ("yes", "flag", "doc", "broken")] == [
        True,
        False,
        {"a": 1},
        '{"a',
    ]
    (refused,) = stretch.refused
    assert (refused.id, refused.field) == ("01ff", "nul")


@pytest.mark.heavy
@pytest.mark.timeout(600)
def test_a_million_rows_stream_through_flat_memory(postgresql_database: Database) -> None:
    postgresql_database.run(
        "DROP TABLE IF EXISTS TABLE_NAME",
        """CREATE TABLE TABLE_NAME AS SELECT n AS id, 'acme' AS org, repeat('x', 200) AS note,
            timestamptz '2026-01-01' + n / 1000 * interval '1 second' AS changed
            FROM generate_series(1, 1000000) n""",
        "CREATE INDEX ON TABLE_NAME (org, changed, id)",
        "ANALYZE TABLE_NAME",
    )
    engine = open_sql_engine(postgresql_database.url, timeout_s=30)
    settings = SqlSettings(
        records=SqlTable(name=postgresql_database.table, organisation_column="org"),
        cursor_column="changed",
        key_column="id",
        overlap=30,
    )
    source = SqlSource(engine, settings, external_id="acme", clock=ManualClock(NOW))
    process, cursor, count, last = psutil.Process(os.getpid()), START, 0, 0
    more, peaks = True, []
    while more:
        stretch = source.read(cursor, limit=10_000)
        cursor, more = stretch.cursor, stretch.more
        count += len(stretch.records)
        assert [int(record.id) for record in stretch.records] == list(range(last + 1, count + 1))
        last = count
        peaks.append(process.memory_info().rss)
    engine.dispose()
    assert count == 1_000_000
    assert max(peaks) - max(peaks[:8]) < 20_000_000
