from collections.abc import Callable
from datetime import date

import pytest

from dashboards.intervals import CLUSTERS_NEEDED
from dashboards.metrics import values
from dashboards.readings import read
from dashboards.scope import Filters, Scope
from dashboards.terms import is_over, term_key, year_before

ScopeOf = Callable[..., Scope]


def test_a_rate_has_an_interval_around_it_and_money_has_none(platform: ScopeOf) -> None:
    found = read(platform(), ["selection_rate", "take_rate", "gmv_booked"])
    interval = found["selection_rate"].interval
    assert interval is not None
    assert interval.low < found["selection_rate"].value < interval.high  # type: ignore[operator]
    assert found["take_rate"].interval is None
    assert found["gmv_booked"].interval is None


def test_platform_figures_cluster_by_employer_and_projects_of_one_employer_stand_alone(
    platform: ScopeOf, employer: ScopeOf
) -> None:
    whole = read(platform(), ["fill_rate_30_days"])["fill_rate_30_days"]
    own = read(employer(), ["fill_rate_30_days", "selection_rate"])
    employers = values(platform(), ["projects_mature_30_days"], by="employer")
    assert ("clusters" in " ".join(whole.notes)) == (employers.height < CLUSTERS_NEEDED)
    assert "clusters" not in " ".join(own["fill_rate_30_days"].notes)
    interval = own["selection_rate"].interval
    assert interval is not None
    assert interval.design_effect is not None


def test_a_change_compares_a_term_that_is_over_with_the_same_term_a_year_before(platform: ScopeOf) -> None:
    change = read(platform(), ["applications"])["applications"].change
    assert change is not None
    assert change.base_term == year_before(change.term)
    assert is_over(change.term, platform().generation.as_of.date())


def test_a_change_follows_the_term_that_is_picked(platform: ScopeOf) -> None:
    known = read(platform(), ["applications"])["applications"].change
    assert known is not None
    picked = year_before(known.term)
    found = read(platform(Filters(chosen=(("term_label", (picked,)),))), ["applications"])["applications"].change
    assert found is None or (found.term, found.base_term) == (picked, year_before(picked))


def test_a_windowed_rate_says_how_much_of_its_cohort_is_mature(platform: ScopeOf) -> None:
    found = read(platform(), ["hire_through_matured", "gmv_booked"])
    assert 0 < found["hire_through_matured"].mature_share < 1  # type: ignore[operator]
    assert found["gmv_booked"].mature_share is None


def test_a_reading_of_nothing_is_a_dash_and_not_a_zero(platform: ScopeOf) -> None:
    reading = read(platform(Filters(chosen=(("category", ("nothing",)),))), ["selection_rate"])["selection_rate"]
    assert reading.value is None
    assert reading.value_text == "–"  # noqa: RUF001
    assert reading.interval is None
    assert reading.change is None


def test_the_receipt_is_the_statement_that_was_run(platform: ScopeOf) -> None:
    reading = read(platform(), ["selection_rate"])["selection_rate"]
    assert "fct_applications" in reading.receipt.text


@pytest.mark.parametrize(
    ("label", "key"), [("Spring 2025", (2025, 1)), ("Summer 2025", (2025, 2)), ("Fall 2025", (2025, 3)), (None, (0, 0))]
)
def test_terms_are_ordered_by_time(label: str | None, key: tuple[int, int]) -> None:
    assert term_key(label) == key


@pytest.mark.parametrize(
    ("label", "day", "over"),
    [
        ("Spring 2025", date(2025, 4, 30), False),
        ("Spring 2025", date(2025, 5, 1), True),
        ("Fall 2024", date(2025, 1, 1), True),
        ("Fall 2025", date(2025, 12, 31), False),
    ],
)
def test_a_term_is_over_when_its_last_month_is(label: str, day: date, over: bool) -> None:
    assert is_over(label, day) is over
