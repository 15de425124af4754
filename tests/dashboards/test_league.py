from collections.abc import Callable

import polars as pl
import pytest

from dashboards.charts import league as charts
from dashboards.database import Generation, Query, run
from dashboards.findings import league as findings
from dashboards.intervals import design_effect, design_effect_of_sums
from dashboards.metrics import values
from dashboards.readings import read
from dashboards.scope import Filters, Scope
from dashboards.slices import league
from dashboards.slices.league import LEAST_COMPLETERS, League

ScopeOf = Callable[..., Scope]
DICTIONARY = {
    "fill_rate": "fill_rate_30_days",
    "completion_rate": "completion_rate",
    "hire_through_rate": "hire_through_matured",
    "offer_through_rate": "offer_through",
    "spend_retention": "spend_retention",
    "projects": "projects_posted",
    "gmv_12_months_usd": "gmv_trailing_12_months",
}
"""Column of the table -> the metric that it is."""


def filtered(generation: Generation) -> list[Filters]:
    text = (
        "select category from analytics.marts.fct_person_host_outcomes group by category order by count(*) desc limit 1"
    )
    category = run(generation, Query(text))["category"][0]
    return [Filters(), Filters("Last 36 months"), Filters(chosen=(("category", (category,)),))]


def test_the_table_says_of_each_employer_what_the_dictionary_says(platform: ScopeOf, generation: Generation) -> None:
    compared = 0
    for filters in filtered(generation):
        scope = platform(filters)
        for row in league.league(scope).table.iter_rows(named=True):
            one = values(league.one(scope, row["host_id"]), list(DICTIONARY.values())).row(0, named=True)
            for column, name in DICTIONARY.items():
                assert row[column] == pytest.approx(one[name]), (row["employer"], column)
                compared += 1
    assert compared >= 14


def test_the_table_s_interval_is_that_of_the_employer_s_tile(platform: ScopeOf) -> None:
    scope = platform()
    table = league.league(scope).table
    assert table.height > 1
    for row in table.iter_rows(named=True):
        interval = read(league.one(scope, row["host_id"]), ["hire_through_matured"])["hire_through_matured"].interval
        assert interval is not None
        assert (row["low"], row["high"]) == pytest.approx((interval.low, interval.high))


def test_employers_with_few_completers_are_counted_and_left_out(platform: ScopeOf, generation: Generation) -> None:
    pairs = run(generation, Query("select * from analytics.marts.fct_person_host_outcomes"))
    mature = pairs.group_by("host_id").agg(pl.col("is_mature_completer").sum())
    enough = set(mature.filter(pl.col("is_mature_completer") >= LEAST_COMPLETERS)["host_id"])
    posted = set(run(generation, Query("select distinct host_id from analytics.marts.fct_projects"))["host_id"])
    found = league.league(platform())
    assert set(found.table["host_id"]) == enough
    assert found.few == len({host for host in posted if host} - enough) > 0
    assert found.overall == pytest.approx(pairs["is_hired_365_days"].sum() / pairs["is_mature_completer"].sum())
    assert found.table["gmv_12_months_usd"].is_sorted(descending=True)


def test_nobody_is_ranked_where_nobody_has_enough(platform: ScopeOf) -> None:
    found = league.league(platform(Filters(chosen=(("category", ("no such work",)),))))
    assert (found.table.is_empty(), found.few, found.overall) == (True, 0, None)


def test_the_design_effect_from_sums_is_that_of_the_clusters() -> None:
    hits, sizes = [0, 3, 1, 0, 2, 5, 0, 1, 2, 0, 4], [2, 4, 3, 1, 2, 6, 3, 1, 5, 2, 4]
    sums = {
        "hit_squares": sum(each**2 for each in hits),
        "products": sum(hit * size for hit, size in zip(hits, sizes, strict=True)),
        "size_squares": sum(each**2 for each in sizes),
    }
    found = design_effect_of_sums(len(sizes), sum(hits), sum(sizes), **sums)
    assert found == pytest.approx(design_effect(hits, sizes))
    assert found is not None
    assert found > 1
    assert design_effect_of_sums(9, 3, 20, hit_squares=9, products=20, size_squares=60) is None


