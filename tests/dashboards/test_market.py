"""The market's slices against a plain recount, its findings for every state, its charts against their frames."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta
from typing import get_args

import polars as pl
import pytest

from dashboards.charts import market as market_charts
from dashboards.charts import supply as charts
from dashboards.charts.places import PLACES
from dashboards.database import Generation, Query, run
from dashboards.findings import market as findings
from dashboards.metrics import values
from dashboards.rows import Rows
from dashboards.scope import Filters, Scope
from dashboards.slices import market, projects

ScopeOf = Callable[..., Scope]
LATE = Filters("Last 12 months", (("category", ("sales", "research")),))


def mart(generation: Generation, name: str) -> pl.DataFrame:
    return run(generation, Query(f"select * from analytics.marts.{name}"))


def test_students_per_slot_are_those_of_the_month_ends(platform: ScopeOf, generation: Generation) -> None:
    months = mart(generation, "agg_category_months").filter(category="research", term_label="Spring 2025")
    cells = market.supply_and_demand(platform()).filter(category="Research", term="Spring 2025")
    row = cells.row(0, named=True)
    assert row["students"] == pytest.approx(months["applicants_30_days"].sum() / 4)
    assert row["slots"] == pytest.approx(months["open_slots"].sum() / 4)
    assert row["students_per_slot"] == pytest.approx(months["applicants_30_days"].sum() / months["open_slots"].sum())


def test_the_grid_of_categories_obeys_category_and_period_and_no_employer_s_fact(platform: ScopeOf) -> None:
    narrow = replace(LATE, chosen=(*LATE.chosen, ("industry", ("Nowhere",)), ("host_id", ("E00001",))))
    cells = market.supply_and_demand(platform(LATE))
    assert set(cells["category"]) == {"Sales", "Research"}
    assert "Summer 2022" not in cells["term"].to_list()
    assert market.supply_and_demand(platform(narrow)).equals(cells)


def test_states_count_students_at_home_and_slots_at_the_employer(platform: ScopeOf, generation: Generation) -> None:
    months = mart(generation, "agg_state_months")
    ends = months["month_start_date"].n_unique()
    found = market.by_state(platform())
    assert found.height == months["state"].drop_nulls().n_unique()
    for row in found.iter_rows(named=True):
        here = months.filter(state=row["state"])
        assert row["students"] == pytest.approx(here["applicants_30_days"].sum() / ends)
        assert row["slots"] == pytest.approx(here["open_slots"].sum() / ends)
        assert (row["students_per_slot"] is None) == (here["open_slots"].sum() == 0)


def test_open_slots_of_states_are_those_of_the_projects(generation: Generation) -> None:
    last = mart(generation, "agg_state_months").filter(pl.col("month_start_date") == pl.col("month_start_date").max())
    states = mart(generation, "dim_employers").select("employer_id", "state")
    still_open = (
        mart(generation, "fct_projects")
        .filter(pl.col("closed_at").is_null())
        .join(states, on="employer_id", how="left")
        .with_columns((pl.col("slots") - pl.col("accepted_count")).clip(0).alias("free"))
        .group_by("state")
        .agg(pl.col("free").sum())
        .filter(pl.col("free") > 0)
    )
    found = dict(last.filter(pl.col("open_slots") > 0).select("state", "open_slots").iter_rows())
    assert found == dict(still_open.iter_rows())


@pytest.mark.parametrize("measure", get_args(market.Measure))
@pytest.mark.parametrize("filters", [Filters(), LATE])
def test_the_calendar_holds_every_day_and_counts_each_event_once(
    measure: market.Measure, filters: Filters, platform: ScopeOf, generation: Generation
) -> None:
    name, column = market.DATED[measure]
    days = market.calendar(platform(filters), measure)
    rows = mart(generation, name).filter(pl.col(column).is_between(days["day"][0], days["day"][-1]))
    if filters is LATE:
        rows = rows.filter(pl.col("category").is_in(["sales", "research"]))
        rows = rows.filter(pl.col(column) >= date(2025, 7, 1))
    assert days["count"].sum() == rows.height > 0
    assert (days["day"].diff().drop_nulls() == timedelta(1)).all()
    assert days["week"].n_unique() == market.WEEKS
    assert days["day"][-1] == generation.as_of.date()
    assert (days["day"].dt.weekday() - 1 == days["weekday"]).all()


def test_spend_retention_waits_until_its_base_is_a_whole_year(platform: ScopeOf, generation: Generation) -> None:
    found = market.trend(platform())
    spent = mart(generation, "agg_employer_month").filter(pl.col("engagement_count") > 0)["month_start_date"]
    first: date = spent.sort()[0]
    months_in = pl.col("month").dt.year() * 12 + pl.col("month").dt.month() - first.year * 12 - first.month
    assert found.drop_nulls("spend_retention").select(months_in.min()).item() >= 23
    last = found.row(-1, named=True)
    months = values(platform(), list(market.TREND), by="month").filter(pl.col("group") == last["month"])
    assert months["spend_retention"][0] == last["spend_retention"]


def test_the_published_curve_of_first_applications_is_the_macro_s_over_all_projects(
    platform: ScopeOf, generation: Generation
) -> None:
    terms = tuple(sorted(set(mart(generation, "fct_projects")["term_label"].drop_nulls())))
    stored, drawn = (projects.first_application(platform(each)) for each in (Filters(), every(terms)))
    assert stored.height == drawn.height > 0
    assert stored.columns == drawn.columns
    for name in stored.columns:
        assert stored[name].to_list() == pytest.approx(drawn[name].to_list()), name


def every(terms: tuple[str, ...]) -> Filters:
    return Filters(chosen=(("term_label", terms),))


def counts(behind: list[tuple[str, Rows | None]]) -> list[tuple[int, int]]:
    return [rows.counts() for _, rows in behind if rows is not None]


@pytest.mark.parametrize("filters", [Filters(), LATE, Filters(chosen=(("state", ("OH", "MN")),))])
def test_rows_behind_the_charts_are_what_they_draw(filters: Filters, platform: ScopeOf) -> None:
    scope = platform(filters)
    names = ("projects_mature_30_days", "projects_filled_30_days", "projects_posted", "gmv_booked")
    known = values(scope, list(names)).row(0, named=True)
    assert counts(market.behind_fill(scope))[0] == (
        known["projects_mature_30_days"],
        known["projects_filled_30_days"],
    )
    by_end = projects.ends(scope).group_by("reason").agg(pl.col("projects").sum())
    opened = {word: rows.counts()[0] for word, rows in market.behind_ends(scope) if rows is not None}
    assert {word: count for word, count in opened.items() if count} == dict(by_end.iter_rows())
    assert [count for count, _ in counts(market.behind_depth(scope))] == projects.depth(scope)["projects"].to_list()
    booked = market.behind_money(scope)[0][1]
    assert booked is not None
    assert float(booked.all()["fee_usd"].sum()) == pytest.approx(known["gmv_booked"])
    days = market.calendar(scope, "postings")
    if days["count"].sum():
        assert counts(market.behind_calendar(scope, "postings", days))[0][0] == days["count"].max()


def test_rows_behind_the_grids_open(platform: ScopeOf, generation: Generation) -> None:
    scope = platform()
    assert counts(market.behind_supply(scope))[0][0] == mart(generation, "agg_category_months").height
    assert counts(market.behind_states(scope))[0][0] == mart(generation, "agg_state_months").height
    assert counts(market.behind_trend(scope))[0][0] == mart(generation, "agg_employer_month").height
    assert counts(market.behind_first_application(scope))[0][0] == mart(generation, "fct_projects").height


CELLS = pl.DataFrame(
    {
        "state": ["OH", "NY", "VT"],
        "students": [30.0, 50.0, 4.0],
        "slots": [10.0, 1.0, 0.0],
        "students_per_slot": [3.0, 50.0, None],
    }
)


def test_the_finding_of_states_names_both_ends_and_those_without_a_slot() -> None:
    found = findings.states(CELLS)
    assert found.title == "From 3.0 students per open slot in OH to 50.0 in NY"
    assert "1 state with students and no open slot" in found.summary
    assert findings.states(CELLS.filter(state="VT")).title == "No state had an open slot"
    assert findings.states(CELLS.clear()).title == "No state had an open slot"
    assert findings.states(CELLS.head(1)).title == "3.0 students per open slot in OH"


def test_the_finding_of_categories_is_right_for_one_and_for_none() -> None:
    cells = CELLS.rename({"state": "category"}).with_columns(term=pl.lit("Fall 2025"))
    assert findings.supply_and_demand(cells).title.startswith("From 3.0")
    assert findings.supply_and_demand(cells.clear()).title == "No slot was open"


def week_of(counts: list[int]) -> pl.DataFrame:
    days = [date(2026, 6, 1) + timedelta(place) for place in range(len(counts))]
    return pl.DataFrame(
        {"day": days, "week": [date(2026, 6, 1)] * len(days), "weekday": list(range(len(days))), "count": counts}
    )


def test_the_finding_of_the_calendar_names_the_busiest_day_and_the_weekend() -> None:
    found = findings.calendar(week_of([10, 20, 10, 10, 10, 6, 6]), "Applications")
    assert found.title == "Busiest: Tuesday, 2 Jun 2026 with 20; a weekend day brings 50 % of a working day"
    assert "Jun 2026 72" in found.summary
    assert findings.calendar(week_of([0] * 7), "Applications").title == "No applications in the last 53 weeks"
    assert "weekend" not in findings.calendar(week_of([0, 0, 0, 0, 0, 1, 0]), "Applications").title


def by_month(retention: list[float | None]) -> pl.DataFrame:
    months = [date(2024 + place // 12, place % 12 + 1, 1) for place in range(len(retention))]
    return pl.DataFrame(
        {
            "month": months,
            "active_employers": [10.0 + place for place in range(len(months))],
            "gmv_per_active_employer": [1000.0 + 10 * place for place in range(len(months))],
            "spend_retention": retention,
        },
        schema_overrides={"spend_retention": pl.Float64, "month": pl.Date},
    )


def test_the_findings_of_spend_are_right_with_and_without_a_year_before() -> None:
    assert findings.trend(by_month([None] * 13)).title == (
        "22 active employers spend $1,120 each in twelve months, +12 % on a year before"
    )
    assert "on a year before" not in findings.trend(by_month([None] * 12)).title
    assert findings.trend(by_month([])).title == "No employer has spent yet"
    assert findings.retention(by_month([None, 0.9])).title.startswith("Each dollar of the year before brings 0.90")
    assert "two years" in findings.retention(by_month([None])).title


def test_the_grid_of_states_draws_each_state_once_and_a_dash_where_no_slot_is_open() -> None:
    drawn = charts.states(CELLS, "light")
    texts = [text for trace in drawn.data for line in trace.text for text in line if text]
    assert sorted(texts) == ["NY<br>50", "OH<br>3.0", "VT<br>–"]  # noqa: RUF001
    shaded = [[value for line in trace.z for value in line if value is not None] for trace in drawn.data]
    assert [len(each) for each in shaded] == [1, 2]
    column, line = PLACES["NY"]
    assert list(drawn.data[1].customdata[line][column]) == ["NY", 50.0, 1.0]


def test_every_state_has_a_place_of_its_own() -> None:
    assert len(set(PLACES.values())) == len(PLACES) == 52
    assert {"DC", "PR", "AK", "HI"} <= set(PLACES)


def test_the_calendar_draws_the_count_of_each_day() -> None:
    days = week_of([1, 2, 3, 4, 5, 6, 7])
    (trace,) = charts.calendar(days, "dark", "Applications").data
    assert list(trace.z) == days["count"].to_list()
    assert list(trace.y) == days["weekday"].to_list()


def test_the_lines_of_spend_hold_the_frame_s_figures() -> None:
    months = by_month([None] * 11 + [1.1, 1.2])
    above, below = market_charts.trend(months, "light").data
    assert list(above.y) == months["gmv_per_active_employer"].to_list()
    assert list(below.y) == months["active_employers"].to_list()
    assert list(market_charts.retention(months, "light").data[0].y) == [1.1, 1.2]
    assert not market_charts.retention(by_month([None]), "light").data[0].y


@pytest.mark.parametrize(("ratio", "text"), [(0.44, "0.4"), (9.96, "10"), (47.2, "47"), (1500.0, "1.5k")])
def test_a_ratio_is_short_enough_for_a_tile(ratio: float, text: str) -> None:
    assert charts.ratio_text(ratio) == text
