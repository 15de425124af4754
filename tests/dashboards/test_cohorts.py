from collections.abc import Callable

import polars as pl
import pytest

from dashboards.charts import cohorts as charts
from dashboards.database import Generation, Query, run
from dashboards.findings import cohorts as findings
from dashboards.metrics import values
from dashboards.scope import Filters, Scope
from dashboards.slices import cohorts
from dashboards.slices.cohorts import TRIANGLE_SCHEMA
from dashboards.terms import is_over, term_key, year_before

ScopeOf = Callable[..., Scope]
LABELS = {"gmv_booked": ("GMV booked", "USD"), "applications": ("Applications", "count")}


def mart(generation: Generation, name: str) -> pl.DataFrame:
    return run(generation, Query(f"select * from analytics.marts.{name}"))


def triangle_of(*rows: tuple[str, int, int, float | None, float | None]) -> pl.DataFrame:
    """Return a triangle of (cohort, size, terms since, retained, of); without figures the term is running."""
    shared = [
        (cohort, size, since, retained, of, None if not of else (retained or 0) / of, of is None)
        for cohort, size, since, retained, of in rows
    ]
    return pl.DataFrame(shared, schema=TRIANGLE_SCHEMA, orient="row")


def test_an_employer_s_triangle_is_a_plain_recount(platform: ScopeOf, generation: Generation) -> None:
    terms = mart(generation, "fct_employer_terms")
    triangle = cohorts.employer_triangle(platform(), "active")
    complete = triangle.filter(~pl.col("is_running"))
    assert complete.height > 20
    for row in complete.iter_rows(named=True):
        here = terms.filter(
            (pl.col("joined_term_label") == row["cohort"]) & (pl.col("terms_since_joining") == row["terms_since"])
        )
        assert (row["size"], row["retained"]) == (here.height, here.filter(pl.col("engagement_count") > 0).height)


def test_a_triangle_s_cells_sum_to_the_dictionary_s_retention(platform: ScopeOf) -> None:
    scope = platform()
    names = ["logo_retention", "gmv_retention", "student_retention_applied", "student_retention_completed"]
    found = values(scope, names).row(0, named=True)
    triangles = [
        cohorts.employer_triangle(scope, "active"),
        cohorts.employer_triangle(scope, "spend"),
        cohorts.student_triangle(scope, "applied"),
        cohorts.student_triangle(scope, "completed"),
    ]
    for name, triangle in zip(names, triangles, strict=True):
        assert triangle["retained"].sum() / triangle["of"].sum() == pytest.approx(found[name]), name


def test_each_cohort_ends_in_the_running_term_and_is_in_the_order_of_time(platform: ScopeOf) -> None:
    for triangle in (cohorts.employer_triangle(platform(), "active"), cohorts.student_triangle(platform(), "applied")):
        assert triangle["cohort"].unique(maintain_order=True).to_list() == sorted(
            triangle["cohort"].unique(), key=term_key
        )
        for (_,), cells in triangle.group_by(["cohort"], maintain_order=True):
            assert cells["is_running"].to_list() == [False] * (cells.height - 1) + [True]
            assert cells["terms_since"].to_list() == list(range(cells.height))


def test_a_triangle_obeys_the_filters_of_employers(platform: ScopeOf, generation: Generation) -> None:
    employers = mart(generation, "dim_employers")
    industry = employers["industry"].drop_nulls().mode()[0]
    chosen = platform(Filters(chosen=(("industry", (industry,)),)))
    kept = mart(generation, "fct_employer_terms").join(
        employers.filter(pl.col("industry") == industry), on="employer_id", how="semi"
    )
    triangle = cohorts.employer_triangle(chosen, "active")
    assert (
        triangle.filter(pl.col("terms_since") == 0)["size"].sum()
        == kept.filter(pl.col("terms_since_joining") == 0).height
    )


def test_terms_are_compared_with_the_same_term_a_year_before_and_complete_ones_alone(
    platform: ScopeOf, generation: Generation
) -> None:
    compared = cohorts.same_term_last_year(platform())
    applied = mart(generation, "fct_applications")["term_label"].value_counts()
    counts = dict(applied.iter_rows())
    rows = compared.filter(pl.col("metric") == "applications")
    assert rows.height > 1
    for row in rows.iter_rows(named=True):
        assert is_over(row["term"], generation.as_of.date())
        assert (row["value"], row["base"]) == (counts[row["term"]], counts[year_before(row["term"])])
        assert row["change"] == pytest.approx(row["value"] / row["base"] - 1)
    latest = max((term for term in counts if is_over(term, generation.as_of.date())), key=term_key)
    assert rows["term"][-1] == latest


