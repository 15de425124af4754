"""Each worked query is run as an analyst runs it, and held against the dictionary, a mart or a recount."""

from collections.abc import Callable
from fractions import Fraction

import polars as pl
import pytest

from dashboards.database import Generation, Query, run
from dashboards.definitions import catalogue
from dashboards.metrics import GROUP, values
from dashboards.scope import Filters, Scope
from dashboards.slices.outcomes import curve_query, incidence_at
from tests.pipelines.test_worked_queries import ANALYSES

NAMES = [path.stem for path in ANALYSES]

RESTATED: dict[str, tuple[str, dict[str, str]]] = {
    "attribution_by_rule": (
        "category",
        {"first_touch": "hires_first_touch", "last_touch": "hires_last_touch", "linear": "hires_linear"},
    ),
    "bounds_of_hire_through": ("category", {}),
    "completion_by_category": ("category", {}),
    "fill_rate_by_category": ("category", {}),
    "maturity_of_cohorts": ("term_label", {"mature_365_days": "completers_mature_365_days"}),
    "pay_per_hour": ("category", {}),
    "repeat_employers": ("industry", {}),
    "same_term_last_year": ("term_label", {}),
    "school_reach": ("term_label", {}),
    "selected_against_passed_over": ("category", {}),
    "students_never_selected": ("major_family", {}),
}
"""Query -> the column that it is split by, and its columns that are called otherwise than their metric."""

ELSEWHERE = ("cost_per_hire", "funnel_by_stage", "supply_against_demand")
"""Queries that restate metrics in another shape, each with a test of its own."""


def worked(generation: Generation, name: str) -> dict[str, str]:
    found = run(generation, Query.of("select * from meta.worked_queries where name = $name", {"name": name}))
    return found.row(0, named=True)


def answer(generation: Generation, name: str) -> pl.DataFrame:
    return run(generation, Query(worked(generation, name)["sql"]))


def restated(generation: Generation, name: str) -> list[str]:
    return (worked(generation, name)["metrics"] or "").split(", ") if worked(generation, name)["metrics"] else []


@pytest.mark.parametrize("name", NAMES)
def test_a_worked_query_returns_rows_with_a_number_in_them(generation: Generation, name: str) -> None:
    found = answer(generation, name)
    assert not found.is_empty()
    numbers = found.select(pl.selectors.numeric())
    assert numbers.width
    assert any(each.drop_nulls().len() for each in numbers.iter_columns())


@pytest.mark.parametrize("name", NAMES)
def test_a_worked_query_restates_metrics_that_exist_and_a_test_holds_it_to_them(
    generation: Generation, name: str
) -> None:
    metrics = restated(generation, name)
    assert set(metrics) <= set(catalogue(generation).metrics)
    assert bool(metrics) == (name in RESTATED or name in ELSEWHERE)


@pytest.mark.parametrize("name", RESTATED)
def test_a_worked_query_says_what_the_dictionary_says(
    generation: Generation, platform: Callable[..., Scope], name: str
) -> None:
    by, renamed = RESTATED[name]
    metrics = restated(generation, name)
    expected = values(platform(), metrics, by)
    found = answer(generation, name).rename(renamed).select(pl.col(by).alias(GROUP), *metrics)
    assert set(metrics) == set(found.columns) - {GROUP}
    both = found.join(expected, on=GROUP, how="left", nulls_equal=True, suffix="_expected")
    assert both.height == found.height
    for metric in metrics:
        pairs = zip(both[metric].to_list(), both[f"{metric}_expected"].to_list(), strict=True)
        for mine, theirs in pairs:
            assert mine == (theirs if theirs is None else pytest.approx(theirs)), metric
        assert both[metric].drop_nulls().len()
    beyond = expected.join(found, on=GROUP, how="anti", nulls_equal=True)
    assert all(not value for column in metrics for value in beyond[column].to_list())


def test_the_funnel_reaches_what_the_metrics_count(generation: Generation, platform: Callable[..., Scope]) -> None:
    found = dict(answer(generation, "funnel_by_stage").select("stage", "reached").rows())
    counted = values(platform(), restated(generation, "funnel_by_stage")).row(0, named=True)
    assert counted.pop("applications") == found.pop("applied")
    assert {name.removeprefix("applications_reached_"): value for name, value in counted.items()} == found


def test_the_last_row_of_the_costs_is_the_platform(generation: Generation, platform: Callable[..., Scope]) -> None:
    found = answer(generation, "cost_per_hire")
    whole = found.row(-1, named=True)
    assert whole["host_id"] == "all employers"
    assert found["micro_hires"].sum() == 2 * whole["micro_hires"]
    for metric, value in values(platform(), restated(generation, "cost_per_hire")).row(0, named=True).items():
        assert whole[metric] == (value if value is None else pytest.approx(value))


