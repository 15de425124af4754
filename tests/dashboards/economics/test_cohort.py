"""One cohort for cost and persons: by hand, and on a built sample counted again from the rows."""

import duckdb
import polars as pl
import pytest

from dashboards.audition import audition
from dashboards.economics.cohort import programme
from dashboards.economics.comparison import comparison
from dashboards.economics.effects import effect_on_the_treated
from dashboards.economics.roi import Programme, distribution
from dashboards.economics.savings import Count, misfits_avoided, saving_against_benchmark
from tests.conftest import Project


@pytest.fixture(scope="module")
def frames(tiny: Project) -> dict[str, pl.DataFrame]:
    """Return marts of the tiny sample."""
    names = ("agg_programme_months", "fct_selection_outcomes", "fct_hires", "dim_students", "fct_engagements")
    with duckdb.connect(str(tiny.data / "warehouse" / "analytics.duckdb"), read_only=True) as warehouse:
        return {name: warehouse.sql(f"select * from marts.{name}").pl() for name in names}


def month(**changed: object) -> dict[str, object]:
    whole = {"host_id": "h", "is_mature_365_days": 1, "is_time_reported": 1, "chosen_count": 3, "engagement_count": 2}
    return {**whole, "hire_count": 1, "programme_cost_usd": 900.0, "hours_worked": 40.0, **changed}


def hire(**changed: object) -> dict[str, object]:
    whole = {"host_id": "h", "is_new_hire": 1, "is_retained_1_year": 1, "is_attributable": 1}
    return {**whole, "came_by": "micro-internship", **changed}


def test_only_mature_months_and_hires_at_their_hosts_enter() -> None:
    """Two mature months, one of them without reported time; the young month and the other host stay out."""
    months = pl.DataFrame(
        [
            month(),
            month(is_time_reported=0, hours_worked=None, chosen_count=0, hire_count=0, programme_cost_usd=100.0),
            month(is_mature_365_days=0),
            month(host_id="young", is_mature_365_days=0),
        ]
    )
    outside = {"came_by": "neither", "is_attributable": 0}
    hires = pl.DataFrame(
        [
            hire(),
            hire(is_retained_1_year=0),
            hire(is_retained_1_year=None),
            hire(is_attributable=0),  # had been in the host's ATS before: on neither side
            hire(**outside, is_retained_1_year=0),
            hire(**{**outside, "came_by": "other intern"}),
            hire(**outside, is_new_hire=0),
            hire(**outside, host_id="young"),
        ]
    )
    found = programme(months, hires)
    assert found == Programme(3, 1000.0, 40.0, 2, Count(1, 2), Count(1, 2), hires=1)
    assert found.cost_per_hire_usd == 1000


def test_no_mature_month_is_a_programme_of_nothing() -> None:
    months, hires = pl.DataFrame([month(is_mature_365_days=0)]), pl.DataFrame([hire()])
    found = programme(months, hires)
    assert found == Programme(0, 0.0, 0.0, 0, Count(0, 0), Count(0, 0))
    assert found.cost_per_hire_usd is None


def test_the_sample_s_persons_are_those_of_the_months_that_its_cost_is_of(frames: dict[str, pl.DataFrame]) -> None:
    """Counted from the comparison's rows and the engagements, month by month, not from the months' own sums."""
    months = frames["agg_programme_months"]
    found = programme(months, frames["fct_hires"])
    mature = months.filter(pl.col("is_mature_365_days") == 1).select("employer_id", month="month_start_date")
    persons = frames["fct_selection_outcomes"].filter(pl.col("is_chosen") == 1)
    theirs = persons.join(mature, left_on=["chosen_employer_id", "chosen_month"], right_on=["employer_id", "month"])
    assert 0 < found.chosen == len(theirs.unique(["person_key", "host_id"]))
    works = frames["fct_engagements"].join(
        mature, left_on=["employer_id", "accepted_month"], right_on=["employer_id", "month"]
    )
    fees = works.filter(pl.col("funded_by") == "employer")["fee_usd"].sum()
    time = months.filter(pl.col("is_mature_365_days") == 1)["time_cost_usd"].sum()
    assert found.cost_usd == pytest.approx(float(fees) + float(time))
    # Whom these months chose and took on is whom their engagements are of, as far as new to the host.
    taken = set(works.select("student_key", "host_id").iter_rows())
    new = set(theirs.filter(pl.col("is_selected") == 1).select("person_key", "host_id").iter_rows())
    assert len(new & taken) > 0.8 * len(new)


def test_every_figure_of_the_money_page_follows_from_the_sample_s_marts(frames: dict[str, pl.DataFrame]) -> None:
    found = programme(frames["agg_programme_months"], frames["fct_hires"])
    effect = effect_on_the_treated(comparison(frames["fct_selection_outcomes"]), seed=1, draws=200)
    assert effect is not None
    assert distribution(found, effect, seed=1, draws=500) is not None
    saving = saving_against_benchmark(found.hires, 4700, found.cost_per_hire_usd)
    assert saving is None if found.hires == 0 else saving == pytest.approx(4700 * found.hires - found.cost_usd)
    assert found.micro_leavers is not None
    assert found.comparison_leavers is not None
    avoided = misfits_avoided(found.hires, found.micro_leavers, found.comparison_leavers, 15_000)
    assert (avoided is None) == (found.micro_leavers.units == 0 or found.comparison_leavers.units == 0)


def test_a_hire_counts_once_in_the_sample_s_comparison(frames: dict[str, pl.DataFrame]) -> None:
    rows = frames["fct_selection_outcomes"].filter(pl.col("is_hired_365_days") == 1)
    assert len(rows) > 0
    assert rows.select("person_key", "host_id").is_unique().all()


@pytest.mark.parametrize("outcome", ["performance_rating", "is_retained_1_year"])
def test_the_audition_is_that_of_the_hires_which_the_programme_may_claim(
    frames: dict[str, pl.DataFrame], outcome: str
) -> None:
    hires = frames["fct_hires"]
    found = audition(hires, frames["fct_engagements"], outcome, {})
    known = hires.filter(
        (pl.col("is_attributable") == 1) & pl.col("project_rating").is_not_null() & pl.col(outcome).is_not_null()
    )
    assert found.rating is None or found.rating.units == len(known)
    assert sum(each.units for each in found.calibration) == len(known)
