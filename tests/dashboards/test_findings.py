from datetime import date

import polars as pl

from dashboards.findings import health, market, outcomes, pipeline
from dashboards.slices.applications import staircase
from dashboards.slices.outcomes import Incidence


def test_the_funnel_s_title_names_the_undecided() -> None:
    counted = pl.DataFrame({"rank": [1, 1, 3], "is_open": [True, False, False], "count": [2, 7, 1]})
    stages = staircase(counted, ("Applied", "Shortlisted", "Selected"))
    assert pipeline.funnel(stages).title == "10.0 % of applications were selected; 2 are still open"


def test_the_curve_s_title_speaks_of_the_last_window_that_can_be_read() -> None:
    at_12 = Incidence(365, 0.08, 0.05, 0.12, 0.4, 60)
    found = outcomes.curve([None, at_12, None], ["6 months", "12 months", "24 months"], "We")
    assert found.title == "We hire 8.0 % of completers within 12 months; 40 % start elsewhere first"
    assert "5.0 % to 12.0 %" in found.summary


def test_no_window_with_enough_at_risk_is_said() -> None:
    assert "Too few" in outcomes.curve([None], ["6 months"], "We").title


def test_groups_are_named_only_when_their_band_leaves_out_the_whole() -> None:
    groups = pl.DataFrame(
        {
            "group": ["Sales", "Research", "HR"],
            "pairs": [90, 80, 4],
            "at_risk": [50, 40, None],
            "value": [0.2, 0.09, None],
            "low": [0.15, 0.05, None],
            "high": [0.27, 0.16, None],
        }
    )
    assert outcomes.groups(groups, "Category", 0.1).title.startswith("Sales: apart")
    assert "stands apart" in outcomes.groups(groups.filter(pl.col("group") == "Research"), "Category", 0.1).title
    assert "enough completers" in outcomes.groups(groups.filter(pl.col("group") == "HR"), "Category", None).title


def test_the_last_twelve_months_are_compared_with_the_twelve_before() -> None:
    days = pl.date_range(date(2024, 7, 1), date(2026, 6, 1), "1mo", eager=True)
    months = pl.DataFrame({"month": days, "gmv_booked": [100.0] * 12 + [150.0] * 12, "gmv_recognised": [90.0] * 24})
    assert market.money(months).title == "$1,800 booked in the 12 months to June 2026, +50 % on the twelve before"
    assert "twelve before" not in market.money(months.head(20)).title


def test_a_year_of_money_is_twelve_months_of_the_calendar_not_twelve_rows() -> None:
    """A term is chosen: only its months have rows, four of each year."""
    days = [date(year, month, 1) for year in (2023, 2024, 2025) for month in (9, 10, 11, 12)]
    months = pl.DataFrame({"month": days, "gmv_booked": [100.0] * 8 + [150.0] * 4, "gmv_recognised": [90.0] * 12})
    assert market.money(months).title == "$600 booked in the 12 months to December 2025, +50 % on the twelve before"


def test_concentration_is_worded_by_the_index() -> None:
    four = pl.DataFrame({"share": [0.3, 0.3, 0.2, 0.2]})
    assert "high (HHI 2,600)" in market.concentration(four).title


def test_a_quarantine_that_is_empty_is_said_to_be() -> None:
    nothing = pl.DataFrame(schema={"rule": pl.String, "quarantined": pl.Int64})
    assert health.quarantine(nothing, nothing).title == "The quarantine is empty"
    assert health.quarantine(nothing, nothing).summary == "No row broke a rule."
    assert health.none_held(0).summary == "Read = loaded + unchanged + erased."


def test_a_quarantine_whose_rows_a_later_delivery_answers_is_not_said_to_have_been_empty_ever() -> None:
    nothing = pl.DataFrame(schema={"rule": pl.String, "quarantined": pl.Int64})
    found = health.quarantine(nothing, pl.DataFrame({"quarantined": [1000, 200]}))
    assert found.title == "The quarantine is empty"
    assert found.summary == "No row waits: a later delivery answers 1,200 rows that broke a rule."
    said = health.none_held(1).summary
    assert said == "Read = loaded + unchanged + quarantined + erased; a later delivery answers 1 row that broke a rule."


def test_a_term_that_is_not_mature_is_said_to_be_filled_so_far() -> None:
    terms = pl.DataFrame({
        "term": ["Spring 2026", "Summer 2026"], "fill_rate_30_days": [0.586, 0.541], "mature_share": [1.0, 0.018],
    })  # fmt: skip
    said = market.fill(terms)
    assert said.title == "59 % of Spring 2026 projects filled within 30 days"
    assert "Spring 2026 58.6 %, Summer 2026 54.1 % so far, of those posted early enough." in said.summary
