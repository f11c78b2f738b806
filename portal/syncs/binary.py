"""Large values between rows and memory, in PostgreSQL's binary form.

Django's cursor writes and reads bytes as hexadecimal text inside the statement, which takes ten
times as long. Inside ``tenant()``: row-level security holds here as well.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import psycopg
from django.db import connection, models


@contextmanager
def binary_cursor() -> Iterator[psycopg.Cursor[Any]]:
    """A cursor of the current transaction that binds values on the server."""
    with connection.wrap_database_errors, psycopg.Cursor(connection.connection) as cursor:
        yield cursor


def insert_rows(rows: Sequence[models.Model]) -> None:
    """``bulk_create`` for one model without JSON columns: an array for each column."""
    if not rows:
        return
    table, quoted = rows[0]._meta.db_table, connection.ops.quote_name
    fields = rows[0]._meta.concrete_fields
    columns = ", ".join(quoted(str(field.column)) for field in fields)
    arrays = ", ".join(f"%b::{field.db_type(connection)}[]" for field in fields)
    values = [[getattr(row, field.attname) for row in rows] for field in fields]
    statement = f"INSERT INTO {quoted(table)} ({columns}) SELECT * FROM unnest({arrays})"  # noqa: S608 - names of the model
    with binary_cursor() as cursor:
        cursor.execute(statement.encode(), values)