def test_supply_over_demand_sums_to_the_metric(generation: Generation, platform: Callable[..., Scope]) -> None:
    found = answer(generation, "supply_against_demand").group_by("category").agg(pl.selectors.ends_with("months").sum())
    expected = dict(values(platform(), ["applicants_per_open_slot"], "category").rows())
    for row in found.iter_rows(named=True):
        assert row["applicant_months"] / row["open_slot_months"] == pytest.approx(expected[row["category"]])


def test_the_cohorts_curves_are_those_of_the_page(generation: Generation, platform: Callable[..., Scope]) -> None:
    found = answer(generation, "hire_through_by_cohort")
    known = 0
    for row in found.iter_rows(named=True):
        term = platform(Filters(chosen=(("term_label", (row["term_label"],)),)))
        read = incidence_at(run(generation, curve_query(term)), row["window_days"])
        assert (read is None) == (row["hired_by_host"] is None)
        if read is not None:
            known += 1
            assert row["hired_by_host"] == pytest.approx(read.host)
            assert row["hired_elsewhere"] == pytest.approx(read.elsewhere)
    assert known


def test_retention_is_that_of_the_mart(generation: Generation) -> None:
    curve = run(generation, Query("from marts.agg_retention_curve where scope_id = 'platform'"))
    for row in answer(generation, "retention_by_how_they_came").iter_rows(named=True):
        until = curve.filter(came_by=row["came_by"]).filter(pl.col("day") <= row["window_days"]).sort("day")
        assert row["still_employed"] == pytest.approx(until["retained_share"][-1])
        assert row["survival_lower"] == pytest.approx(until["retained_lower"][-1])


def test_concentration_is_that_of_the_mart(generation: Generation) -> None:
    mart = run(generation, Query("from marts.agg_concentration where scope = 'category' and measure = 'GMV booked'"))
    found = answer(generation, "concentration_by_category")
    assert dict(found.select("category", "hhi").rows()) == pytest.approx(dict(mart.select("category", "hhi").rows()))


def by_hand(units: list[tuple[int, int]], day: int) -> Fraction:
    """Return the incidence of event 1 by a day, where event 2 competes, from (exit day, event) in exact arithmetic."""
    survival, incidence = Fraction(1), Fraction(0)
    for each in sorted({exits for exits, event in units if event and exits <= day}):
        at_risk = sum(exits >= each for exits, _ in units)
        incidence += survival * Fraction(sum(unit == (each, 1) for unit in units), at_risk)
        survival *= 1 - Fraction(sum(unit in ((each, 1), (each, 2)) for unit in units), at_risk)
    return incidence


def test_first_applications_are_those_of_a_count_by_hand(generation: Generation) -> None:
    projects = run(
        generation,
        Query("select category, first_application_exit_days, first_application_event_code from marts.fct_projects"),
    )
    for row in answer(generation, "time_to_first_application").iter_rows(named=True):
        units = projects.filter(category=row["category"]).drop("category").rows()
        assert row["projects"] == len(units)
        assert row["within_7_days"] == pytest.approx(float(by_hand(units, 7)))


def test_the_leak_holds_every_ended_application_once(generation: Generation) -> None:
    ended = run(
        generation,
        Query("select count(*) as n from marts.fct_applications where is_open = 0 and furthest_stage <> 'approved'"),
    )
    found = answer(generation, "leak_by_stage")
    assert found["applications"].sum() == ended["n"][0]
    assert found["share_of_all_ended"].sum() == pytest.approx(1)
    assert found.group_by("furthest_stage").agg(pl.col("share_of_stage").sum())["share_of_stage"].to_list() == (
        pytest.approx([1.0] * found["furthest_stage"].n_unique())
    )


def test_people_to_invite_back_are_those_of_a_plain_recount(generation: Generation) -> None:
    pairs = run(generation, Query("from marts.fct_person_host_outcomes"))
    rated = run(generation, Query("from marts.fct_engagements")).filter(
        (pl.col("is_approved") == 1) & pl.col("employer_rating").is_not_null()
    )
    last = rated.sort("approved_at").group_by("person_key", "host_id").agg(pl.col("employer_rating").last())
    free = pairs.filter(pl.col("host_hired_date").is_null() & pl.col("elsewhere_hired_date").is_null())
    good = free.join(last.filter(pl.col("employer_rating") >= 4), on=["person_key", "host_id"], how="semi")
    expected = dict(good.group_by("host_id").len().rows())
    found = dict(answer(generation, "people_to_invite_back").select("host_id", "to_invite_back").rows())
    assert {host: count for host, count in found.items() if count} == expected
