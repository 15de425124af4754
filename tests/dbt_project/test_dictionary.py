"""The dictionary of metrics is whole: each says what it means, names its denominator, and has a case worked by hand."""

import re
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.dbt_project.golden import expectations

MARTS = Path(__file__).resolve().parents[2] / "dbt_project" / "models" / "marts"
SAID = {
    "unit", "analysis_unit", "direction", "owner", "source", "formula", "numerator", "denominator", "clock",
    "window_days", "additive",
}  # fmt: skip
COHORT = {"cohort", "unknown"}
"""What a rate says of its maturity: the metrics of its whole cohort, and the one of those nobody can judge."""

WITHOUT_COHORT = {
    "group_selection_rate": "the cube holds units whose time is over, and no others",
    "group_completion_rate": "the cube holds units whose time is over, and no others",
    "group_offer_through": "the cube holds units whose time is over, and no others",
    "group_hire_through": "the cube holds units whose time is over, and no others",
    "new_school_share_of_selections": "its window looks back, so that nothing is waited for",
    "new_school_share_of_hires": "its window looks back, so that nothing is waited for",
    "selected_hire_rate_365_days": "one side of a comparison, made among those whose year is over",
    "passed_over_hire_rate_365_days": "one side of a comparison, made among those whose year is over",
    "passed_over_chosen_elsewhere_rate": "a note on that comparison, of the same persons",
}
"""Windowed rates of which no share is mature, each with its reason."""

ALWAYS = ("unit", "analysis_unit", "direction", "owner", "source", "clock")
DIRECTIONS = ("higher is better", "lower is better", "neither")
SUMS = ("sum", "sum_boolean", "count")
"""Aggregations whose parts may add up to the total."""

Metric = dict[str, Any]


def metrics() -> dict[str, Metric]:
    found = {}
    for path in sorted(MARTS.glob("*.yml")):
        (entry,) = yaml.safe_load(path.read_text())["models"]
        clock = {"mart": path.stem, "agg_time_dimension": entry.get("agg_time_dimension")}
        found |= {each["name"]: {**clock, **each} for each in entry.get("metrics", [])}
    return found


METRICS = metrics()


def gaps(metric: Metric) -> list[str]:
    """Return what a metric's entry lacks or says wrongly, in words."""
    meta = (metric.get("config") or {}).get("meta") or {}
    found = [f"lacks meta.{name}" for name in sorted(SAID - set(meta))]
    found += [f"has an unknown meta.{name}" for name in sorted(set(meta) - SAID - COHORT)]
    found += [f"says nothing under meta.{name}" for name in ALWAYS if name in meta and not meta[name]]
    if meta.get("direction") not in DIRECTIONS:
        found.append(f"direction is {meta.get('direction')!r}")
    if not isinstance(meta.get("window_days"), int | None):
        found.append("window_days is no number of days")
    return [*found, *gaps_in_words(metric, meta), *gaps_in_addition(metric, meta), *gaps_in_cohort(metric, meta)]


def gaps_in_cohort(metric: Metric, meta: dict[str, Any]) -> list[str]:
    """Return what a rate that waits for its units does not say of those that it waits for."""
    is_rate = metric["type"] == "ratio"
    if not is_rate:
        return [f"is no rate and yet has meta.{name}" for name in sorted(COHORT & set(meta))]
    if not (meta.get("unit") == "share" and meta.get("window_days") and counts(metric["numerator"])):
        return []
    found = [f"lacks meta.{name}" for name in sorted(COHORT - set(meta))]
    if not meta.get("cohort") and metric["name"] not in WITHOUT_COHORT:
        found.append("names no cohort")
    return found


def counts(name: str) -> bool:
    """Tell whether a metric counts, rather than adds up money; one that is not in the dictionary may count."""
    return name not in METRICS or METRICS[name]["config"]["meta"]["unit"] == "count"


def gaps_in_words(metric: Metric, meta: dict[str, Any]) -> list[str]:
    description = " ".join((metric.get("description") or "").split())
    found = [] if metric.get("label") else ["has no label"]
    if not description.endswith(".") or re.search(r"[.!?] [A-Z]", description):
        found.append("description is not one sentence")
    if metric["type"] != "ratio":
        return found if meta.get("formula") else [*found, "has no formula"]
    found += [f"has no {part} in words" for part in ("numerator", "denominator") if not meta.get(part)]
    denominator = re.split(r"[,;(\[]", meta.get("denominator") or "")[0].strip()
    if denominator.lower() not in description.lower():
        found.append(f"description does not name its denominator: {denominator!r}")
    if meta.get("formula") is not None:
        found.append("writes a formula where numerator / denominator says it")
    return found


