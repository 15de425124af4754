"""Applications by the furthest stage that they reached, what became of them, and how long each step took."""

import polars as pl

from dashboards.database import Query, frame
from dashboards.rows import Rows, slice_rows
from dashboards.scope import Scope, conditions

COLUMNS = ("term_label", "category", "school_type", "major_family", "industry")
STAGES = ("Applied", "Shortlisted", "Selected", "Started", "Submitted", "Approved")
AFTER = ("Completed", "Offered", "Accepted", "Hired", "Retained 1 year")
STEPS = {
    "days_to_shortlist": "Applied to shortlisted",
    "days_to_select": "Shortlisted to selected",
    "days_to_start": "Selected to started",
    "days_to_submit": "Started to submitted",
    "days_to_approve": "Submitted to approved",
}
TAKEN = {"days_to_select": "shortlisted_at is not null"}
"""Step -> who took it, where its column also counts others: a quarter are selected from applying, without a list."""

ENDS = {
    "rejected": "Not selected",
    "withdrawn": "Withdrew",
    "expired": "Never decided",
    "selected": "Did not finish",
    "open": "Never decided",
}
"""Last state of an application that is no longer open and moved no further -> how the flow ends."""


def outcomes(scope: Scope) -> pl.DataFrame:
    """Return applications counted by furthest stage (rank 1 to 6), current state and whether still open."""
    text = f"""
        select
            furthest_stage_rank,
            current_state,
            cast(is_open as boolean) as is_open,
            count(*) as application_count,
        from analytics.marts.fct_applications
        where {conditions(scope, "applied_date", COLUMNS)}
        group by all
        order by all
    """
    return frame(scope.generation, scope.viewer, Query.of(text, scope.parameters()))


def funnel(scope: Scope) -> pl.DataFrame:
    """Return per stage: reached = moved_on + still_open + ended; nothing follows the last stage."""
    counted = outcomes(scope).rename({"furthest_stage_rank": "rank", "application_count": "count"})
    return staircase(counted, STAGES)


def after_completion(scope: Scope) -> pl.DataFrame:
    """Return per stage after the first completion: persons x host that reached it, moved on, are still watched, ended.

    The pairs are those behind the approved applications of the slice, less the ineligible. "Still open" at offered
    and before means that the pair's 365 days are not over; at hired, that the first year of work is not.
    """
    text = f"select rank, is_open, count(*) as count from ({completed_pairs(scope)}) as pairs group by all order by all"
    return staircase(frame(scope.generation, scope.viewer, Query.of(text, scope.parameters())), AFTER)


def completed_pairs(scope: Scope) -> str:
    """Return the statement of those pairs: rank (1 to 5), is_open, and one approved application of the slice."""
    return f"""
        select
            case
                when outcomes.is_retained_1_year = 1 then 5
                when outcomes.is_hired = 1 then 4
                when outcomes.is_offer_accepted = 1 then 3
                when outcomes.is_offered = 1 then 2
                else 1
            end as rank,
            case
                when outcomes.is_hired = 1 then outcomes.is_retained_1_year is null
                else outcomes.is_mature_365_days = 0
            end as is_open,
            pairs.application_id,
        from (
            select person_host_key, min(application_id) as application_id
            from analytics.marts.fct_applications
            where approved_at is not null and {conditions(scope, "applied_date", COLUMNS)}
            group by person_host_key
        ) as pairs
        inner join analytics.marts.fct_person_host_outcomes as outcomes using (person_host_key)
        where outcomes.is_eligible = 1
    """


def staircase(counted: pl.DataFrame, stages: tuple[str, ...]) -> pl.DataFrame:
    """Turn counts by furthest rank and openness into one row per stage; ranks count from 1."""
    rows = []
    for rank, stage in enumerate(stages, start=1):
        here = counted.filter(pl.col("rank") == rank)
        still_open = int(here.filter(pl.col("is_open"))["count"].sum())
        moved_on = int(counted.filter(pl.col("rank") > rank)["count"].sum())
        stopped = int(here["count"].sum()) - still_open
        is_last = rank == len(stages)
        rows.append(
            {
                "stage": stage,
                "reached": moved_on + still_open + stopped,
                "moved_on": None if is_last else moved_on,
                "still_open": None if is_last else still_open,
                "ended": None if is_last else stopped,
            }
        )
    return pl.DataFrame(rows).with_columns(
        (pl.col("moved_on") / pl.when(pl.col("reached") > 0).then(pl.col("reached"))).alias("moved_on_share"),
        (pl.col("reached") / pl.col("reached").first()).fill_nan(None).alias("reached_share"),
    )


