"""The sum: what was fed against what the portal says of it and what the sandbox holds.

One set of equations for each mapping. Everything that does not hold becomes a sentence.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from uuid import UUID

import orjson

from integrations.sources.segments import decode_segment
from tests.chaos.books import Books
from tests.chaos.customers import Way
from tests.chaos.feeder import SKIP_EVERY, Feed, Feeder, number_of
from tests.chaos.weather import Weather

_SEGMENTS = """
SELECT data FROM syncs_segment WHERE organisation_id = %s AND dataset_id = %s ORDER BY first_number
"""
_REJECTS = """
SELECT r.number, r.code FROM syncs_reject r JOIN syncs_chunk c ON c.id = r.chunk_id
WHERE c.mapping_id = %s
"""
_RUNS = """
SELECT coalesce(sum(read_count), 0), coalesce(sum(sent_count), 0),
       coalesce(sum(rejected_count), 0), coalesce(sum(skipped_count), 0),
       count(*) FILTER (WHERE read_count <> sent_count + rejected_count + skipped_count)
FROM syncs_syncrun WHERE mapping_id = %s
"""
_CHUNKS = """
SELECT (cursor_from ->> 'number')::bigint, (cursor_to ->> 'number')::bigint
FROM syncs_chunk WHERE mapping_id = %s ORDER BY 1
"""
_BATCHES = """
SELECT b.first_number, b.last_number FROM syncs_batch b JOIN syncs_chunk c ON c.id = b.chunk_id
WHERE c.mapping_id = %s AND b.state = 'accepted'
"""
_UNCERTAIN = "SELECT count(*) FROM syncs_attempt WHERE uncertain"


@dataclass
class Ledger:
    """What came out of all mappings together."""

    fed: int = 0
    """Records, once for each mapping that they belong to."""
    sent: int = 0
    rejected: int = 0
    skipped: int = 0
    lost: int = 0
    duplicated_records: int = 0
    duplicated_batches: int = 0
    in_doubt: int = 0
    """Tries without an answer, after which Datadog may have the batch or not."""
    rejected_though_arrived: int = 0
    late: int = 0
    outage_rejected: int = 0
    discarded: int = 0
    wrong: list[str] = field(default_factory=list)

    def check(self, holds: bool, sentence: str) -> None:
        if not holds:
            self.wrong.append(sentence)


@dataclass(frozen=True, slots=True)
class Account:
    """One mapping: records by their place in the feed."""

    way: Way
    fed: Sequence[int]
    """The number that each record carries, in the order of the feed."""
    arrived: Counter[int]
    rejected: dict[int, str]
    """Code by the number that the record carries."""


@dataclass(frozen=True, slots=True)
class Outage:
    """Records that became too old while the site of one mapping was down."""

    mapping: UUID
    numbers: set[int]


def close_ledger(
    ways: Sequence[Way],
    books: Books,
    weather: Weather,
    feeder: Feeder,
    *,
    outage: Outage | None,
) -> Ledger:
    ledger = Ledger()
    feeds = {feed: list(_fed(books, feed)) for feed in {(w.organisation, w.dataset) for w in ways}}
    for feed, numbers in feeds.items():
        kept = feeder.kept[feed]
        ledger.check(kept <= set(numbers), f"{len(kept - set(numbers))} committed records are gone")
        ledger.check(
            set(numbers) <= kept | feeder.unsure[feed], "the feed holds records nobody appended"
        )
        ledger.check(len(numbers) == len(set(numbers)), "the feed holds a record twice")
    for way in ways:
        account = _account(way, feeds[way.organisation, way.dataset], books, weather)
        _settle(ledger, account, books)
        if outage and outage.mapping == way.mapping:
            _check_outage(ledger, account, outage)
    ledger.in_doubt = books.number(_UNCERTAIN)
    ledger.discarded = weather.discarded()
    ledger.check(
        ledger.discarded == 0, f"{ledger.discarded} items count as sent and Datadog dropped them"
    )
    return ledger


def _fed(books: Books, feed: Feed) -> Iterator[int]:
    for (data,) in books.rows(_SEGMENTS, *feed):
        for line in decode_segment(bytes(data)):
            yield number_of(orjson.loads(line))


def _account(way: Way, fed: Sequence[int], books: Books, weather: Weather) -> Account:
    name = "record_id" if way.data_type == "logs" else "value"
    items = weather.arrived(site=way.site, data_type=way.data_type)
    arrived = Counter(int(item[name]) for item in items)
    rejects = books.rows(_REJECTS, way.mapping)
    return Account(way, fed, arrived, {fed[number - 1]: code for number, code in rejects})


def _settle(ledger: Ledger, account: Account, books: Books) -> None:
    way, fed = account.way, set(account.fed)
    arrived, rejected = set(account.arrived), set(account.rejected)
    read, sent, refused, skipped, broken = books.rows(_RUNS, way.mapping)[0]
    where = f"{way.data_type} to {way.site}"
    neither = fed - arrived - rejected
    ledger.check(not broken, f"{where}: {broken} runs whose counters do not add up")
    ledger.check(read == len(fed), f"{where}: {len(fed)} fed and {read} read")
    ledger.check(refused == len(rejected), f"{where}: {refused} rejected, {len(rejected)} kept")
    ledger.check(sent == len(arrived - rejected), f"{where}: {sent} sent, {len(arrived)} arrived")
    ledger.check(skipped == len(neither), f"{where}: {skipped} skipped, {len(neither)} nowhere")
    ledger.check(arrived <= fed, f"{where}: items arrived that nobody fed")
    _check_chunks(ledger, books.rows(_CHUNKS, way.mapping), where)
    ledger.fed += len(fed)
    ledger.sent, ledger.rejected = ledger.sent + int(sent), ledger.rejected + int(refused)
    ledger.skipped += int(skipped)
    ledger.lost += max(0, len(neither) - int(skipped))
    ledger.late += sum(code == "too_old" for code in account.rejected.values())
    ledger.rejected_though_arrived += len(arrived & rejected)
    ledger.duplicated_records += account.arrived.total() - len(arrived)
    ledger.duplicated_batches += _repeated(account, books)


def _check_outage(ledger: Ledger, account: Account, outage: Outage) -> None:
    """What Datadog no longer takes ends as a reject that says so; nothing of it counts as sent."""
    expected = {n for n in outage.numbers & set(account.fed) if n % SKIP_EVERY}
    told = {number for number in expected if account.rejected.get(number) == "too_old"}
    ledger.outage_rejected = len(told)
    ledger.check(bool(expected), "no record belongs to the outage")
    ledger.check(told == expected, f"{len(expected - told)} records of the outage are not rejected")
    ledger.check(not expected & set(account.arrived), "records of the outage were sent")


def _check_chunks(ledger: Ledger, chunks: Sequence[tuple[int, ...]], where: str) -> None:
    """A stretch of the feed belongs to one chunk: no stale worker has moved a cursor."""
    ends = [0, *(last for _, last in chunks)]
    firsts = [first for first, _ in chunks]
    ledger.check(firsts == ends[:-1], f"{where}: chunks overlap or leave a gap")


def _repeated(account: Account, books: Books) -> int:
    """How often batches came again, each counted by the record of it that came most often."""
    return sum(
        max((account.arrived[n] for n in account.fed[first - 1 : last]), default=1) - 1
        for first, last in books.rows(_BATCHES, account.way.mapping)
    )
