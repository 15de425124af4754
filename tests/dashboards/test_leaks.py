"""The leak map and the activity of the pipeline, against plain recounts of the marts."""

from collections.abc import Callable
from datetime import date

import polars as pl
import pytest

from dashboards.charts import activity as activity_charts
from dashboards.charts import leaks as leak_charts
from dashboards.charts.style import Mode
from dashboards.database import Query, run
from dashboards.findings import activity as activity_findings
from dashboards.findings import leaks as findings
from dashboards.metrics import values
from dashboards.scope import Filters, Scope
from dashboards.slices import activity, applications, leaks

ScopeOf = Callable[..., Scope]
BENCHMARK = {"label": "Ours", "figure_usd": 1000.0, "year": 2026, "source": "by hand"}
SALES = (("category", ("sales",)),)
FILTERS = [Filters(), Filters(period="Last 24 months"), Filters(chosen=SALES)]
KINDS = {
    "leak": pl.String,
    "people": pl.Int64,
    "passed": pl.String,
    "mature": pl.Int64,
    "hired": pl.Int64,
    "hire_rate": pl.Float64,
    "low_rate": pl.Float64,
    "high_rate": pl.Float64,
    "hires_lost": pl.Float64,
    "value_usd": pl.Float64,
}
MODES: list[Mode] = ["light", "dark"]


def mart(scope: Scope, name: str) -> pl.DataFrame:
    return run(scope.generation, Query(f"select * from analytics.marts.{name}"))


def frame_of(*rows: tuple[object, ...]) -> pl.DataFrame:
    return pl.DataFrame(list(rows), schema=KINDS, orient="row")


NOT_SELECTED = ("Not selected", 200, "selected", 40, 2, 0.05, 0.01, 0.17, 10.0, 10_000.0)
NO_OFFER = ("Completed, no offer", 30, "offered", 6, 5, None, None, None, None, None)
NOBODY = ("Not selected", 0, "selected", 4, 2, None, None, None, None, None)


@pytest.mark.parametrize("filters", FILTERS)
def test_people_who_left_before_completing_are_counted_once_each(filters: Filters, employer: ScopeOf) -> None:
    scope = employer(filters)
    own = mart(scope, "fct_applications").filter(pl.col("host_id") == scope.host_id)
    if scope.since():
        own = own.filter(pl.col("applied_date") >= scope.since().date())  # type: ignore[union-attr]
    if filters.chosen:
        own = own.filter(pl.col("category") == "sales")
    pairs = mart(scope, "fct_person_host_applications").filter(pl.col("host_id") == scope.host_id)
    gone = [
        set(mart(scope, name).filter(pl.col("host_id") == scope.host_id)["person_key"].drop_nulls())
        for name in ("fct_person_host_outcomes", "fct_hires")
    ]
    known = set(pairs.filter(pl.col("is_pre_existing") == 1)["person_key"])
    counted = dict.fromkeys(("Not selected", "Withdrew", "Never decided", "Did not finish"), 0)
    ways = ["expired", "withdrawn", "rejected", "selected"]
    for (person,), rows in own.group_by("person_key"):
        if rows["is_open"].sum() or person in known or any(person in each for each in gone):
            continue
        far = rows.filter(pl.col("furthest_stage_rank") == rows["furthest_stage_rank"].max())
        state = max(far["current_state"], key=ways.index)
        late = far["furthest_stage_rank"][0] >= 3
        counted["Did not finish" if late else applications.ENDS[state]] += 1
    found = dict(leaks.leaks(scope, BENCHMARK).select("leak", "people").iter_rows())
    assert {leak: found[leak] for leak in counted} == counted
    assert sum(counted.values())


def test_after_completing_the_leaks_are_what_ended_in_the_funnel(employer: ScopeOf) -> None:
    scope = employer()
    after = dict(applications.after_completion(scope).select("stage", "ended").iter_rows())
    found = dict(leaks.leaks(scope, BENCHMARK).select("leak", "people").iter_rows())
    assert found["Completed, no offer"] == after["Completed"] > 0
    assert found["Offer declined"] == after["Offered"]


