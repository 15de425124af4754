"""What the columns of hires and of their credit say of the cases that were worked out by hand."""

from datetime import date

import pytest

from tests.dbt_project.golden.hires import DONE
from tests.dbt_project.marketplace import Built


def retention(golden: Built, hire_id: str) -> tuple[object, ...]:
    columns = "retention_entry_days, retention_exit_days, retention_event_code"
    return golden.one(f"select {columns} from marts.fct_hires where hire_id = ?", hire_id)


@pytest.mark.parametrize(
    ("hire_id", "exit_days", "event_code"),
    [
        # From 1 January 2023: still there on as_of, 3 years and a leap day later; left a year later; a day before that.
        ("keep-stays", 1096, 0),
        ("keep-year", 365, 1),
        ("keep-short", 364, 1),
        ("keep-gone", 30, 1),
    ],
)
def test_a_hire_is_followed_to_its_last_day_or_to_the_end_of_the_feed(
    golden: Built, hire_id: str, exit_days: int, event_code: int
) -> None:
    assert retention(golden, hire_id) == (0, exit_days, event_code)


@pytest.mark.parametrize("hire_id", ["unseen-keep", "offer:ats:offer-standing"])
def test_a_hire_that_no_feed_sees_is_not_followed(golden: Built, hire_id: str) -> None:
    assert retention(golden, hire_id) == (None, None, None)


def test_a_hire_after_the_feed_ended_is_not_followed(golden: Built) -> None:
    assert retention(golden, "ended-too-late") == (None, None, None)


def test_a_hire_says_how_long_after_which_completions_it_came(golden: Built) -> None:
    columns = "days_since_first_completion, days_since_last_completion, is_by_strict_host, is_attributable"
    sql = f"select {columns} from marts.fct_hires where hire_id = ?"
    assert golden.one(sql, "sway-parent") == (181, 181, 0, 1)
    assert golden.one(sql, "sway-known") == (90, 90, 1, 0)
    assert golden.one(sql, "credit-many") == (641, 91, 1, 1)
    assert golden.one(sql, "sway-again") == ((date(2025, 6, 1) - DONE.date()).days,) * 2 + (1, 0)
    assert golden.one(sql, "keep-stays") == (None, None, 0, 0)


def weights(golden: Built, column: str, credit_model: str) -> list[float]:
    """Return a weight of each engagement of the hire credit-many, from the earliest."""
    sql = f"""
        select {column} from marts.fct_hire_attribution
        where hire_id = 'credit-many' and credit_model = ? order by engagement_id"""
    return [value for (value,) in golden.rows(sql, credit_model)]


@pytest.mark.parametrize(
    ("column", "first_touch", "last_touch", "linear"),
    [
        # research at another part of the group 641 days before, design 304, sales 91; work after the start is no row.
        ("weight", [1, 0, 0], [0, 0, 1], [1 / 3, 1 / 3, 1 / 3]),
        ("weight_365_days", [0, 1, 0], [0, 0, 1], [0, 1 / 2, 1 / 2]),
        ("weight_180_days", [0, 0, 1], [0, 0, 1], [0, 0, 1]),
        ("strict_weight", [0, 1, 0], [0, 0, 1], [0, 1 / 2, 1 / 2]),
        ("strict_weight_730_days", [0, 1, 0], [0, 0, 1], [0, 1 / 2, 1 / 2]),
        ("strict_weight_180_days", [0, 0, 1], [0, 0, 1], [0, 0, 1]),
    ],
)
def test_each_model_shares_a_hire_out_over_the_work_in_its_window(
    golden: Built, column: str, first_touch: list[float], last_touch: list[float], linear: list[float]
) -> None:
    assert weights(golden, column, "first touch") == first_touch
    assert weights(golden, column, "last touch") == last_touch
    assert weights(golden, column, "linear") == pytest.approx(linear)


def test_work_out_of_every_window_has_a_row_without_credit(golden: Built) -> None:
    sql = "select sum(weight), sum(weight_730_days) from marts.fct_hire_attribution where hire_id = 'credit-old'"
    assert golden.one(sql) == (3, 0)


def test_a_pre_existing_pair_gets_no_credit(golden: Built) -> None:
    assert golden.one("select count(*) from marts.fct_hire_attribution where hire_id = 'credit-known'") == (0,)


def test_a_school_counts_the_other_hires_of_36_months(golden: Built) -> None:
    sql = "select entrance_key, prior_hire_count from marts.fct_school_reach where employer_id = 'reach'"
    assert dict(golden.rows(sql)) == {
        "selection:reach-first": 1,
        "selection:reach-last": 1,
        "selection:reach-after": 0,
        "selection:reach-new": 0,
        "selection:reach-own": 0,
        "hire:reach-same-day": 0,
        "hire:reach-new": 0,
        "hire:reach-first": 0,
        "hire:reach-after": 1,
    }
