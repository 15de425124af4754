"""The tiles of one project: counts and figures of its own, with the statements and the rows behind them."""

from collections.abc import Mapping
from functools import partial
from typing import Any

import polars as pl

from dashboards.formats import count_text
from dashboards.readings import Explanation, Reading
from dashboards.rows import Rows
from dashboards.scope import Filters, Scope
from dashboards.slices import project_pages

HIRED, WAITING = "Hired", "Still in the first year"


def readings(
    scope: Scope, found: Mapping[str, Any], work: pl.DataFrame, spent: pl.DataFrame, people: pl.DataFrame
) -> list[Reading]:
    """Return the tiles of a project from its row, its engagements, its costs and its completers."""
    rows = partial(project_pages.rows_of, scope, found["project_id"])
    tile = partial(_tile, scope, found["project_id"])
    chosen = f"{found['selected_count']:,} selected for {count_text(found['slots'], 'slot')}"
    done = rows("fct_engagements", "is_approved = 1")
    ratings = work.filter(pl.col("approved_at").is_not_null())["employer_rating"].drop_nulls()
    rating = float(ratings.sum()) / ratings.len() if ratings.len() else None
    own = spent.filter(pl.col("is_own"))["amount_usd"]
    cost = float(own.sum()) if own.len() else None
    hired = people.filter(pl.col("came_of_it") == HIRED).height if people.height else None
    waiting = people.filter(pl.col("came_of_it") == WAITING).height
    watched = f"of {count_text(people.height, 'completer')}, {waiting:,} still in the first year"
    fees = "fees and its share of reported hours"
    return [
        tile("applications", "Applications", "count", found["application_count"], chosen, rows("fct_applications")),
        tile("fill", "Until the first acceptance", "days", found["days_to_fill"], "from posting"),
        tile(
            "completed", "Completed", "count", found["approved_count"], f"of {found['accepted_count']:,} accepted", done
        ),
        tile("rating", "Our rating, mean", "score", rating, f"of {count_text(ratings.len(), 'rating')}, 1 to 5", done),
        tile("cost", "Cost to us so far", "USD", cost, fees, rows("fct_engagements")),
        tile("hired", "Hired by us so far", "count", hired, watched),
    ]


def _tile(
    scope: Scope,
    number: str,
    name: str,
    label: str,
    unit: str,
    value: float | None,
    note: str,
    behind: Rows | None = None,
) -> Reading:
    return Reading(
        name=f"project_{name}",
        label=label,
        unit=unit,
        value=value,
        explanation=Explanation(f"{label}, of this project alone.", "counted on the project's rows", "", "", ""),
        receipt=behind.query if behind else project_pages.project_query(scope, number),
        filters=Filters(),
        rows=behind,
        notes=(note,),
    )
