"""Projects as a market: how soon they find applicants, how deep, why they stay empty, who pays."""

import polars as pl

from dashboards.database import Query, frame
from dashboards.metrics import GROUP, values
from dashboards.scope import Scope, conditions
from dashboards.terms import term_key

COLUMNS = ("term_label", "category", "industry", "state")
REASONS = {
    "filled": "Filled",
    "open": "Still open",
    "closed without acceptance": "Closed, nobody accepted",
    "closed without selection": "Closed, nobody selected",
    "closed without applications": "Closed, nobody applied",
}
DEPTHS = ("0", "1-4", "5-9", "10-19", "20-39", "40+")
LARGEST = 10
FILLS = ("fill_rate_14_days", "fill_rate_30_days", "fill_rate_60_days")


def first_application_query(scope: Scope) -> Query:
    """Return the incidence of the first application after posting; closing without one competes, as_of censors.

    Over the whole platform it is the published ``agg_first_application_curve``; a slice is drawn by the same macro.
    """
    if scope.host_id is None and scope.since() is None and not any(scope.dimensions()):
        return Query("""
            select
                day,
                at_risk_count,
                first_application_incidence as with_application,
                closed_incidence as closed_without,
            from analytics.marts.agg_first_application_curve
            where scope_id = 'platform'
            order by day
        """)
    sliced = f"""
        select
            0 as entry_days,
            first_application_exit_days as exit_days,
            first_application_event_code as event_code,
            'all' as group_key,
        from analytics.marts.fct_projects
        where {conditions(scope, "posted_date", COLUMNS)}
    """
    text = """
        select
            day,
            at_risk_count,
            host_incidence as with_application,
            elsewhere_incidence as closed_without,
        from analytics.marts.cumulative_incidence('slice')
        order by day
    """
    return Query.of(text, scope.parameters(), sliced)


def first_application(scope: Scope) -> pl.DataFrame:
    """Return day (1 = the first 24 hours), share of projects with an application by then, share closed without one."""
    found = frame(scope.generation, scope.viewer, first_application_query(scope))
    return found.with_columns(pl.col("day", "at_risk_count").cast(pl.Int64))


def fill_by_term(scope: Scope) -> pl.DataFrame:
    """Return per term of posting: projects, the three fill rates, the share whose 60 days are over."""
    names = ["projects_posted", "projects_mature_60_days", *FILLS]
    found = values(scope, names, by="term_label").drop_nulls(GROUP)
    ranked = sorted(found.iter_rows(named=True), key=lambda row: term_key(row[GROUP]))
    return pl.DataFrame(ranked, schema=found.schema).select(
        pl.col(GROUP).alias("term"),
        pl.col("projects_posted").cast(pl.Int64).alias("projects"),
        *FILLS,
        (pl.col("projects_mature_60_days") / pl.col("projects_posted")).fill_nan(None).alias("mature_share"),
    )


def median_day(incidence: pl.DataFrame) -> float | None:
    """Return the first day by which half of all projects had an application, or None if that never happens."""
    reached = incidence.filter(pl.col("with_application") >= 0.5)
    return None if reached.is_empty() else float(reached["day"][0])


def depth(scope: Scope) -> pl.DataFrame:
    """Return projects counted by how many applications they drew: bucket, projects, share."""
    text = f"""
        select
            case
                when application_count = 0 then 0
                when application_count < 5 then 1
                when application_count < 10 then 2
                when application_count < 20 then 3
                when application_count < 40 then 4
                else 5
            end as place,
            count(*) as projects,
        from analytics.marts.fct_projects
        where {conditions(scope, "posted_date", COLUMNS)}
        group by place
    """
    found = frame(scope.generation, scope.viewer, Query.of(text, scope.parameters()))
    named = pl.DataFrame({"place": range(len(DEPTHS)), "applications": DEPTHS}, schema_overrides={"place": pl.Int32})
    joined = named.join(found.with_columns(pl.col("place").cast(pl.Int32)), on="place", how="left").sort("place")
    counted = joined.select("applications", pl.col("projects").fill_null(0))
    return counted.with_columns((pl.col("projects") / pl.col("projects").sum()).fill_nan(None).alias("share"))


def ends(scope: Scope) -> pl.DataFrame:
    """Return projects per term and end: term, reason (in words), projects, share of the term's projects."""
    text = f"""
        select term_label as term, zero_reason as reason, count(*) as projects
        from analytics.marts.fct_projects
        where {conditions(scope, "posted_date", COLUMNS)}
        group by all
    """
    found = frame(scope.generation, scope.viewer, Query.of(text, scope.parameters()))
    worded = found.with_columns(
        pl.col("reason").replace(REASONS),
        (pl.col("projects") / pl.col("projects").sum().over("term")).alias("share"),
    )
    order = list(REASONS.values())
    ranked = sorted(worded.iter_rows(named=True), key=lambda row: (term_key(row["term"]), order.index(row["reason"])))
    return pl.DataFrame(ranked, schema=worded.schema)


def money_by_month(scope: Scope) -> pl.DataFrame:
    """Return booked and recognised value of the months that are over."""
    found = values(scope, ["gmv_booked", "gmv_recognised"], by="month").drop_nulls(GROUP)
    return found.filter(pl.col(GROUP) < scope.generation.as_of.date().replace(day=1)).rename({GROUP: "month"})


def concentration(scope: Scope) -> pl.DataFrame:
    """Return hosts by booked value, the largest first: rank, host_name, gmv_usd, share, cumulative_share."""
    text = f"""
        with by_host as (
            select host_id, cast(sum(fee_usd) as double) as gmv_usd
            from analytics.marts.fct_engagements
            where {conditions(scope, "accepted_date", COLUMNS)}
            group by host_id
        ),

        named as (
            select by_host.host_id, employers.name as host_name, by_host.gmv_usd
            from by_host
            left join analytics.marts.dim_employers as employers on by_host.host_id = employers.employer_id
        )

        select
            row_number() over (order by gmv_usd desc, host_id) as rank,
            host_name,
            gmv_usd,
            gmv_usd / sum(gmv_usd) over () as share,
            sum(gmv_usd) over (order by gmv_usd desc, host_id) / sum(gmv_usd) over () as cumulative_share,
        from named
        order by rank
    """
    return frame(scope.generation, scope.viewer, Query.of(text, scope.parameters()))


def top_share(concentrated: pl.DataFrame, largest: int = LARGEST) -> float | None:
    """Return the share of the largest hosts, or None when nothing was booked."""
    return None if concentrated.is_empty() else float(concentrated.head(largest)["share"].sum())


def herfindahl(shares: pl.Series) -> float | None:
    """Return the Herfindahl-Hirschman index: the sum of squared percentage shares; 30/30/20/20 gives 2,600."""
    return None if shares.is_empty() else float(((shares * 100) ** 2).sum())
