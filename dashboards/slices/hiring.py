"""Hires and offers by the date on which they happen, and persons who start anywhere: the activity beside the cohort."""

from dataclasses import replace
from datetime import date

import polars as pl

from dashboards.database import Query, Value, frame
from dashboards.rows import Rows, slice_rows
from dashboards.scope import Scope, conditions
from dashboards.slices.outcomes import LEAST_AT_RISK, is_whole
from dashboards.slices.retention import WAYS

HIRE_COLUMNS = ("term_label", "industry", "state")
PERSON_COLUMNS = ("term_label", "school_type", "major_family")
QUARTILES = ("lower_quartile", "median", "upper_quartile")
ANSWERS = {"accepted": "Accepted", "declined": "Declined or withdrawn", "open": "No answer yet"}
"""What became of an offer, as the slice says it -> in words."""

STORED_ANYWHERE = """
    select day, at_risk_count, hired_incidence, hired_lower, hired_upper
    from analytics.marts.agg_any_employer_curve
    where scope_id = 'platform'
    order by day
"""
ANYWHERE = """
    select day, at_risk_count, host_incidence as hired_incidence, host_lower as hired_lower, host_upper as hired_upper
    from analytics.marts.cumulative_incidence('slice')
    order by day
"""


def hires_by_month(scope: Scope) -> pl.DataFrame:
    """Return new hires by the month of the start and how they came: month, came_by, hires; months that are over."""
    text = f"""
        select start_month as month, came_by, count(*) as hires
        from analytics.marts.fct_hires
        where is_new_hire = 1 and host_id is not null and start_month < $this_month
            and {conditions(scope, "start_date", HIRE_COLUMNS)}
        group by start_month, came_by
    """
    found = frame(scope.generation, scope.viewer, Query.of(text, scope.parameters() | _this_month(scope)))
    return _every_month(found, "came_by", WAYS, "hires")


def offers_by_month(scope: Scope) -> pl.DataFrame:
    """Return offers by the month of sending and what became of them: month, answer, offers; months that are over."""
    text = f"""
        select cast(date_trunc('month', sent_date) as date) as month,
            case when is_resolved = 0 then 'open' when is_accepted = 1 then 'accepted' else 'declined' end as answer,
            count(*) as offers
        from analytics.marts.fct_offers
        where sent_date < $this_month and {conditions(scope, "sent_date", HIRE_COLUMNS)}
        group by all
    """
    found = frame(scope.generation, scope.viewer, Query.of(text, scope.parameters() | _this_month(scope)))
    return _every_month(found, "answer", ANSWERS, "offers")


def _every_month(found: pl.DataFrame, column: str, kinds: dict[str, str], counted: str) -> pl.DataFrame:
    """Return a row per month from the first to the last and kind, 0 where nothing happened."""
    if found.is_empty():
        return found
    months = found.select(pl.date_range(pl.col("month").min(), pl.col("month").max(), "1mo"))
    grid = months.join(pl.DataFrame({column: list(kinds)}), how="cross")
    return grid.join(found, on=["month", column], how="left", maintain_order="left").with_columns(
        pl.col(counted).fill_null(0).cast(pl.Int64)
    )


def days_to_hire(scope: Scope) -> pl.DataFrame:
    """Return per quarter of sending the days from application to hire: quarter, n, quartiles and median.

    Quarters that are over; below ten hires only their number is said.
    """
    kept = f"case when n >= {LEAST_AT_RISK} then quartiles"
    text = f"""
        with taken as (
            select cast(date_trunc('quarter', sent_date) as date) as quarter,
                cast(days_to_hire as double) as days
            from analytics.marts.fct_offers
            where days_to_hire is not null and sent_date < $this_quarter
                and {conditions(scope, "sent_date", HIRE_COLUMNS)}
        ),
        counted as (
            select quarter, count(*) as n, quantile_cont(days, [0.25, 0.5, 0.75]) as quartiles
            from taken
            group by quarter
        )
        select quarter, n, {", ".join(f"{kept}[{place}] end as {name}" for place, name in enumerate(QUARTILES, 1))}
        from counted
        order by quarter
    """
    as_of = scope.generation.as_of
    bound: dict[str, Value] = {"this_quarter": date(as_of.year, as_of.month - (as_of.month - 1) % 3, 1)}
    return frame(scope.generation, scope.viewer, Query.of(text, scope.parameters() | bound))


def _this_month(scope: Scope) -> dict[str, Value]:
    return {"this_month": scope.generation.as_of.date().replace(day=1)}


def hire_rows(scope: Scope) -> list[tuple[str, Rows | None]]:
    """Return the new hires of months that are over, by how they came."""
    first = scope.generation.as_of.date().replace(day=1)
    return [
        (words, slice_rows(scope, "fct_hires", "start_date", condition, columns=HIRE_COLUMNS))
        for way, words in WAYS.items()
        for condition in [
            f"is_new_hire = 1 and host_id is not null and came_by = '{way}' and start_month < date '{first}'"
        ]
    ]


def offer_rows(scope: Scope) -> list[tuple[str, Rows | None]]:
    """Return the offers of months that are over; counted are those accepted."""
    first = scope.generation.as_of.date().replace(day=1)
    condition = f"sent_date < date '{first}'"
    rows = slice_rows(
        scope, "fct_offers", "sent_date", condition, "is_accepted = 1", columns=HIRE_COLUMNS, is_rate=True
    )
    return [("Offers, accepted counted", rows)]


def anywhere(scope: Scope) -> pl.DataFrame:
    """Return the curve of persons who start full-time at any employer: day, at_risk_count, incidence with band.

    From day 0 on, while at least ten are at risk. Only period, term and major apply: a person is no employer's.
    """
    rows = frame(scope.generation, scope.viewer, anywhere_query(scope))
    kept = rows.filter(pl.col("at_risk_count") >= LEAST_AT_RISK).with_columns(
        pl.col("day", "at_risk_count").cast(pl.Int64)
    )
    if kept.is_empty():
        return kept
    start = {"day": 0, "at_risk_count": kept["at_risk_count"].max(), "hired_incidence": 0.0}
    return pl.concat([pl.DataFrame([start]), kept.filter(pl.col("day") > 0)], how="diagonal")


def anywhere_query(scope: Scope) -> Query:
    """Return the statement of that curve: of the mart where no filter of persons is set, else of the macro."""
    persons = replace(scope, filters=scope.filters.kept(("period", *PERSON_COLUMNS)))
    if is_whole(persons):
        return Query.of(STORED_ANYWHERE)
    slice_text = f"""
        select entry_days, exit_days, event_code, 'all' as group_key
        from analytics.marts.fct_person_outcomes
        where is_at_risk = 1 and {conditions(persons, "first_completed_date", PERSON_COLUMNS)}
    """
    return Query.of(ANYWHERE, persons.parameters(), slice_text)
