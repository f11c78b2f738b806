"""Reads records out of a vendor's PostgreSQL, MySQL or MariaDB, in pages by cursor and key.

A sweep goes from the overlap window's start to the newest row; rows it saw before are left out.
Rows without a cursor value are not read until they have one.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Engine, Result, Select

from integrations.core.clock import Clock, SystemClock
from integrations.core.records import Record
from integrations.sources.base import STRETCH_BYTES, Cursor, Found, Refused, Stretch
from integrations.sources.errors import SourceQueryError
from integrations.sources.sql_cursor import (
    is_time,
    kind_of,
    place_of,
    read_back,
    value_at,
    written,
)
from integrations.sources.sql_engine import read_only
from integrations.sources.sql_settings import (
    SqlSettings,
    base_select,
    bound_external_id,
    starting_after,
    starting_at,
)
from integrations.sources.values import (
    UnknownTypeError,
    json_value,
    record_or_refused,
    typed_value,
    types_of,
)
from integrations.sources.window import Window, digest_of

AHEAD_S = 86_400
# A row further in the future waits for its day: one wrong clock would move the cursor past all
# rows to come. A day lets through local times of every zone.

_Position = tuple[Any, Any]
"""A row's cursor value and key."""


@dataclass(slots=True)
class _Sweep:
    """Where reading stands: at ``at`` within a sweep; ``high`` is the furthest row of all."""

    window: Window
    at: _Position | None = None
    high: _Position | None = None


class SqlSource:
    """One organisation's rows. Costs a connection while it reads and nothing in between."""

    def __init__(
        self,
        engine: Engine,
        settings: SqlSettings,
        *,
        external_id: str,
        clock: Clock | None = None,
    ) -> None:
        self._engine = engine
        self._settings = settings
        self._external_id = bound_external_id(external_id, settings)
        self._columns = [settings.cursor_column, settings.key_column]
        self._clock = clock or SystemClock()

    def read(self, after: Cursor, *, limit: int) -> Stretch:
        """See ``Source.read``."""
        sweep = self._opened(after)
        statement = self._statement(sweep).limit(limit + 1)
        found = Found()
        with read_only(self._engine, timeout_s=self._settings.timeout_s) as connection:
            result = connection.execute(statement)
            try:
                more = self._take(result, sweep, found, limit)
            finally:
                result.close()
        if not more:
            self._finish(sweep)
        return found.stretch(self._cursor(sweep), more=more)

    def _statement(self, sweep: _Sweep) -> Select[Any]:
        statement = base_select(self._settings, self._external_id)
        if sweep.at is not None:
            return self._behind(statement, sweep.at)
        if sweep.high is None:
            return statement
        start, place = sweep.window.start, place_of(sweep.high[0])
        if start is None or place is None or start > place:
            return self._behind(statement, sweep.high)
        return starting_at(statement, value_at(start, like=sweep.high[0]), self._settings)

    def _behind(self, statement: Select[Any], at: _Position) -> Select[Any]:
        pairs = self._engine.dialect.name == "postgresql"
        return starting_after(statement, at, self._settings, compare_pairs=pairs)

    def _take(self, result: Result[Any], sweep: _Sweep, found: Found, limit: int) -> bool:
        """Go through the rows; True when there are more than were taken."""
        row_of = _Rows(self._settings, list(result.keys()), self._external_id)
        latest = self._clock.now() + AHEAD_S
        for count, values in enumerate(result):
            at = row_of.position(values)
            if at == sweep.at:
                raise _not_unique(self._settings.key_column)
            place = place_of(at[0])
            if place is not None and is_time(at[0]) and place > latest:
                return False
            if count == limit or found.size >= STRETCH_BYTES:
                return True
            sweep.at = at
            if place is None or sweep.window.is_new(place, self._digest(at)):
                found.add(row_of.record(values, number=found.next_number))
        return False

    def _finish(self, sweep: _Sweep) -> None:
        sweep.window.finish_sweep()
        at, high = sweep.at, sweep.high
        if at is not None:
            self._check_same_type(at, high)
            if high is None or place_of(at[0]) is None or at[0] >= high[0]:
                sweep.high = at
        sweep.at = None

    def _check_same_type(self, at: _Position, high: _Position | None) -> None:
        column = self._settings.cursor_column
        if high is not None and kind_of(at[0], column=column) != kind_of(high[0], column=column):
            raise _changed_type(column)

    def _opened(self, cursor: Cursor) -> _Sweep:
        if cursor and cursor.get("columns") != self._columns:
            raise _other_columns(self._settings.cursor_column)
        at, high = (_position_of(cursor.get(name)) for name in ("at", "high"))
        return _Sweep(Window(self._settings.overlap, cursor.get("window")), at, high)

    def _cursor(self, sweep: _Sweep) -> Cursor:
        at, high = (pair and self._written(pair) for pair in (sweep.at, sweep.high))
        return {
            "columns": self._columns,
            "at": at,
            "high": high,
            "window": sweep.window.state(),
        }

    def _digest(self, at: _Position) -> bytes:
        return digest_of(repr(self._written(at)))

    def _written(self, at: _Position) -> list[list[str | int]]:
        value, key = at
        return [
            written(value, column=self._settings.cursor_column),
            written(key, column=self._settings.key_column),
        ]


