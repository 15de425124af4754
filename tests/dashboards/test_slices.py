from collections.abc import Callable
from datetime import datetime

import polars as pl
import pytest

from dashboards.components.filter_bar import OFFERED
from dashboards.database import Generation, Query, run
from dashboards.metrics import values
from dashboards.scope import Filters, Scope, conditions, months_before
from dashboards.slices import applications, operations, people, projects

ScopeOf = Callable[..., Scope]


def test_the_funnel_counts_the_furthest_stage_and_keeps_the_undecided_open() -> None:
    counted = pl.DataFrame(
        {"rank": [1, 1, 2, 3], "is_open": [True, False, False, False], "count": [4, 10, 5, 1]},
    )
    stages = applications.staircase(counted, ("Applied", "Shortlisted", "Selected"))
    assert stages.select("reached", "moved_on", "still_open", "ended").rows() == [
        (20, 6, 4, 10),
        (6, 1, 0, 5),
        (1, None, None, None),
    ]


def test_the_funnel_starts_with_all_applications_and_its_parts_sum(employer: ScopeOf) -> None:
    stages = applications.funnel(employer())
    assert stages["reached"][0] == values(employer(), ["applications"])["applications"][0]
    inner = stages.head(stages.height - 1)
    assert (inner["moved_on"] + inner["still_open"] + inner["ended"]).equals(inner["reached"])
    assert inner["moved_on"].to_list() == stages["reached"].to_list()[1:]


def test_the_funnel_s_second_half_counts_persons_once_per_host(employer: ScopeOf) -> None:
    scope = employer()
    text = """
        select count(*) as n from analytics.marts.fct_person_host_outcomes
        where host_id = $host and is_eligible = 1
    """
    pairs = run(scope.generation, Query.of(text, scope.parameters()))["n"][0]
    assert applications.after_completion(scope)["reached"][0] == pairs


def test_what_enters_a_stage_of_the_flow_leaves_it(employer: ScopeOf) -> None:
    flows = applications.flows(employer())
    arrived = dict(flows.group_by("target").agg(pl.col("count").sum()).iter_rows())
    left = dict(flows.group_by("source").agg(pl.col("count").sum()).iter_rows())
    assert left["Applied"] == values(employer(), ["applications"])["applications"][0]
    for stage in set(arrived) & set(left):
        assert arrived[stage] == left[stage], stage


def test_every_project_ends_in_one_way(platform: ScopeOf) -> None:
    ends = projects.ends(platform())
    assert ends["projects"].sum() == values(platform(), ["projects_posted"])["projects_posted"][0]
    assert set(ends["reason"]) <= set(projects.REASONS.values())


def test_every_project_has_a_depth(platform: ScopeOf) -> None:
    assert projects.depth(platform())["projects"].sum() == projects.ends(platform())["projects"].sum()


def test_the_herfindahl_index_of_30_30_20_20_is_2600() -> None:
    assert projects.herfindahl(pl.Series([0.3, 0.3, 0.2, 0.2])) == pytest.approx(2600)
    assert projects.herfindahl(pl.Series([], dtype=pl.Float64)) is None


def test_shares_of_value_sum_to_one_and_the_value_is_the_booked_one(platform: ScopeOf) -> None:
    found = projects.concentration(platform())
    assert found["share"].sum() == pytest.approx(1)
    assert found["gmv_usd"].sum() == pytest.approx(values(platform(), ["gmv_booked"])["gmv_booked"][0])
    assert projects.top_share(found, 1) == found["share"].max()


def test_the_median_day_is_the_first_on_which_half_have_an_application() -> None:
    curve = pl.DataFrame({"day": [1, 2, 3], "with_application": [0.4, 0.5, 0.9]})
    assert projects.median_day(curve) == 2
    assert projects.median_day(curve.head(1)) is None


def test_a_feed_is_silent_when_it_goes_on_without_a_word(generation: Generation) -> None:
    found = operations.feeds(generation)
    assert set(found["status"]) <= {"silent", "ended", "speaking"}
    assert (found.filter(pl.col("status") == "silent")["days_silent"].drop_nulls() > operations.SILENT_DAYS).all()
    assert (found.filter(pl.col("status") == "speaking")["days_silent"] <= operations.SILENT_DAYS).all()


def test_rows_read_are_loaded_or_unchanged_or_quarantined_or_erased(generation: Generation) -> None:
    health, loads = operations.health(generation), operations.loads(generation)
    assert health.rows_read == loads.select("loaded", "unchanged", "quarantined", "erased").sum_horizontal().sum()
    assert health.rows_quarantined == operations.quarantined_rows(generation).height > 0


def test_the_largest_employer_comes_first(generation: Generation) -> None:
    counts = people.hosts(generation)["completer_count"].to_list()
    assert counts == sorted(counts, reverse=True)
    assert counts[0] > 0


def test_every_filter_that_leadership_sees_has_choices(generation: Generation) -> None:
    offered = people.choices(Scope(generation, "leadership"))
    for dimension in OFFERED["leadership"]:
        assert dimension == "host_id" or offered[dimension], dimension


def test_months_before_counts_whole_months() -> None:
    assert months_before(datetime(2026, 1, 31, 6), 12) == datetime(2025, 1, 1)
    assert months_before(datetime(2026, 7, 1, 6), 7) == datetime(2025, 12, 1)


def test_conditions_hold_names_and_parameters_and_no_value(employer: ScopeOf) -> None:
    filters = Filters("Last 12 months", (("category", ("'; drop table x",)), ("industry", ("Retail",))))
    text = conditions(employer(filters), "applied_date")
    assert "drop" not in text
    assert "Retail" not in text
    assert "$category" in text
    assert "$since" in text


def test_a_step_is_timed_over_those_who_took_it(employer: ScopeOf) -> None:
    """Who is selected without a shortlist has days to selection, from applying, and took no step from shortlist."""
    scope = employer()
    text = "select * from analytics.marts.fct_applications where host_id = $host and selected_at is not null"
    own = run(scope.generation, Query.of(text, scope.parameters()))
    took = own.filter(pl.col("shortlisted_at").is_not_null())["days_to_select"].cast(pl.Float64)
    assert 0 < took.len() < own.height
    step = applications.stage_times(scope).row(by_predicate=pl.col("step") == "Shortlisted to selected", named=True)
    assert step["n"] == took.len()
    assert step["median"] == pytest.approx(took.median())
    rows = dict(applications.step_rows(scope))["Shortlisted to selected"]
    assert rows is not None
    assert rows.counts()[0] == took.len()