def test_a_leak_costs_its_people_times_the_share_hired_of_those_who_passed(employer: ScopeOf) -> None:
    scope = employer()
    rates = values(scope, ["hire_through_of_selected", "hire_through_matured"]).row(0, named=True)
    found = {row["leak"]: row for row in leaks.leaks(scope, BENCHMARK).iter_rows(named=True)}
    selected, completed = rates["hire_through_of_selected"], rates["hire_through_matured"]
    assert found["Never decided"]["hires_lost"] == pytest.approx(found["Never decided"]["people"] * selected)
    assert found["Did not finish"]["hires_lost"] == pytest.approx(found["Did not finish"]["people"] * completed)
    for row in found.values():
        if row["mature"] >= 10:
            assert row["value_usd"] == pytest.approx(row["hires_lost"] * 1000)
            assert row["low_rate"] <= row["hire_rate"] <= row["high_rate"]
        else:
            assert row["hires_lost"] is row["value_usd"] is row["hire_rate"] is None


def test_the_share_hired_is_of_mature_cohorts_whatever_the_period(employer: ScopeOf) -> None:
    assert leaks.passed(employer(Filters(period="Last 12 months"))) == leaks.passed(employer())
    assert leaks.passed(employer(Filters(chosen=SALES))) != leaks.passed(employer())


@pytest.mark.parametrize("filters", FILTERS)
def test_the_rows_behind_a_leak_are_its_people(filters: Filters, employer: ScopeOf) -> None:
    scope = employer(filters)
    people = leaks.leaks(scope, BENCHMARK)["people"].to_list()
    assert [rows.counts()[0] for _, rows in leaks.leaver_rows(scope) if rows] == people


def test_every_benchmark_has_a_source_and_the_default_comes_first(employer: ScopeOf) -> None:
    found = leaks.benchmarks(employer())
    assert next(iter(found)) == "cost-per-hire-mean"
    assert all(row["source"] and row["figure_usd"] > 0 for row in found.values())


def test_the_worst_leak_is_named_as_an_upper_bound() -> None:
    said = findings.leaks(frame_of(NOT_SELECTED, NO_OFFER))
    assert said.title == "“Not selected” may have cost most: at most 10.0 hires, $10.0k"
    assert "Upper bounds" in said.summary
    assert "too few to say (6 mature offered)" in said.summary


def test_leaks_without_enough_mature_people_and_without_leavers_say_so() -> None:
    assert findings.leaks(frame_of(NO_OFFER)).title.startswith("Too few")
    assert findings.leaks(frame_of(NOBODY)).title == "Nobody has left the pipeline yet"


def test_the_note_names_the_rates_and_whose_cost_per_hire_it_is() -> None:
    said = findings.note(frame_of(NOT_SELECTED, NO_OFFER), BENCHMARK)
    assert said.startswith("Upper bound")
    assert "(selected 5.0 %)" in said
    assert "$1,000 per hire (by hand; 2026)" in said
    assert findings.benchmark(BENCHMARK) == "Ours: $1,000 (2026)"


@pytest.mark.parametrize("mode", MODES)
def test_the_leak_map_draws_hires_and_says_where_there_are_too_few(mode: Mode) -> None:
    figure = leak_charts.leaks(frame_of(NOT_SELECTED, NO_OFFER), mode)
    assert list(figure.data[0].x) == [10.0, None]
    assert figure.data[0].text[0] == " 10.0 hires · $10.0k"
    assert "too few to say: 6 mature offered" in [each.text for each in figure.layout.annotations]