def test_volumes_hold_every_project_once(platform: ScopeOf, generation: Generation) -> None:
    buckets = league.volumes(platform())
    hosts = run(generation, Query("select host_id from analytics.marts.fct_projects"))["host_id"].drop_nulls()
    assert (buckets["projects"].sum(), buckets["employers"].sum()) == (hosts.len(), hosts.n_unique())
    assert (buckets["projects_share"].sum(), buckets["employers_share"].sum()) == pytest.approx((1, 1))
    for row in buckets.filter(pl.col("posted") == "2-4").iter_rows(named=True):
        assert 2 * row["employers"] <= row["projects"] <= 4 * row["employers"]


def test_the_rows_behind_the_forest_are_the_completers(platform: ScopeOf) -> None:
    completers, projects = league.rows_of_league(platform())
    totals = values(platform(), ["completers_mature_365_days", "hires_within_365_days", "projects_posted"]).row(0)
    assert completers[1] is not None
    assert completers[1].counts() == totals[:2]
    assert projects[1] is not None
    assert projects[1].counts()[0] == totals[2]


def table(*rows: tuple[str, int, float, float, float, str]) -> pl.DataFrame:
    names = ("employer", "completers", "hire_through_rate", "low", "high", "against_platform")
    return pl.DataFrame(rows, schema=names, orient="row").with_columns(interval=pl.lit("some"))


ALIKE = ("Ada", 40, 0.1, 0.04, 0.23, "not told apart")
ABOVE = ("Bo", 100, 0.3, 0.22, 0.4, "above")


@pytest.mark.parametrize(
    ("rows", "title"),
    [
        ([ALIKE], "No employer can be told from the platform's 12.0 %"),
        ([ALIKE, ABOVE], "1 of 2 employers can be told from the platform's 12.0 %"),
        ([ABOVE], "1 of 1 employer can be told from the platform's 12.0 %"),
    ],
)
def test_the_finding_counts_who_can_be_told_apart(
    rows: list[tuple[str, int, float, float, float, str]], title: str
) -> None:
    found = findings.forest(League(table(*rows), 0, 0.12))
    assert found.title == title
    assert "by chance" in found.summary


@pytest.mark.parametrize(
    ("few", "words"),
    [(0, "Every employer has at least 10"), (1, "1 employer with"), (12, "12 employers with fewer than 10")],
)
def test_those_left_out_are_said(few: int, words: str) -> None:
    assert findings.too_few(League(table(ALIKE), few, 0.12)).startswith(words)


def test_the_finding_of_volumes_names_the_largest_bucket() -> None:
    names = ("posted", "employers", "projects", "employers_share", "projects_share")
    buckets = pl.DataFrame(
        [("1", 3, 3, 0.75, 0.2), ("10-24", 1, 12, 0.25, 0.8), ("100+", 0, 0, 0.0, 0.0)], schema=names, orient="row"
    )
    assert findings.volumes(buckets).title == "25 % of employers posted 10-24 projects each, 80 % of all"
    assert findings.volumes(buckets.clear()).title == "Nobody posted"
    drawn = charts.volumes(buckets, "dark")
    assert list(drawn.data[1].x) == [0.2, 0.8, 0.0]


def test_the_forest_colours_those_that_can_be_told_apart() -> None:
    found = League(table(ALIKE, ABOVE), 0, 0.12)
    drawn = charts.forest(league.forest_rows(found), found.overall, "light")
    alike, apart = drawn.data
    assert (list(alike.x), list(apart.x)) == ([0.1], [0.3])
    assert (list(alike.y), list(apart.y)) == ([1], [0])
    assert alike.marker.color != apart.marker.color
    assert apart.error_x.array[0] == pytest.approx(0.1)
    assert apart.error_x.arrayminus[0] == pytest.approx(0.08)


def test_one_employer_is_seen_with_all_its_children_under_the_period_alone(
    platform: ScopeOf, generation: Generation
) -> None:
    employers = run(generation, Query("select * from analytics.marts.dim_employers"))
    for host in employers["host_id"].unique():
        one = league.one(platform(Filters("Last 12 months", (("state", ("OH",)),))), host)
        assert set(one.employer_ids) == set(employers.filter(pl.col("host_id") == host)["employer_id"])
        assert (one.role, one.host_id, one.filters.period, one.filters.chosen) == (
            "leadership",
            host,
            "Last 12 months",
            (),
        )
