"""Where each golden test of METRICS.md is held, and what outside the code says that its numbers are right."""

import ast
from pathlib import Path
from typing import NamedTuple

import pytest

ROOT = Path(__file__).resolve().parent
FAIRNESS, MARKET = "dashboards/fairness", "dbt_project"


class Held(NamedTuple):
    """A golden test: what it says, whence its numbers are, and the tests that hold it, as ``file::test``."""

    says: str
    source: str
    tests: tuple[str, ...]


GOLDEN = {
    "a": Held(
        "20 accepted of 50 eligible is 40 %; 30 not-eligible interns more change nothing.",
        "NACE, Internship & Co-op Report: conversion rate; by hand",
        (f"{MARKET}/test_golden_marketplace.py::test_20_accepted_of_50_eligible_is_40_percent_whatever_the_others_do",),
    ),
    "b": Held(
        "The censoring scenario: four estimators beside a truth of 8.01 %.",
        "the scenario's own density, integrated; scikit-survival, lifelines and exact fractions for the curves",
        (
            "pipelines/sample/test_scenario.py::test_the_truth_at_twelve_months_is_the_one_that_is_written_down",
            "pipelines/sample/test_scenario.py::test_aalen_johansen_is_within_a_tenth_of_a_point_of_the_truth",
            "pipelines/sample/test_scenario.py::test_the_naive_share_is_too_low",
            "pipelines/sample/test_scenario.py::test_one_minus_kaplan_meier_is_too_high",
            "pipelines/sample/test_scenario.py::test_aalen_johansen_varies_less_than_matured_cohorts",
            f"{MARKET}/test_curve_oracles.py::test_aalen_johansen_and_its_band_are_scikit_survival_s_with_ties",
            f"{MARKET}/test_curve_oracles.py::test_aalen_johansen_is_lifelines_with_late_entry",
            f"{MARKET}/test_curve_oracles.py::test_both_curves_are_exact_with_ties_and_late_entry_and_competing_events",
        ),
    ),
    "c": Held(
        "The Wilson values.",
        "Wilson 1927; statsmodels",
        (
            "dashboards/test_intervals.py::test_wilson_gives_the_published_values",
            "dashboards/test_intervals.py::test_wilson_is_that_of_statsmodels",
        ),
    ),
    "d": Held(
        "The four-fifths cases; 2/8 against 5/10 fails the ratio, is not significant and small; Berkeley.",
        "29 CFR 1607.4 D; Bickel, Hammel and O'Connell 1975; statsmodels and scipy",
        (
            f"{FAIRNESS}/test_groups.py::test_four_fifths_are_counted_in_whole_numbers",
            f"{FAIRNESS}/test_comparison.py"
            "::test_two_eighths_against_five_tenths_fails_the_ratio_is_not_significant_and_small",
            f"{FAIRNESS}/test_significance.py::test_400_of_1000_against_500_of_1000_is_z_minus_4_49",
            f"{FAIRNESS}/test_stratified.py::test_berkeley_pooled_favours_men",
            f"{FAIRNESS}/test_stratified.py::test_berkeley_within_departments_does_not",
        ),
    ),
    "e": Held(
        "Knowledge and career-outcomes rates: not-seeking leaves only the latter's denominator.",
        "NACE, Standards and Protocols for First-Destination Surveys; by hand, in golden/graduates.py",
        (f"{MARKET}/test_metrics.py::test_a_metric_is_what_hand_and_head_say",),
    ),
    "f": Held(
        "HHI of 30/30/20/20 is 2,600.",
        "U.S. Department of Justice, Herfindahl-Hirschman Index",
        (f"{MARKET}/test_concentration.py::test_the_hhi_of_30_30_20_20_is_2600",),
    ),
    "g": Held(
        "A merged candidate stays one person.",
        "by hand",
        (
            f"{MARKET}/test_golden_marketplace.py::test_a_merged_candidate_stays_one_person",
            f"{MARKET}/test_as_of.py::test_candidates_merged_later_are_two_in_the_older_report",
        ),
    ),
    "h": Held(
        "Rows behind a tile: all of them are its denominator, flagged ones its numerator, under every filter "
        "combination.",
        "the count of the rows themselves",
        (
            "dashboards/test_rows.py::test_the_rows_behind_a_number_are_its_denominator_and_the_counted_its_numerator",
            "dashboards/test_rows.py::test_under_every_combination_of_filters_the_rows_are_the_number",
        ),
    ),
    "j": Held(
        "Hired elsewhere leaves the risk set.",
        "by hand",
        (
            f"{MARKET}/test_cumulative_incidence.py::test_hired_elsewhere_leaves_the_risk_set",
            f"{MARKET}/test_golden_marketplace.py::test_hired_elsewhere_first_is_no_hire_of_the_host",
        ),
    ),
    "k": Held(
        "as_of moved back 90 days reproduces the older report (after a `forget`: less the erased persons).",
        "a warehouse that never received the later deliveries",
        (
            f"{MARKET}/test_as_of.py::test_the_report_of_90_days_ago_is_the_one_that_was_made_then",
            f"{MARKET}/test_as_of.py::test_a_row_that_came_late_is_not_in_the_older_report",
            f"{MARKET}/test_as_of.py::test_the_older_report_shows_what_was_corrected_later",
            f"{MARKET}/test_as_of.py::test_the_older_report_shows_what_was_deleted_later",
            "pipelines/test_forget.py::test_the_report_of_90_days_ago_is_the_older_one_less_the_erased_person",
        ),
    ),
    "l": Held(
        "95 % bands cover the planted curve and the planted lift where nothing is unobserved; else the E-value warns. "
        "Planted match pairs: precision and recall.",
        "the planted truth; VanderWeele and Ding 2017",
        (
            f"{MARKET}/test_cumulative_incidence.py"
            "::test_the_band_covers_the_planted_hire_through_in_nearly_95_of_100_tables",
            "dashboards/economics/test_effects.py"
            "::test_the_interval_covers_the_planted_lift_where_nothing_is_unobserved",
            "dashboards/economics/test_effects.py"
            "::test_with_unobserved_ability_the_estimate_overshoots_and_the_e_value_warns",
            f"{MARKET}/test_match_pairs.py::test_every_pair_by_exact_address_is_a_planted_one",
            f"{MARKET}/test_match_pairs.py::test_an_exact_address_finds_most_planted_pairs",
        ),
    ),
}
"""Letter of METRICS.md -> where it is held."""

ELSEWHERE = {
    "i": "Suppression is not undone: issue 5, which shows cells to those who may not see rows.",
}
"""Letters, or parts of one, that another issue holds, and which."""


def test_every_letter_is_held_or_said_to_be_elsewhere() -> None:
    assert sorted({*GOLDEN, *(name.partition(",")[0] for name in ELSEWHERE)}) == list("abcdefghijkl")
    assert all("issue " in reason for reason in ELSEWHERE.values())


@pytest.mark.parametrize("letter", GOLDEN)
def test_a_golden_test_is_there(letter: str) -> None:
    for held in GOLDEN[letter].tests:
        file, name = held.split("::")
        functions = {
            node.name for node in ast.walk(ast.parse((ROOT / file).read_text())) if isinstance(node, ast.FunctionDef)
        }
        assert name in functions, held
