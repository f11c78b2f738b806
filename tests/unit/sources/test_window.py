"""The overlap window: nothing twice, nothing late lost, and a state of bounded size."""

import json
import random

from hypothesis import given
from hypothesis import strategies as st

from integrations.sources.window import MAX_SEEN, Window, digest_of


def sweep(window: Window, rows: list[tuple[int, str]]) -> list[str]:
    found = [key for place, key in rows if window.is_new(place, digest_of(str(place), key))]
    window.finish_sweep()
    return found


def test_a_late_row_is_found_and_no_row_twice() -> None:
    window = Window(60)
    assert sweep(window, [(100, "a"), (130, "b")]) == ["a", "b"]
    assert sweep(window, [(100, "a"), (110, "late"), (130, "b"), (140, "c")]) == ["late", "c"]
    assert sweep(window, [(100, "a"), (110, "late"), (130, "b"), (140, "c")]) == []


def test_rows_before_the_window_are_left_out() -> None:
    window = Window(60)
    sweep(window, [(100, "a"), (500, "b")])
    assert window.start == 440
    assert sweep(window, [(100, "a"), (439, "too late"), (440, "in time")]) == ["in time"]


def test_a_row_that_comes_back_at_a_later_time_is_new() -> None:
    window = Window(60)
    sweep(window, [(100, "a")])
    assert sweep(window, [(120, "a")]) == ["a"]


def test_without_overlap_the_newest_second_is_still_told_apart() -> None:
    window = Window(0)
    sweep(window, [(100, "a")])
    assert sweep(window, [(100, "a"), (100, "b")]) == ["b"]


def test_a_full_window_is_cut_short_at_its_old_end() -> None:
    window = Window(1000)
    rows = [(place, str(turn)) for place in range(10) for turn in range(MAX_SEEN // 5)]
    assert len(sweep(window, rows)) == len(rows)
    assert window.start == 5
    assert len(json.dumps(window.state())) < 12 * MAX_SEEN
    assert sweep(window, rows) == []


def test_more_of_one_second_than_can_be_remembered_is_not_read_again() -> None:
    window = Window(1000)
    rows = [(7, str(turn)) for turn in range(MAX_SEEN + 1)]
    assert len(sweep(window, rows)) == len(rows)
    assert window.start == 8


@given(
    st.lists(st.tuples(st.integers(0, 300), st.integers(0, 40)), max_size=60, unique=True),
    st.integers(1, 5),
    st.randoms(use_true_random=False),
)
def test_any_order_and_any_break_gives_every_row_once(
    rows: list[tuple[int, int]], sweeps: int, chance: random.Random
) -> None:
    window = Window(300)
    found: list[tuple[int, int]] = []
    for turn in range(sweeps):
        visible = rows if turn == sweeps - 1 else chance.sample(rows, len(rows) // 2)
        for place, key in chance.sample(visible, len(visible)):
            window = Window(300, json.loads(json.dumps(window.state())))
            if window.is_new(place, digest_of(str(place), str(key))):
                found.append((place, key))
        window.finish_sweep()
    assert sorted(found) == sorted(rows)
