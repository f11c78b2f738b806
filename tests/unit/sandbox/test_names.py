"""Datadog's way with names and tags."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from integrations.sandbox import names


@pytest.mark.parametrize(
    ("sent", "kept"),
    [
        ("acme.sync", "acme.sync"),
        ("Acme.Sync", "Acme.Sync"),
        ("acme sync-time/é", "acme_sync_time__"),
        ("_9acme", "acme"),
        ("123", ""),
        ("a" * 250, "a" * 200),
    ],
)
def test_a_metric_name_is_rewritten(sent: str, kept: str) -> None:
    assert names.metric_name(sent) == kept


@pytest.mark.parametrize(
    ("sent", "kept"),
    [
        ("Env:Prod", "env:prod"),
        ("team:a b,c", "team:a_b_c"),
        ("pays:Côte", "pays:côte"),
        ("trailing::", "trailing"),
        ("1:2", ""),
        ("url:http://x/y", "url:http://x/y"),
    ],
)
def test_a_tag_is_rewritten(sent: str, kept: str) -> None:
    assert names.tag(sent) == kept


@given(st.text())
def test_normalising_twice_changes_nothing(text: str) -> None:
    assert names.metric_name(names.metric_name(text)) == names.metric_name(text)
    assert re.fullmatch(r"([A-Za-z][A-Za-z0-9_.]{0,199})?", names.metric_name(text))
    assert names.tag(names.tag(text)) == names.tag(text)
    assert len(names.tag(text)) <= 200
