"""The database's clock: leases and waits are compared on it and on no worker's."""

from __future__ import annotations

from datetime import timedelta

from django.db.models import DateTimeField, DurationField, ExpressionWrapper, Func, Value
from django.db.models.expressions import Combinable


class DatabaseNow(Func):
    """The moment of the statement; Django's ``Now`` would be that of the transaction."""

    function = "clock_timestamp"
    output_field = DateTimeField()


def seconds_from_now(seconds: float) -> Combinable:
    """A moment ahead on the database's clock."""
    ahead = Value(timedelta(seconds=seconds), output_field=DurationField())
    return ExpressionWrapper(DatabaseNow() + ahead, output_field=DateTimeField())
