"""Durations as people say them."""

from __future__ import annotations

import pytest

from portal.syncs.views.run_lines import seconds_words


@pytest.mark.parametrize(
    ("seconds", "words"),
    [
        (-1, "0.0 s"),
        (0.42, "0.4 s"),
        (41.2, "41 s"),
        (59.7, "1 min"),
        (125, "2 min 5 s"),
        (3600, "1 h 0 min"),
        (4320, "1 h 12 min"),
    ],
)
def test_a_duration_in_words(seconds: float, words: str):
    assert seconds_words(seconds) == words