@pytest.mark.parametrize("filters", FILTERS)
def test_events_are_counted_in_the_month_in_which_they_happened(filters: Filters, employer: ScopeOf) -> None:
    scope = employer(filters)
    months = activity.by_month(scope)
    last = scope.generation.as_of.date().replace(day=1)
    assert months["month"].max() < last  # type: ignore[operator]
    own = mart(scope, "fct_applications").filter(pl.col("host_id") == scope.host_id)
    if filters.chosen:
        own = own.filter(pl.col("category") == "sales")
    for event, moment in {"Shortlisted": "shortlisted_at", "Selections": "selected_at", "Starts": "started_at"}.items():
        days = own[moment].drop_nulls().cast(pl.Date)
        days = days.filter((days < last) & (days >= scope.since().date() if scope.since() else days < last))  # type: ignore[union-attr]
        assert months.filter(pl.col("event") == event)["count"].sum() == days.len() > 0, event


def test_every_event_has_every_month_and_the_metrics_are_the_dictionary_s(employer: ScopeOf) -> None:
    scope = employer()
    months = activity.by_month(scope)
    assert months.height == months["month"].n_unique() * len(activity.EVENTS)
    counted = values(scope, ["applications"], by="month")
    found = dict(
        months.filter(pl.col("event") == "Applications", pl.col("count") > 0).select("month", "count").iter_rows()
    )
    assert found == {month: count for month, count in counted.iter_rows() if month in set(months["month"])}


@pytest.mark.parametrize("filters", FILTERS)
def test_the_rows_behind_an_event_are_its_events(filters: Filters, employer: ScopeOf) -> None:
    scope = employer(filters)
    months = activity.by_month(scope)
    last = scope.generation.as_of.date().replace(day=1)
    for event, rows in activity.event_rows(scope):
        if event in activity.MOMENTS and rows is not None and event != "Offers to completers":
            moment = activity.MOMENTS[event][1]
            past = rows.all().filter(pl.col(moment) < last)
            assert past.height == months.filter(pl.col("event") == event)["count"].sum(), event


def test_a_term_of_the_activity_is_that_of_the_event(employer: ScopeOf) -> None:
    months = activity.by_month(employer(Filters(chosen=(("term_label", ("Fall 2025",)),))))
    assert set(months["month"].dt.month().to_list()) <= {9, 10, 11, 12}
    assert months["count"].sum()


def test_a_slice_without_events_is_empty(employer: ScopeOf) -> None:
    assert (
        activity.by_month(employer(Filters(chosen=(("category", ("no such",)),))))
        .filter(pl.col("event") == "Applications")["count"]
        .sum()
        == 0
    )


MONTHS = pl.DataFrame(
    [(date(2024 + place // 12, place % 12 + 1, 1), event, count)
     for place in range(24)
     for event, count in (("Applications", 10 if place < 12 else 15), ("Hires after a project", place % 2))],
    schema=["month", "event", "count"],
    orient="row",
)  # fmt: skip


def test_the_last_twelve_months_are_set_against_the_twelve_before() -> None:
    said = activity_findings.by_month(MONTHS)
    assert said.title == (
        "180 applications in the 12 months to December 2025, +50 % on the twelve before; 6 hires after a project"
    )
    assert "twelve before" not in activity_findings.by_month(MONTHS.filter(pl.col("month") < date(2025, 3, 1))).title
    assert activity_findings.by_month(MONTHS.head(2)).title.startswith("10 applications in January 2024;")


def test_a_filter_that_does_not_reach_an_event_is_named() -> None:
    assert activity_findings.note(["Category does not apply to hires"]).endswith("Category does not apply to hires")
    assert activity_findings.note([]).endswith("hired in it")


@pytest.mark.parametrize("mode", MODES)
def test_each_event_has_its_own_bars(mode: Mode) -> None:
    figure = activity_charts.by_month(MONTHS, mode)
    assert [trace.name for trace in figure.data] == ["Applications", "Hires after a project"]
    assert sum(figure.data[0].y) == 300
    assert "300 in 24 months" in figure.layout.annotations[0].text
