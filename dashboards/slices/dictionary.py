"""The metric dictionary: what a metric's own entry says, what it can be split by, the statement that it becomes."""

from collections.abc import Mapping
from typing import Any

import polars as pl

from dashboards.database import Generation
from dashboards.definitions import catalogue
from dashboards.formats import count_text
from dashboards.metrics import query
from dashboards.reach import TIME, is_near, reachable
from dashboards.scope import Scope
from dashboards.slices.catalogue import holding, metrics

LISTED = ("label", "name", "unit", "mart", "analysis_unit", "owner")
FACETS = {"mart": "Table", "unit": "Unit", "analysis_unit": "Unit of analysis", "owner": "Owner"}
"""Column of the dictionary -> label of its filter."""

FACTS = {
    "formula": "Formula",
    "numerator": "Numerator",
    "denominator": "Denominator",
    "analysis_unit": "Unit of analysis",
    "clock": "Clock",
    "window_days": "Window",
    "cohort": "Whole cohort",
    "unknown": "Unknown outcomes",
    "unit": "Unit",
    "direction": "Direction",
    "is_additive": "Additive",
    "owner": "Owner",
    "source": "Source",
    "mart": "Counted on",
}
"""Column of the dictionary -> its name on a metric's page, in the order of reading."""

WORDS: dict[object, str] = {
    True: "Yes: parts of a split add up to the total",
    False: "No: parts of a split do not add up",
}


def entries(generation: Generation, words: str, facets: Mapping[str, str | None]) -> pl.DataFrame:
    """Return the metrics that hold all of the words and have the chosen values."""
    found = holding(metrics(generation), words)
    for column, value in facets.items():
        found = found if value is None else found.filter(pl.col(column) == value)
    return found


def choices(generation: Generation, column: str) -> list[str]:
    """Return the values of a column of the dictionary, in order."""
    return metrics(generation)[column].drop_nulls().unique().sort().to_list()


def entry(generation: Generation, name: str) -> dict[str, Any]:
    """Return one metric's row of the dictionary; raises UnknownMetricError."""
    catalogue(generation).metric(name)
    return metrics(generation).row(by_predicate=pl.col("name") == name, named=True)


def facts(row: Mapping[str, Any]) -> dict[str, str]:
    """Return what an entry says, fact by fact; what it does not say is left out."""
    return {label: _written(column, row[column]) for column, label in FACTS.items() if row.get(column) is not None}


def _written(column: str, value: object) -> str:
    if column == "window_days":
        return count_text(float(str(value)), "day")
    return WORDS.get(value, str(value)) if isinstance(value, bool) else str(value)


def parts(generation: Generation, name: str) -> dict[str, str]:
    """Return the metrics that a metric is made of or judged with: name -> label."""
    known = catalogue(generation)
    metric = known.metric(name)
    named = dict.fromkeys([metric.numerator, metric.denominator, *metric.cohort, metric.unknown])
    return {each: known.metric(each).label for each in named if each is not None and each in known.metrics}


def splits(generation: Generation, name: str) -> pl.DataFrame:
    """Return dimension and description of what a metric can be split by: its mart's and its neighbours' columns."""
    near = [each for each in reachable(generation, [name]) if is_near(each) and each.name != TIME]
    rows = [(each.name, each.grain or "", each.description) for each in near]
    schema = {"dimension": pl.String, "finest_period": pl.String, "description": pl.String}
    return pl.DataFrame(rows, schema=schema, orient="row")


def statement(scope: Scope, name: str) -> str:
    """Return the SQL that a metric becomes, for this viewer and without filters."""
    return query(scope, [name]).text
