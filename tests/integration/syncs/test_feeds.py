"""Feeds: numbers without gaps whoever appends, and readers that come past every record once."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connection
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from pytest_django import Settings

from portal.common.tenancy import tenant
from portal.syncs.models import Segment
from portal.syncs.services import feeds
from portal.syncs.services.feeds import append_segment, segments_of
from portal.syncs.services.stretches import FeedStretch, last_number
from tests.integration.sandbox import Sandbox
from tests.integration.syncs.conftest import Customer, make_customer

LINE = b'{"value": 1}'


def append(customer: Customer, *, lines: int) -> None:
    with tenant(customer.organisation.id):
        append_segment(dataset=customer.dataset, lines=[LINE] * lines)


def numbers_read(customer: Customer, *, end: int, after: int = 0) -> list[int]:
    """What a reader comes past, chunk by chunk."""
    stretch = FeedStretch(customer.dataset, end)
    found: list[int] = []
    with tenant(customer.organisation.id):
        while piece := stretch.after(found[-1] if found else after):
            found += [record.number for record in piece.records]
            assert found[-1] == piece.last_number
    return found


def test_lots_are_cut_by_records_and_by_bytes(settings: Settings) -> None:
    settings.SEGMENT_RECORDS = 3
    assert [len(lot) for lot in segments_of([LINE] * 7)] == [3, 3, 1]
    wide = [b"x" * (feeds.SEGMENT_BYTES // 2)] * 5
    assert [len(lot) for lot in segments_of(wide)] == [2, 2, 1]


@given(
    lots=st.lists(st.integers(1, 9), min_size=1, max_size=6),
    chunk=st.integers(1, 12),
    cut=st.tuples(st.integers(0, 60), st.integers(0, 60)),
)
@hypothesis_settings(
    max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
def test_a_reader_comes_past_every_record_once(
    customer: Customer, settings: Settings, lots: list[int], chunk: int, cut: tuple[int, int]
) -> None:
    settings.SYNC_CHUNK_RECORDS = chunk
    with tenant(customer.organisation.id):
        first = last_number(customer.dataset)
    for lines in lots:
        append(customer, lines=lines)
    end = first + sum(lots)
    assert numbers_read(customer, after=first, end=end) == list(range(first + 1, end + 1))
    low, high = first + 1 + min(cut), first + 1 + max(cut)
    with tenant(customer.organisation.id):
        again = FeedStretch(customer.dataset, end).between(low, high)
    assert [record.number for record in again] == list(range(low, min(high, end) + 1))


def test_a_record_without_an_id_has_the_same_one_at_every_reading(customer: Customer) -> None:
    append(customer, lines=3)
    stretch = FeedStretch(customer.dataset, 3)
    with tenant(customer.organisation.id):
        piece = stretch.after(0)
        assert piece is not None
        ids = [record.id for record in piece.records]
        assert [record.id for record in piece.records] == ids
        assert [record.id for record in stretch.between(1, 3)] == ids
    assert len(set(ids)) == 3


@pytest.mark.django_db(transaction=True, databases=["default", "support", "owner"])
def test_many_writers_number_without_gaps(transactional_db: None, sandbox: Sandbox) -> None:
    customer = make_customer(sandbox)

    def write(_: int) -> None:
        for _ in range(10):
            append(customer, lines=7)
        connection.close()

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(write, range(4)))
    with tenant(customer.organisation.id):
        ends = Segment.objects.order_by("first_number").values_list("first_number", "last_number")
        assert list(ends) == [(start, start + 6) for start in range(1, 281, 7)]
        assert last_number(customer.dataset) == 280
