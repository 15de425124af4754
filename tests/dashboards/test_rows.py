from collections.abc import Callable
from itertools import chain, combinations, product

import pytest

from dashboards.database import Query, run
from dashboards.definitions import EMPLOYER_FACTS, Catalogue, Definition, catalogue
from dashboards.metrics import values
from dashboards.openable import COLUMNS
from dashboards.readings import read
from dashboards.rows import COUNTED, rows_behind
from dashboards.scope import DIMENSIONS, SENSITIVE, Filters, Scope

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
    assert rows_behind(platform(), "gmv_hhi") is None


def test_the_rows_of_a_metric_that_looks_back_are_those_of_the_last_month(platform: ScopeOf) -> None:
    rows = rows_behind(platform(), "active_employers")
    assert rows is not None
    assert rows.counts()[1] == values(platform(), ["active_employers"])["active_employers"][0] > 0
    assert rows.all()["month_start_date"].n_unique() == 1


FILTERED = tuple(name for name in DIMENSIONS if name not in SENSITIVE)
SUBSETS = tuple(chain.from_iterable(combinations(FILTERED, size) for size in (0, 1, 2, len(FILTERED))))


def counting_rows(scope: Scope) -> list[Definition]:
    """Return the metrics with rows behind them of which each row is one unit or none: every part is 0 or 1."""
    known = catalogue(scope.generation)
    offered = [each for each in known.metrics.values() if rows_behind(scope, each.name) is not None]
    return [each for each in offered if all(adds_one(known, part, scope) for part in parts_of(each))]


def parts_of(definition: Definition) -> list[str]:
    return [definition.numerator or definition.name, definition.denominator or definition.name]


def adds_one(known: Catalogue, name: str, scope: Scope) -> bool:
    """Tell whether a row of the mart adds 0 or 1 to a simple metric."""
    part = known.metric(name)
    if part.aggregation != "sum":
        return False
    mart = known.models[part.model].mart
    text = f"select count(*) as more from analytics.marts.{mart} where ({part.expression}) not in (0, 1)"
    return bool(run(scope.generation, Query(text))["more"][0] == 0)


def common(scope: Scope, dimension: str) -> tuple[str, ...]:
    """Return the two most frequent values of a filter."""
    mart = "dim_employers" if dimension in EMPLOYER_FACTS else "fct_applications"
    text = f"""
        select {dimension} as word from analytics.marts.{mart}
        where {dimension} is not null group by {dimension} order by count(*) desc, {dimension} limit 2
    """
    return tuple(run(scope.generation, Query(text))["word"])


@pytest.mark.parametrize("chosen", SUBSETS, ids="+".join)
def test_under_every_combination_of_filters_the_rows_are_the_number(
    chosen: tuple[str, ...], employer: ScopeOf, platform: ScopeOf
) -> None:
    """Golden h: every metric that has rows, and each filter, each pair and all at once, for either role."""
    picked = tuple((name, common(platform(), name)) for name in chosen)
    for make, period in ((employer, "All time"), (platform, "Last 24 months")):
        scope = make(Filters(period, picked))
        metrics = counting_rows(make())
        assert len(metrics) > 60
        told = values(scope, sorted({name for each in metrics for name in parts_of(each)})).row(0, named=True)
        for each in metrics:
            rows = rows_behind(scope, each.name)
            assert rows is not None
            counted, whole = (told[name] for name in parts_of(each))
            assert rows.counts() == (whole, counted), (each.name, scope.role, scope.filters)
