"""The clock that a metric declares is the date by which MetricFlow cuts it into periods, and its parts share it."""

import pytest
import yaml

from tests.dbt_project.test_dictionary import MARTS, METRICS, Metric

MAIN_CLOCK = {
    path.stem: yaml.safe_load(path.read_text())["models"][0].get("agg_time_dimension") for path in MARTS.glob("*.yml")
}
"""Mart -> the date that cuts its metrics unless they say another."""

WORDS = {
    "as_of": "as_of_date",
    "class_year": "class_ended_date",
    "first application": "first_applied_date",
    "first completion": "first_completed_date",
    "first posting": "first_posted_date",
    "month": "month_start_date",
    "readiness": "readiness_date",
    "term": "term_start_date",
}
"""Clocks that are not named after a moment -> the column of their date."""

COARSER = {
    ("agg_programme_months", "accepted_at"): ("month_start_date", "its rows are the months of acceptance"),
    ("agg_selection_cube", "applied_at"): ("term_start_date", "the cube shows terms, not days"),
    ("agg_selection_cube", "due_at"): ("term_start_date", "the cube shows terms, not days"),
    ("agg_selection_cube", "first_completed_at"): ("term_start_date", "the cube shows terms, not days"),
}
"""Mart and clock -> the period that stands for the clock's day, and why."""

SIMPLE = [name for name, metric in METRICS.items() if metric["type"] == "simple"]
COMPOSED = [name for name, metric in METRICS.items() if metric["type"] != "simple"]


def clock_of(metric: Metric) -> str:
    return str(metric["config"]["meta"]["clock"])


def date_of(mart: str, clock: str) -> str:
    """Return the column that must cut a metric of a mart with this clock."""
    if (mart, clock) in COARSER:
        return COARSER[mart, clock][0]
    return WORDS.get(clock, f"{clock.removesuffix('_at')}_date" if clock.endswith("_at") else clock)


@pytest.mark.parametrize("name", SIMPLE)
def test_a_metric_is_cut_by_the_clock_that_it_declares(name: str) -> None:
    metric = METRICS[name]
    cut = metric.get("agg_time_dimension") or MAIN_CLOCK[metric["mart"]]
    assert cut == date_of(metric["mart"], clock_of(metric))


@pytest.mark.parametrize("name", COMPOSED)
def test_a_metric_of_metrics_has_the_clock_of_its_parts(name: str) -> None:
    metric = METRICS[name]
    parts = [metric[part] for part in ("numerator", "denominator") if part in metric]
    parts += [each["name"] for each in metric.get("input_metrics", [])]
    assert parts
    assert {clock_of(METRICS[part]) for part in parts} == {clock_of(metric)}


def test_no_reason_and_no_word_is_left_over() -> None:
    found = {(metric["mart"], clock_of(metric)) for metric in METRICS.values()}
    assert set(COARSER) <= found
    assert set(WORDS) <= {clock for _, clock in found}
