"""What a vendor says about a SQL source, and the SELECT that comes of it.

Every statement is bound to one organisation; none is made without its external id.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal
from uuid import UUID

from sqlalchemy import (
    BindParameter,
    ColumnClause,
    Select,
    TextClause,
    bindparam,
    column,
    select,
    table,
    text,
)
from sqlalchemy.sql.elements import ColumnElement
from sqlalchemy.sql.expression import and_, literal_column, or_, tuple_
from sqlalchemy.types import NullType

from integrations.core.fields import DatasetField
from integrations.sources.errors import SourceSetupError

EXTERNAL_ID = "external_id"
DEFAULT_OVERLAP = 300
# Seconds. Transactions of a vendor's platform are seldom open for longer than five minutes.
TIMEOUT_S = 60.0
# A page found by an index on (cursor, key) takes milliseconds; a minute means there is none.


@dataclass(frozen=True, slots=True, kw_only=True)
class SqlTable:
    """A table or view. ``columns`` empty means all; the named ones come along in any case."""

    name: str
    organisation_column: str
    schema: str | None = None
    columns: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class SqlQuery:
    """A vendor's own SELECT with ``:external_id`` in it.

    ``organisation_column`` names a column of the result to be compared with the external id.
    """

    select: str
    organisation_column: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class SqlSettings:
    """``overlap`` is in seconds for times and in numbers for integers; the key is unique."""

    records: SqlTable | SqlQuery
    cursor_column: str
    key_column: str
    external_id_type: Literal["text", "integer", "uuid"] = "text"
    overlap: int = DEFAULT_OVERLAP
    fields: tuple[DatasetField, ...] = ()
    timeout_s: float = TIMEOUT_S

    def __post_init__(self) -> None:
        if not self.cursor_column or not self.key_column:
            raise SourceSetupError("A SQL source names its cursor column and its key column.")
        if isinstance(self.records, SqlQuery):
            _check_select(self.records.select)


def bound_external_id(external_id: str, settings: SqlSettings) -> Any:
    """The external id as the type of its column.

    MySQL finds the integer 12 when asked for the text "12abc", so an integer is bound as one.
    """
    kind = settings.external_id_type
    if kind == "text":
        return external_id
    try:
        value: int | UUID = int(external_id) if kind == "integer" else UUID(external_id)
    except ValueError as exc:
        raise SourceSetupError(f"The organisation's external id is no {kind}.") from exc
    if str(value) != external_id.lower():
        raise SourceSetupError(f"The organisation's external id is no plain {kind}.")
    return value


def base_select(settings: SqlSettings, external_id: Any) -> Select[Any]:
    """All of the organisation's records that have a cursor value, in reading order."""
    cursor, key = _column(settings.cursor_column), _column(settings.key_column)
    records = settings.records
    statement: Select[Any]
    if isinstance(records, SqlQuery):
        source = text(f"(\n{_trimmed(records.select)}\n) AS records")
        statement = select(literal_column("*")).select_from(
            source.bindparams(_untyped(EXTERNAL_ID, external_id))
        )
    else:
        owner = _column(records.organisation_column)
        statement = (
            select(*_columns(records, settings))
            .select_from(table(records.name, schema=records.schema))
            .where(owner == _untyped(EXTERNAL_ID, external_id))
        )
    return statement.where(cursor.is_not(None)).order_by(cursor, key)


def starting_at(statement: Select[Any], value: Any, settings: SqlSettings) -> Select[Any]:
    """Records whose cursor is not before ``value``."""
    return statement.where(_column(settings.cursor_column) >= _untyped("after_value", value))


def starting_after(
    statement: Select[Any], at: tuple[Any, Any], settings: SqlSettings, *, compare_pairs: bool
) -> Select[Any]:
    """Records behind the one with this cursor value and key.

    ``compare_pairs``: PostgreSQL finds pairs by an index, MySQL finds alternatives by one.
    """
    cursor, key = _column(settings.cursor_column), _column(settings.key_column)
    value, last = _untyped("after_value", at[0]), _untyped("after_key", at[1])
    if compare_pairs:
        return statement.where(tuple_(cursor, key) > tuple_(value, last))
    return statement.where(or_(cursor > value, and_(cursor == value, key > last)))


def _columns(records: SqlTable, settings: SqlSettings) -> list[ColumnElement[Any]]:
    if not records.columns:
        return [literal_column("*")]
    needed = (settings.cursor_column, settings.key_column, records.organisation_column)
    return [_column(name) for name in dict.fromkeys((*records.columns, *needed))]


def _column(name: str) -> ColumnClause[Any]:
    return column(name)


def _untyped(name: str, value: Any) -> BindParameter[Any]:
    """A parameter whose type the database takes from what it is compared with."""
    return bindparam(name, value, type_=NullType())


def _trimmed(statement: str) -> str:
    return statement.strip().rstrip(";").rstrip()


def _check_select(statement: str) -> None:
    first = statement.split(maxsplit=1)[:1]
    if not first or first[0].lower().rstrip("(") not in ("select", "with", ""):
        raise SourceSetupError("A SQL source is a SELECT.", fix="Begin it with SELECT or WITH.")
    clause: TextClause = text(_trimmed(statement))
    unknown = set(clause.compile().params) - {EXTERNAL_ID}
    if unknown:
        raise SourceSetupError(
            f"The SELECT has a parameter :{min(unknown)} that nothing fills.",
            fix="Only :external_id is filled; write a plain colon as \\:.",
        )
    if EXTERNAL_ID not in clause.compile().params:
        raise SourceSetupError(
            "The SELECT does not ask for one organisation's records.",
            fix="Compare the organisation's column with :external_id.",
        )
