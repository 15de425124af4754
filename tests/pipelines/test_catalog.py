"""The catalogue of metrics, from a manifest small enough to read."""

from typing import Any

from pipelines.catalog import CATALOG_COLUMNS, metric_catalog

MODELS = [{"name": "projects", "node_relation": {"alias": "fct_projects"}}]
SAID = {"unit": "share", "clock": "posted_at", "window_days": 30, "additive": False}


def simple(name: str) -> dict[str, Any]:
    counted = {"semantic_model": "projects", "agg": "sum"}
    return {"name": name, "type": "simple", "type_params": {"metric_aggregation_params": counted}, "config": None}


def composed(name: str, kind: str, params: dict[str, Any], **meta: Any) -> dict[str, Any]:
    return {"name": name, "type": kind, "type_params": params, "config": {"meta": {**SAID, **meta}}}


def rows(*metrics: dict[str, Any]) -> dict[str, dict[str, Any]]:
    found = metric_catalog({"metrics": list(metrics), "semantic_models": MODELS})
    assert found.columns == list(CATALOG_COLUMNS)
    return {row["name"]: row for row in found.to_dicts()}


def test_a_ratio_s_formula_is_its_numerator_over_its_denominator_in_words() -> None:
    params = {"numerator": {"name": "filled"}, "denominator": {"name": "mature"}}
    words = {"numerator": "projects filled", "denominator": "projects mature"}
    found = rows(simple("filled"), simple("mature"), composed("rate", "ratio", params, **words))["rate"]
    assert found["formula"] == "projects filled / projects mature"
    assert (found["mart"], found["window_days"], found["is_additive"]) == ("fct_projects", 30, False)


def test_a_rate_s_cohort_is_all_of_it_less_those_left_out() -> None:
    params = {"numerator": {"name": "filled"}, "denominator": {"name": "mature"}}
    said = {"cohort": ["posted", "withdrawn"], "unknown": "lost"}
    found = rows(simple("filled"), simple("mature"), composed("rate", "ratio", params, **said))
    assert (found["rate"]["cohort"], found["rate"]["unknown"]) == ("posted - withdrawn", "lost")
    assert (found["mature"]["cohort"], found["mature"]["unknown"]) == (None, None)


def test_any_other_metric_s_formula_is_the_one_that_its_entry_says() -> None:
    params = {"metrics": [{"name": "mature"}]}
    found = rows(simple("mature"), composed("shrunk", "derived", params, formula="sum over n"))
    assert found["shrunk"]["formula"] == "sum over n"
    assert found["shrunk"]["mart"] == "fct_projects"


def test_what_an_entry_does_not_say_is_unknown() -> None:
    found = rows(simple("mature"))["mature"]
    assert {found[name] for name in ("label", "description", "formula", "unit", "owner", "is_additive")} == {None}