def flows(scope: Scope) -> pl.DataFrame:
    """Return the flows of the Sankey, from stage to stage and out of it: source, target, count."""
    counted = outcomes(scope)
    rows = []
    for rank, stage in enumerate(STAGES[:-1], start=1):
        onward = int(counted.filter(pl.col("furthest_stage_rank") > rank)["application_count"].sum())
        rows.append({"source": stage, "target": STAGES[rank], "count": onward})
        for row in counted.filter(pl.col("furthest_stage_rank") == rank).iter_rows(named=True):
            end = "Still open" if row["is_open"] else ENDS["selected" if rank >= 3 else row["current_state"]]
            rows.append({"source": stage, "target": end, "count": row["application_count"]})
    schema = {"source": pl.String, "target": pl.String, "count": pl.Int64}
    summed = (
        pl.DataFrame(rows, schema=schema).group_by("source", "target", maintain_order=True).agg(pl.col("count").sum())
    )
    return summed.filter(pl.col("count") > 0)


def stage_times(scope: Scope) -> pl.DataFrame:
    """Return per step: n, and the quartiles and the 90th percentile of the days it took those who took it."""
    parts = [
        f"""
        select
            {place} as place,
            '{name}' as step,
            count({column}) as n,
            cast(quantile_cont({column}, 0.25) as double) as lower_quartile,
            cast(quantile_cont({column}, 0.5) as double) as median,
            cast(quantile_cont({column}, 0.75) as double) as upper_quartile,
            cast(quantile_cont({column}, 0.9) as double) as ninth_decile,
        from slice
        """
        for place, (column, name) in enumerate(STEPS.items())
    ]
    sliced = f"""
        select {", ".join(f"case when {TAKEN.get(each, 'true')} then {each} end as {each}" for each in STEPS)}
        from analytics.marts.fct_applications
        where {conditions(scope, "applied_date", COLUMNS)}
    """
    query = Query.of(" union all ".join(parts) + " order by place", scope.parameters(), sliced)
    return frame(scope.generation, scope.viewer, query).drop("place")


def stage_rows(scope: Scope) -> list[tuple[str, Rows | None]]:
    """Return the rows behind each stage of the funnel: all applications that reached it."""
    return [
        (f"Reached {stage.lower()}", _rows(scope, f"furthest_stage_rank >= {rank}"))
        for rank, stage in enumerate(STAGES, start=1)
    ]


def exit_rows(scope: Scope) -> list[tuple[str, Rows | None]]:
    """Return the rows behind each way out of the flow."""
    found = [("Still open", _rows(scope, "is_open = 1 and furthest_stage_rank < 6"))]
    states: dict[str, list[str]] = {}
    for state, end in ENDS.items():
        states.setdefault(end, []).append(state)
    for end, among in states.items():
        words = ", ".join(f"'{state}'" for state in among)
        ended = "furthest_stage_rank between 3 and 5" if "selected" in among else "furthest_stage_rank < 3"
        kept = "true" if "selected" in among else f"current_state in ({words})"
        found.append((end, _rows(scope, f"is_open = 0 and {ended} and {kept}")))
    return found


def step_rows(scope: Scope) -> list[tuple[str, Rows | None]]:
    """Return the rows behind each step: those who took it."""
    return [
        (name, _rows(scope, f"{column} is not null and {TAKEN.get(column, 'true')}")) for column, name in STEPS.items()
    ]


def completed_rows(scope: Scope) -> list[tuple[str, Rows | None]]:
    """Return the rows behind each stage after completion: one approved application of the slice per person and host."""
    pairs = f"select application_id from ({completed_pairs(scope)})"
    return [
        (stage, _rows(scope, f"application_id in ({pairs} where rank >= {rank})"))
        for rank, stage in enumerate(AFTER, start=1)
    ]


def _rows(scope: Scope, condition: str) -> Rows | None:
    return slice_rows(scope, "fct_applications", "applied_date", condition, columns=COLUMNS)
