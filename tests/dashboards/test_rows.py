from collections.abc import Callable
from itertools import product

import pytest

from dashboards.metrics import values
from dashboards.readings import read
from dashboards.rows import COLUMNS, COUNTED, rows_behind
from dashboards.scope import Filters, Scope

ScopeOf = Callable[..., Scope]
SHOWN = (
    "applications",
    "selection_rate",
    "fill_rate_30_days",
    "completion_rate",
    "on_time_rate",
    "offer_through",
    "hire_through_matured",
)
CATEGORIES = ((), ("sales",), ("marketing", "research"))
PERIODS = ("All time", "Last 24 months")
MAJORS = ((), ("Business, Management, Marketing, and Related Support Services",))


@pytest.mark.parametrize("name", SHOWN)
def test_the_rows_behind_a_number_are_its_denominator_and_the_counted_its_numerator(
    name: str, employer: ScopeOf, platform: ScopeOf
) -> None:
    for make, category, period, major in product((employer, platform), CATEGORIES, PERIODS, MAJORS):
        scope = make(Filters(period, (("category", category), ("major_family", major))))
        reading = read(scope, [name])[name]
        assert reading.rows is not None
        whole = reading.value if reading.denominator is None else reading.denominator
        counted = reading.value if reading.numerator is None else reading.numerator
        assert reading.rows.counts() == (whole, counted), scope.filters
        assert reading.rows.all().height == whole


def test_the_counted_rows_come_first(employer: ScopeOf) -> None:
    rows = rows_behind(employer(), "selection_rate")
    assert rows is not None
    flags = rows.all()[COUNTED].to_list()
    assert flags == sorted(flags, reverse=True)
    assert any(flags)


def test_no_school_fact_and_no_protected_attribute_can_be_opened() -> None:
    opened = {column for columns in COLUMNS.values() for column in columns}
    kept_back = (
        "school",
        "institution",
        "gender",
        "race",
        "pell",
        "first_generation",
        "elsewhere",
        "exit_days",
        "event",
    )
    assert not [column for column in opened if any(word in column for word in kept_back)]


def test_rows_stay_shut_while_a_school_filter_is_set(employer: ScopeOf) -> None:
    assert rows_behind(employer(Filters(chosen=(("school_type", ("HBCU",)),))), "selection_rate") is None


def test_a_metric_without_rows_of_its_own_offers_none(platform: ScopeOf) -> None:
    assert rows_behind(platform(), "active_employers") is None
    assert values(platform(), ["active_employers"])["active_employers"][0] > 0