def _position_of(pair: list[Any] | None) -> _Position | None:
    return (read_back(pair[0]), read_back(pair[1])) if pair else None


class _Rows:
    """Reads rows of one result: their position, and the record that each becomes."""

    def __init__(self, settings: SqlSettings, names: Sequence[str], external_id: Any) -> None:
        self._names = names
        self._columns = (settings.cursor_column, settings.key_column)
        self._at = tuple(_index(names, name) for name in self._columns)
        owner = settings.records.organisation_column
        self._owner_column = owner
        self._owner = _index(names, owner) if owner else None
        self._external_id = str(external_id)
        declared = types_of(settings.fields)
        self._types = [declared.get(name) for name in names]
        for name in names:
            if names.count(name) > 1:
                raise SourceQueryError(
                    f'Two columns of the result are called "{name}".',
                    column=name,
                    fix="Give one of them another name with AS.",
                )

    def position(self, values: Sequence[Any]) -> _Position:
        """Cursor and key of a row that surely is the organisation's."""
        if self._owner is not None and str(values[self._owner]).rstrip() != self._external_id:
            raise SourceQueryError(
                f'Column "{self._owner_column}" of a row is not the organisation\'s external id.',
                column=self._owner_column,
                fix="Compare that column exactly, or set the external id's type.",
            )
        first, second = (values[index] for index in self._at)
        kind_of(first, column=self._columns[0])
        kind_of(second, column=self._columns[1])
        return first, second

    def record(self, values: Sequence[Any], *, number: int) -> Record | Refused:
        data = {}
        for name, declared, value in zip(self._names, self._types, values, strict=True):
            try:
                data[name] = typed_value(value, declared)
            except UnknownTypeError as exc:
                raise SourceQueryError(
                    f'Column "{name}" holds a value of type {exc}, which JSON has no form for.',
                    column=name,
                    fix="Cast it to text in the SELECT, or leave it out.",
                ) from exc
        return record_or_refused(number, str(json_value(values[self._at[1]])), data)


def _index(names: Sequence[str], name: str) -> int:
    if name in names:
        return names.index(name)
    raise SourceQueryError(
        f'The result has no column "{name}".',
        column=name,
        fix=f"Its columns are {', '.join(names)[:300]}.",
    )


def _not_unique(column: str) -> SourceQueryError:
    return SourceQueryError(
        f'Column "{column}" is not unique: two rows of the same cursor value have the same key.',
        column=column,
        fix="Name a key that tells all rows apart.",
    )


def _other_columns(column: str) -> SourceQueryError:
    return SourceQueryError(
        "The cursor was made with another cursor or key column.",
        column=column,
        fix="Reset the mapping's cursor.",
    )


def _changed_type(column: str) -> SourceQueryError:
    return SourceQueryError(
        f'Column "{column}" has another type than when it was last read.',
        column=column,
        fix="Reset the mapping's cursor.",
    )
