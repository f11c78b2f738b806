"""Items in batches: under every limit, in order, none lost."""

from __future__ import annotations

import random
from dataclasses import replace

import msgspec
import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from integrations.core.records import Item
from integrations.datadog.framing import LONE, TRACES_FRAMINGS
from integrations.datadog.limits import LIMITS
from integrations.pipeline import Packed, PackedBatch, pack
from tests.unit.pipeline.sinks import NAMESPACE, MemorySink, item

TEXTS = st.lists(st.text("abcdefghij🙂", max_size=150), max_size=30)
ENCODINGS = ("zstd", "gzip", "deflate", "identity")


def _packed(items: list[Item], sink: MemorySink) -> Packed:
    return pack(items, sink, batch_namespace=NAMESPACE)


def _numbers(batch: PackedBatch, sink: MemorySink) -> list[int]:
    return [entry["n"] for entry in orjson.loads(sink.opened(batch.body))]


@pytest.mark.parametrize("encoding", ENCODINGS)
@given(texts=TEXTS)
def test_every_batch_is_under_all_limits(encoding: str, texts: list[str]) -> None:
    sink = MemorySink(content_encoding=encoding)
    items = [item(number, text) for number, text in enumerate(texts)]
    for batch in _packed(items, sink).batches:
        assert batch.record_count <= sink.limits.max_records
        assert len(sink.opened(batch.body)) == batch.raw_bytes <= sink.limits.max_raw_bytes
        assert len(batch.body) <= sink.limits.max_compressed_bytes


@pytest.mark.parametrize("encoding", ENCODINGS)
@given(texts=TEXTS)
def test_no_item_is_lost_and_order_is_kept(encoding: str, texts: list[str]) -> None:
    sink = MemorySink(content_encoding=encoding)
    packed = _packed([item(number, text) for number, text in enumerate(texts)], sink)
    sent = [number for batch in packed.batches for number in _numbers(batch, sink)]
    assert sent == sorted(sent)
    assert sorted(sent + [reject.number for reject in packed.rejects]) == list(range(len(texts)))
    assert {reject.code for reject in packed.rejects} <= {"too_large"}


def test_a_batch_is_the_exact_envelope_around_its_items() -> None:
    sink = MemorySink()
    one, two = item(1, "a", occurred_at=20.0), item(4, "b", occurred_at=10.0)
    (batch,) = _packed([one, two], sink).batches
    assert sink.opened(batch.body) == b"[" + one.encoded + b"," + two.encoded + b"]"
    assert (batch.first_number, batch.last_number, batch.record_count) == (1, 4, 2)
    assert batch.oldest == 10.0


def test_items_without_a_time_make_a_batch_without_one() -> None:
    (batch,) = _packed([item(1)], MemorySink()).batches
    assert batch.oldest is None


@given(texts=TEXTS)
def test_the_same_items_are_the_same_batches(texts: list[str]) -> None:
    items = [item(number, text) for number, text in enumerate(texts)]
    first = _packed(items, MemorySink()).batches
    assert _packed(items, MemorySink()).batches == first
    assert len({batch.id for batch in first}) == len(first)


def test_another_namespace_or_content_is_another_id() -> None:
    ids = {_packed([item(1, text)], MemorySink()).batches[0].id for text in "ab"}
    other = pack([item(1, "a")], MemorySink(), batch_namespace=next(iter(ids))).batches[0].id
    assert len(ids | {other}) == 3


def test_an_item_too_large_alone_is_a_reject_between_good_ones() -> None:
    packed = _packed([item(1), item(2, "x" * 200), item(3)], MemorySink())
    assert [batch.record_count for batch in packed.batches] == [2]
    (reject,) = packed.rejects
    assert (reject.number, reject.code) == (2, "too_large")
    assert reject.message == "214 bytes as logs; one request takes 120 bytes of a record."


def test_an_item_that_does_not_compress_enough_is_a_reject() -> None:
    limits = replace(LIMITS["logs"], goal_compressed_bytes=500, max_compressed_bytes=600)
    noise = "".join(random.Random(7).choices("0123456789abcdefghijklmnopqrstuvwxyz", k=2_000))
    packed = _packed([item(1), item(2, noise), item(3)], MemorySink(limits=limits))
    assert [batch.record_count for batch in packed.batches] == [1, 1]
    assert [reject.number for reject in packed.rejects] == [2]


def test_real_limits_give_few_large_batches() -> None:
    sink = MemorySink(limits=LIMITS["logs"])
    packed = _packed([item(number, "message " * 20) for number in range(2_500)], sink)
    assert [batch.record_count for batch in packed.batches] == [1_000, 1_000, 500]


def test_nothing_to_pack_is_no_batch() -> None:
    assert _packed([], MemorySink()) == Packed([], [])


@pytest.mark.parametrize("form", TRACES_FRAMINGS)
@given(texts=TEXTS)
def test_lists_of_lists_are_packed_under_every_limit_too(form: str, texts: list[str]) -> None:
    sink = MemorySink(framing=TRACES_FRAMINGS[form], content_encoding="identity")
    items = [
        msgspec.structs.replace(item(number, text), group=text[:1].encode())
        for number, text in enumerate(texts)
    ]
    packed = _packed(items, sink)
    assert sum(batch.record_count for batch in packed.batches) + len(packed.rejects) == len(items)
    for batch in packed.batches:
        assert len(batch.body) == batch.raw_bytes <= sink.limits.goal_raw_bytes


def test_a_data_type_of_one_record_a_request_has_a_batch_for_each() -> None:
    sink = MemorySink(limits=LIMITS["events"], framing=LONE, content_encoding="identity")
    items = [item(number) for number in range(3)]
    assert [batch.body for batch in _packed(items, sink).batches] == [i.encoded for i in items]
