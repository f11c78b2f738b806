"""The database of the tests: a real PostgreSQL under the same three roles as in production."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psycopg
import pytest
from django.conf import settings
from django.core.management import call_command
from django.db import connections
from django.test.testcases import TransactionTestCase

from portal.embedded.postgres import create_database, drop_database, ensure_running
from portal.review.domain import STEPS
from portal.review.models import Step

ALIASES = ("default", "support", "owner")
LONGEST_ID = 60
_KEPT_TABLES = ("django_migrations", "django_content_type", "auth_permission", "auth_group")


@pytest.fixture(scope="session")
def django_db_setup(django_db_blocker: Any, worker_id: str) -> Iterator[None]:
    """Make and migrate one database for this worker, as the role that owns tables."""
    server = ensure_running(Path(settings.VAR_DIR) / "postgres")
    name = f"test_{os.getpid()}_{worker_id}"
    create_database(server, name)
    for alias in ALIASES:
        connections[alias].close()
        connections[alias].settings_dict["NAME"] = name
    with django_db_blocker.unblock():
        call_command("migrate", database="owner", verbosity=0)
        yield
        for alias in ALIASES:
            connections[alias].close()
    drop_database(server, name)


def pytest_make_parametrize_id(config: pytest.Config, val: object, argname: str) -> str | None:
    """Name bytes and long texts by their argument: xdist wants the same names in every process,
    and such values may hold the time."""
    if isinstance(val, bytes) or (isinstance(val, str) and len(val) > LONGEST_ID):
        return argname
    return None


@pytest.fixture(scope="session")
def worker_id(request: pytest.FixtureRequest) -> str:
    return str(getattr(request.config, "workerinput", {}).get("workerid", "main"))


def _truncate(self: TransactionTestCase) -> None:
    """Empty all tables as their owner: the application's role may not."""
    with connections["owner"].cursor() as cursor:
        cursor.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")
        tables = [name for (name,) in cursor.fetchall() if name not in _KEPT_TABLES]
        cursor.execute(f"TRUNCATE {', '.join(tables)} CASCADE")
    # The migrations put them there.
    Step.objects.using("owner").bulk_create(
        Step(key=step.key, position=at) for at, step in enumerate(STEPS, start=1)
    )


@pytest.fixture(autouse=True, scope="session")
def _truncate_as_owner() -> None:
    TransactionTestCase._fixture_teardown = _truncate  # type: ignore[attr-defined] # not in the stubs


@pytest.fixture
def owner_connection(db: None) -> Iterator[psycopg.Connection[Any]]:
    """A connection as the tables' owner, outside Django's transaction of the test."""
    params = connections["owner"].get_connection_params()
    params.pop("cursor_factory", None)
    params.pop("context", None)
    with psycopg.connect(**params, autocommit=True) as connection:
        yield connection
