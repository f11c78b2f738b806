"""Times in every form that records carry."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from integrations.core.timestamps import epoch_seconds, epoch_unit, iso_text

NOON = 1_700_000_000.0  # 2023-11-14T22:13:20Z


@pytest.mark.parametrize(
    "value",
    [
        "2023-11-14T22:13:20Z",
        "2023-11-14t22:13:20z",
        "2023-11-14 22:13:20",
        "2023-11-14T22:13:20.000000000Z",
        "2023-11-15T00:13:20+02:00",
        "2023-11-14T17:13:20,000-0500",
        " 2023-11-14T22:13:20Z ",
        "1700000000",
        "1700000000.0",
        1_700_000_000,
        1_700_000_000.0,
        1_700_000_000_000,
        1_700_000_000_000_000,
        1_700_000_000_000_000_000,
    ],
)
def test_one_moment_is_read_from_many_forms(value: object) -> None:
    assert epoch_seconds(value) == NOON


@pytest.mark.parametrize(
    "value",
    [
        "",
        "yesterday",
        "20231114",
        "2023-13-14T22:13:20Z",
        "2023-11-14T25:13:20Z",
        "2023-11-14T22:13:2Z",
        "2023-W46-2T22:13:20Z",
        "2023-11-14T22:13:20+",
        "2023-11-14X22:13:20Z",
        "٢٠٢٣-11-14T22:13:20Z",
        True,
        None,
        [],
        1e30,
        float("nan"),
        float("inf"),
    ],
)
def test_what_is_no_time_is_none(value: object) -> None:
    assert epoch_seconds(value) is None


def test_a_date_is_its_midnight_in_utc() -> None:
    assert epoch_seconds("1970-01-02") == 86_400


@given(st.integers(min_value=-10_000_000_000_000, max_value=60_000_000_000_000))
def test_text_made_of_a_time_is_read_as_that_time(milliseconds: int) -> None:
    assert epoch_seconds(iso_text(milliseconds / 1000)) == pytest.approx(milliseconds / 1000)


@given(st.text(max_size=40))
def test_no_text_breaks_the_reader(text: str) -> None:
    assert epoch_seconds(text) is None or isinstance(epoch_seconds(text), float)


def test_the_unit_of_a_number_follows_from_its_size() -> None:
    assert [epoch_unit(NOON * unit) for unit in (1, 1e3, 1e6, 1e9)] == [1, 1e3, 1e6, 1e9]
