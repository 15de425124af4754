"""An employer's projects as a list: searched, sorted, and the rows behind how they ended."""

import polars as pl

from dashboards.database import Query, frame
from dashboards.formats import word_text
from dashboards.rows import Rows, slice_rows
from dashboards.scope import Scope, conditions
from dashboards.slices.projects import REASONS

COLUMNS = ("term_label", "category", "industry", "state")
LISTED = 1000
"""Projects that the table holds at most: a search finds the others."""


def count(scope: Scope) -> int:
    """Return how many projects the slice has."""
    text = f"""
        select count(*) as n from analytics.marts.fct_projects where {conditions(scope, "posted_date", COLUMNS)}
    """
    return int(frame(scope.generation, scope.viewer, Query.of(text, scope.parameters()))["n"][0])


def is_long(scope: Scope) -> bool:
    """Tell whether the slice has more projects than the table lists, so that it takes a search to find one."""
    return count(scope) > LISTED


def table(scope: Scope, search: str = "", asked: str = "") -> pl.DataFrame:
    """Return the projects of the slice, the newest first, at most LISTED, with how they ended in words.

    ``search`` is looked for in title, department and number; the project of the number ``asked`` is listed in any case,
    if it is in the slice.
    """
    text = f"""
        select
            project_id as project,
            title,
            term_label as term,
            category,
            department,
            posted_date as posted,
            zero_reason as state,
            application_count as applications,
            selected_count as selected,
            approved_count as approved,
            cast(fee_usd as double) as fee_usd,
        from analytics.marts.fct_projects
        where
            {conditions(scope, "posted_date", COLUMNS)}
            and (
                contains(lower(concat_ws(' ', title, department, project_id)), lower($search))
                or project_id = $asked
            )
        order by project_id = $asked desc, posted_at desc, project_id
        limit {LISTED}
    """
    bound = scope.parameters() | {"search": search.strip(), "asked": asked}
    found = frame(scope.generation, scope.viewer, Query.of(text, bound)).sort(
        "posted", descending=True, maintain_order=True
    )
    categories = {each: word_text(each) for each in found["category"].drop_nulls().unique()}
    return found.with_columns(pl.col("category").replace(categories), pl.col("state").replace(REASONS))


def names(projects: pl.DataFrame) -> dict[str, str]:
    """Return how each project is called in the search box: title, term and number."""
    return {
        row["project"]: f"{row['title']} · {row['term']} · {row['project']}" for row in projects.iter_rows(named=True)
    }


def project_rows(scope: Scope) -> list[tuple[str, Rows | None]]:
    """Return the rows behind the chart of how projects ended."""
    return [
        (word, slice_rows(scope, "fct_projects", "posted_date", f"zero_reason = '{reason}'", columns=COLUMNS))
        for reason, word in REASONS.items()
    ]
