"""What records become as values of distributions."""

import pytest

from tests.unit.mapping.documents import DISTRIBUTIONS, NOW, payload, point, rejection


def test_a_record_adds_its_value_to_a_distribution() -> None:
    assert payload(DISTRIBUTIONS, point(), host={"field": "resource"}) == [
        {
            "metric": "aws.cpu",
            "type": "distribution",
            "host": "i-1",
            "tags": ["resource:i-1"],
            "points": [[int(NOW), [0.5]]],
        }
    ]


def test_a_list_of_numbers_adds_them_all() -> None:
    (series,) = payload(DISTRIBUTIONS, point(value=[1, 2.5]))
    assert series["points"] == [[int(NOW), [1, 2.5]]]


def test_several_measures_of_a_record_travel_as_one_item() -> None:
    measures = [{"name": {"constant": f"a.{n}"}, "value": {"field": n}} for n in ("x", "y")]
    found = payload(DISTRIBUTIONS, point(x=1, y=[2]), measures=measures)
    assert [(series["metric"], series["points"][0][1]) for series in found] == [
        ("a.x", [1]),
        ("a.y", [2]),
    ]


@pytest.mark.parametrize(
    ("value", "code"),
    [([], "missing_field"), ([1, "2"], "wrong_type"), ([float("nan")], "bad_value")],
)
def test_a_list_with_anything_but_numbers_is_rejected(value: object, code: str) -> None:
    assert rejection(DISTRIBUTIONS, point(value=value))[0] == code


def test_distributions_have_the_ages_of_metrics() -> None:
    found = rejection(DISTRIBUTIONS, point(measured_at=NOW - 7_200))
    assert found == ("too_old", "2 hours old; Datadog keeps distributions of the last hour.")
