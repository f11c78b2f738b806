"""The databases of this room's tests."""

from collections.abc import Iterator

import pytest

from tests.unit.sources.databases import Database, mariadb, mariadb_answers, postgresql


@pytest.fixture(scope="session")
def postgresql_database() -> Iterator[Database]:
    with postgresql() as database:
        yield database


@pytest.fixture(scope="session")
def mariadb_database() -> Iterator[Database]:
    if not mariadb_answers():
        pytest.skip("no MariaDB at 127.0.0.1:3306")
    with mariadb() as database:
        yield database


@pytest.fixture(params=["postgresql", pytest.param("mariadb", marks=pytest.mark.broker)])
def database(request: pytest.FixtureRequest) -> Database:
    found: Database = request.getfixturevalue(f"{request.param}_database")
    return found
