"""The rows behind a number: all of them are its denominator, the counted ones its numerator."""

from dataclasses import dataclass

import polars as pl

from dashboards.database import Generation, Query, frame, run
from dashboards.definitions import TERM, Catalogue, Definition, Model, catalogue
from dashboards.scope import DIMENSIONS, SENSITIVE, Scope, conditions

COUNTED = "is_counted"

COLUMNS: dict[str, tuple[str, ...]] = {
    "fct_applications": (
        "application_id",
        "project_id",
        "person_key",
        "category",
        "major_family",
        "applied_at",
        "furthest_stage",
        "current_state",
        "shortlisted_at",
        "selected_at",
        "started_at",
        "submitted_at",
        "approved_at",
    ),
    "fct_projects": (
        "project_id",
        "employer_id",
        "title",
        "category",
        "posted_at",
        "closed_at",
        "application_count",
        "first_application_at",
        "first_accepted_at",
        "fee_usd",
    ),
    "fct_engagements": (
        "engagement_id",
        "project_id",
        "employer_id",
        "person_key",
        "category",
        "accepted_at",
        "started_at",
        "due_at",
        "submitted_at",
        "approved_at",
        "fee_usd",
    ),
    "fct_person_host_outcomes": (
        "person_key",
        "employer_id",
        "category",
        "first_selected_at",
        "first_completed_at",
        "completion_count",
        "host_hired_date",
    ),
}
"""Mart -> the columns that may be opened: no school facts, no protected attributes, no hire elsewhere."""


@dataclass(frozen=True)
class Rows:
    """Where the rows behind a number are found."""

    generation: Generation
    viewer: str
    query: Query
    is_rate: bool

    def first(self, limit: int) -> pl.DataFrame:
        """Return the first rows, the counted ones on top."""
        limited = f"select * from ({self.query.text}) as behind limit {int(limit)}"
        return frame(self.generation, self.viewer, Query(limited, self.query.parameters))

    def all(self) -> pl.DataFrame:
        """Return every row, for a download; not cached."""
        return run(self.generation, self.query)

    def counts(self) -> tuple[int, int]:
        """Return how many rows there are, and how many of them are counted."""
        text = f"select count(*) as n, count(*) filter (where {COUNTED}) as k from ({self.query.text}) as behind"
        found = frame(self.generation, self.viewer, Query(text, self.query.parameters))
        return int(found["n"][0]), int(found["k"][0])


def rows_behind(scope: Scope, name: str) -> Rows | None:
    """Return the rows behind a metric, or None where they may not be opened or one mart does not hold them."""
    known = catalogue(scope.generation)
    definition = known.metric(name)
    model = known.models.get(definition.model)
    if model is None or model.mart not in COLUMNS or any(scope.filters.values(each) for each in SENSITIVE):
        return None
    whole = _flag(known, definition.denominator or name, model)
    counted = _flag(known, definition.numerator or name, model)
    if whole is None or counted is None:
        return None
    date_column = _date_column(known, definition, model)
    term = (known.dimension_of(name, TERM) or TERM).rpartition("__")[2]
    text = f"""
        select {counted} as {COUNTED}, {", ".join(COLUMNS[model.mart])}
        from analytics.marts.{model.mart}
        where {conditions(scope, date_column, _filterable(known, model), term)} and {whole}
        order by {COUNTED} desc, {date_column} desc, {COLUMNS[model.mart][0]}
    """
    return Rows(scope.generation, scope.viewer, Query.of(text, scope.parameters()), definition.is_rate)


def _flag(known: Catalogue, name: str, model: Model) -> str | None:
    """Return the condition under which a row of the mart adds to a simple metric."""
    definition = known.metrics.get(name)
    if definition is None or definition.model != model.name or definition.expression is None:
        return None
    if definition.aggregation in ("count", "count_distinct"):
        return f"({definition.expression}) is not null"
    if definition.aggregation in ("sum", "sum_boolean"):
        return f"coalesce(cast({definition.expression} as double), 0) <> 0"
    return None


def _date_column(known: Catalogue, definition: Definition, model: Model) -> str:
    counted = known.metrics.get(definition.denominator or definition.name, definition)
    return counted.clock_column or model.date_column or COLUMNS[model.mart][0]


def _filterable(known: Catalogue, model: Model) -> tuple[str, ...]:
    """Name the filters that the metric itself obeys, so that the rows obey the same."""
    return tuple(each for each in DIMENSIONS if known.dimension(model, each) is not None)