def test_a_year_on_pools_the_cohorts_that_are_old_enough() -> None:
    """8 of 10 and 1 of 5, three terms on; the third cohort has joined two terms ago."""
    triangle = triangle_of(
        ("Fall 2023", 10, 3, 8, 10),
        ("Spring 2024", 5, 3, 1, 5),
        ("Fall 2024", 7, 2, 7, 7),
        ("Fall 2024", 7, 3, None, None),
    )
    assert cohorts.a_year_on(triangle) == (9, 15)
    assert findings.employers_active(triangle).title == "60 % of 15 employers are active a year after joining"
    assert findings.students(triangle, "applied").title == "60 % of students applied a year after joining"


def test_the_findings_of_young_and_of_empty_triangles() -> None:
    for triangle in (triangle_of(), triangle_of(("Fall 2024", 7, 0, 3, 7), ("Fall 2024", 7, 1, None, None))):
        assert findings.employers_active(triangle).title == "No employer joined a year ago yet"
        assert findings.employers_spend(triangle).title == "No employer spent on joining a year ago yet"
        assert findings.students(triangle, "applied").title == "No student joined a year ago yet"
    assert "pooled: none" in findings.employers_active(triangle_of()).summary


def test_a_cohort_that_spent_nothing_on_joining_has_no_ratio() -> None:
    triangle = triangle_of(("Fall 2023", 1, 0, 0, 0), ("Fall 2023", 1, 3, 400, 0))
    assert triangle["share"].to_list() == [None, None]
    assert findings.employers_spend(triangle).title == "No employer spent on joining a year ago yet"
    spent = triangle_of(("Fall 2023", 1, 3, 600, 400))
    assert (
        findings.employers_spend(spent).title
        == "A year after joining, employers spend 1.5 times the $400 of their joining terms"
    )


def test_one_employer_is_active() -> None:
    title = findings.employers_active(triangle_of(("Fall 2023", 1, 3, 1, 1))).title
    assert title == "100 % of 1 employer is active a year after joining"


def test_the_finding_of_the_same_term_says_the_latest() -> None:
    schema = {"term": pl.String, "metric": pl.String, "value": pl.Float64, "base": pl.Float64, "change": pl.Float64}
    rows = [
        ("Fall 2024", "gmv_booked", 900.0, 1000.0, -0.1),
        ("Spring 2025", "gmv_booked", 1200.0, 1000.0, 0.2),
        ("Fall 2024", "applications", 50.0, 40.0, 0.25),
        ("Spring 2025", "applications", 30.0, 40.0, -0.25),
    ]
    compared = pl.DataFrame(rows, schema=schema, orient="row")
    found = findings.same_term(compared, LABELS)
    assert found.title == "Spring 2025 on the year before: GMV booked +20 %, Applications -25 %"
    assert "GMV booked, Fall 2024: $900 after $1,000" in found.summary
    assert findings.same_term(compared.clear(), LABELS).title == "No complete term has one a year before"
    drawn = charts.same_term(compared, LABELS, "light")
    assert [list(trace.y) for trace in drawn.data] == [[1000, 1000], [900, 1200], [40, 40], [50, 30]]
    assert list(drawn.data[1].text) == ["-10 %", "+20 %"]


@pytest.mark.parametrize("mode", ["light", "dark"])
def test_the_triangle_draws_every_cell_once_and_hatches_the_running_term(mode: str) -> None:
    triangle = triangle_of(
        ("Fall 2023", 10, 0, 5, 10),
        ("Fall 2023", 10, 1, 9, 10),
        ("Fall 2023", 10, 2, None, None),
        ("Spring 2024", 4, 0, 1, 4),
        ("Spring 2024", 4, 1, None, None),
    )
    drawn = charts.triangle(triangle, mode)  # type: ignore[arg-type]
    light, dark, running = drawn.data
    assert [list(row) for row in light.z] == [[0.5, None, None], [0.25, None, None]]
    assert [list(row) for row in dark.z] == [[None, 0.9, None], [None, None, None]]
    assert [list(row) for row in light.text] == [["50", "", ""], ["25", "", ""]]
    assert (list(running.x), running.marker.pattern.shape) == ([2, 1], "/")
    assert list(drawn.layout.yaxis.ticktext) == ["Fa 23  <b>10</b>", "Sp 24  <b>4</b>"]


def test_ratios_are_written_as_multiples() -> None:
    drawn = charts.triangle(
        triangle_of(("Fall 2023", 2, 0, 400, 400), ("Fall 2023", 2, 1, 4840, 400)), "light", is_ratio=True
    )
    assert drawn.data[0].text[0][0] == "1.0"
    assert drawn.data[1].text[0][1] == "12"