def gaps_in_addition(metric: Metric, meta: dict[str, Any]) -> list[str]:
    may_add_up = metric["type"] == "simple" and metric.get("agg") in SUMS and "non_additive_dimension" not in metric
    additive = meta.get("additive")
    if not isinstance(additive, bool):
        return ["additive is neither true nor false"]
    return [] if may_add_up or not additive else [f"cannot be additive: {metric['type']}, {metric.get('agg')}"]


@pytest.mark.parametrize("name", METRICS)
def test_a_metric_s_entry_is_whole(name: str) -> None:
    assert gaps(METRICS[name]) == []


def test_no_two_metrics_share_a_label_or_a_description() -> None:
    for word in ("label", "description"):
        times = Counter(metric.get(word) for metric in METRICS.values())
        assert not [text for text, count in times.items() if count > 1], word


def test_every_metric_has_a_case_worked_by_hand() -> None:
    assert sorted(set(METRICS) - {expected.metric for expected in expectations()}) == []


def test_a_case_worked_by_hand_is_of_a_metric() -> None:
    assert sorted({expected.metric for expected in expectations()} - set(METRICS)) == []


def said(word: str) -> list[tuple[str, str]]:
    """Return each rate with each metric that it names as cohort or unknown."""
    metas = {name: metric["config"]["meta"] for name, metric in METRICS.items()}
    named = {name: meta.get(word) or [] for name, meta in metas.items()}
    return [(name, each) for name, found in named.items() for each in ([found] if isinstance(found, str) else found)]


def test_the_cohort_of_a_rate_is_counted_on_its_own_mart_and_by_its_own_clock() -> None:
    for name, each in said("cohort"):
        denominator = METRICS[METRICS[name]["denominator"]]
        for key in ("mart", "agg_time_dimension"):
            assert METRICS[each][key] == denominator[key], f"{name}: {each}"


def test_what_is_unknown_is_counted_on_the_mart_of_its_rate() -> None:
    assert {each for _, each in said("unknown")}
    for name, each in said("unknown"):
        assert METRICS[each]["mart"] == METRICS[METRICS[name]["denominator"]]["mart"], f"{name}: {each}"


def test_every_rate_without_a_cohort_is_one_that_has_none() -> None:
    assert [name for name in WITHOUT_COHORT if METRICS[name]["config"]["meta"].get("cohort")] == []


WHOLE: Metric = {
    "label": "Fill rate",
    "description": "Share of projects posted at least 30 days before as_of with a selection.",
    "type": "ratio",
    "name": "fill_rate",
    "numerator": "projects_filled",
    "config": {
        "meta": {
            "unit": "share",
            "analysis_unit": "project",
            "direction": "higher is better",
            "owner": "platform analytics",
            "source": "Throughline",
            "formula": None,
            "numerator": "projects with a selection",
            "denominator": "projects posted at least 30 days before as_of (mature)",
            "clock": "posted_at",
            "window_days": 30,
            "cohort": ["projects_posted"],
            "unknown": None,
            "additive": False,
        }
    },
}


def test_an_entry_that_is_whole_has_no_gap() -> None:
    assert gaps(WHOLE) == []


@pytest.mark.parametrize(
    ("change", "gap"),
    [
        ({"description": "Share of projects."}, "denominator"),
        ({"description": "Share of projects posted at least 30 days before as_of. It is early."}, "one sentence"),
        ({"label": ""}, "label"),
        ({"type": "simple", "agg": "sum"}, "no formula"),
        ({"meta": {"owner": ""}}, "meta.owner"),
        ({"meta": {"note": "x"}}, "unknown meta.note"),
        ({"meta": {"direction": "up"}}, "direction"),
        ({"meta": {"cohort": None}}, "no cohort"),
        ({"type": "simple", "agg": "sum", "meta": {"formula": "a", "cohort": []}}, "is no rate"),
        ({"meta": {"window_days": "30"}}, "window_days"),
        ({"meta": {"numerator": None}}, "no numerator"),
        ({"meta": {"additive": True}}, "cannot be additive"),
        ({"meta": {"formula": "a / b"}}, "writes a formula"),
    ],
)
def test_a_gap_is_found(change: dict[str, Any], gap: str) -> None:
    meta = {**WHOLE["config"]["meta"], **change.get("meta", {})}
    broken = {**WHOLE, **{name: value for name, value in change.items() if name != "meta"}, "config": {"meta": meta}}
    assert any(gap in found for found in gaps(broken)), gaps(broken)
