"""The talent pool: who completed work with the host, agrees to be contacted, and was not hired by it yet.

Ratings are the host's own, of approved work in the slice. A mean of few ratings is drawn towards the mean of all of the
host's ratings by as much as few can mislead: the estimators are those of int_ratings_pooled (Buehlmann and Straub),
with people instead of employers as the groups, since it is people who are ranked here.

Where somebody works by now is not asked: a start elsewhere is not for an employer to see, person by person.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

import polars as pl

from dashboards.database import Parameters, Query, frame
from dashboards.formats import word_text
from dashboards.rows import Rows, slice_rows
from dashboards.scope import Filters, Scope, conditions
from dashboards.terms import term_key

COLUMNS = ("term_label", "category", "major_family")
GOOD_RATING = 4
WHO = {
    "all": "true",
    "rated": f"rating >= {GOOD_RATING}",
    "wanted": "would_hire > 0 and would_hire = would_hire_answers",
    "graduating": "is_graduating",
}
"""Part of the pool -> its condition over ``pool_query``."""

BANDS = {"good": f"Rated {GOOD_RATING} or better", "lower": f"Rated below {GOOD_RATING}", "none": "Not rated"}
RECENCY = ("0-6", "6-12", "12-24", "24+")
GRADUATED, UNKNOWN = "Graduated", "Not known"


@dataclass(frozen=True)
class Prior:
    """What few ratings are drawn towards, and how many ratings that is worth.

    ``weight`` is infinite where people differ by no more than chance, and None where nobody was rated twice.
    """

    mean: float
    weight: float | None

    def drawn(self) -> pl.Expr:
        """Return the mean of ``ratings`` ratings that sum to ``rating_sum``, drawn towards the prior; null of none."""
        if self.weight is None:
            return pl.lit(None, pl.Float64)
        if self.weight == float("inf"):
            drawn = pl.lit(self.mean)
        else:
            drawn = (pl.col("rating_sum") + self.weight * self.mean) / (pl.col("ratings") + self.weight)
        return pl.when(pl.col("ratings") > 0).then(drawn)


def pool_query(scope: Scope, who: str = "all") -> Query:
    """Return the statement of the pool, or of a part of it: one row per person."""
    return Query.of(f"select * from ({_pool(scope)}) as pool where {WHO[who]}", _bound(scope))


def _bound(scope: Scope) -> Parameters:
    return scope.parameters() | {"today": scope.generation.as_of.date()}


def _pool(scope: Scope) -> str:
    whole = conditions(_whole(scope), "completed_date", ())
    return f"""
        select
            pairs.person_host_key,
            pairs.person_key,
            pairs.major_family,
            date_trunc('month', pairs.graduation_date) as graduation_month,
            dates.term_label as graduation_term,
            pairs.graduation_date <= $today as is_graduated,
            coalesce(
                pairs.graduation_date > $today and pairs.graduation_date <= $today + interval 12 month, false
            ) as is_graduating,
            work.*,
            case
                when last_completed > $today - interval 6 month then 0
                when last_completed > $today - interval 12 month then 1
                when last_completed > $today - interval 24 month then 2
                else 3
            end as recency,
            case when rating >= {GOOD_RATING} then 'good' when rating is not null then 'lower' else 'none' end as band,
        from (
            select person_host_key, person_key, major_family, graduation_date
            from analytics.marts.fct_person_host_outcomes
            where is_contactable = 1 and host_hired_date is null and {whole}
        ) as pairs
        inner join (
            select
                person_key as worker_key,
                count(*) as completions,
                string_agg(distinct category, ',' order by category) as categories,
                max(approved_date) as last_completed,
                count(employer_rating) as ratings,
                cast(sum(employer_rating) as double) as rating_sum,
                avg(employer_rating) as rating,
                sum(is_would_hire) as would_hire,
                sum(is_would_hire_answered) as would_hire_answers,
            from analytics.marts.fct_engagements
            where is_approved = 1 and {conditions(scope, "approved_date", COLUMNS, "approved_term_label")}
            group by person_key
        ) as work on pairs.person_key = work.worker_key
        left join analytics.marts.dim_dates as dates on pairs.graduation_date = dates.date_day
        where pairs.person_key not in (
            select person_key from analytics.marts.fct_hires
            where person_key is not null and {conditions(_whole(scope), "start_date", ())}
        )
    """


def _whole(scope: Scope) -> Scope:
    return replace(scope, filters=Filters())


def prior(scope: Scope) -> Prior | None:
    """Return what the host's ratings of one person are drawn towards, from all of them; None where there is none."""
    text = f"""
        select
            count(*) as people,
            cast(coalesce(sum(n), 0) as double) as n,
            cast(sum(total) as double) as total,
            cast(sum(squares) as double) as squares,
            cast(sum(total * total / n) as double) as mean_squares,
            cast(sum(n * n) as double) as crowding,
        from (
            select
                person_key,
                count(*) as n,
                sum(employer_rating) as total,
                sum(employer_rating * employer_rating) as squares,
            from analytics.marts.fct_engagements
            where is_approved = 1 and employer_rating is not null and {conditions(_whole(scope), "approved_date", ())}
            group by person_key
        ) as persons
    """
    found = frame(scope.generation, scope.viewer, Query.of(text, _whole(scope).parameters()))
    return prior_of(found.row(0, named=True))


def prior_of(sums: Mapping[str, Any]) -> Prior | None:
    """Return the prior from sums over people: people, n, total, squares, mean_squares (total^2 / n), crowding (n^2)."""
    people, n = sums["people"], sums["n"]
    if not n:
        return None
    mean = sums["total"] / n
    if n == people or people == 1:
        return Prior(mean, None)
    within = (sums["squares"] - sums["mean_squares"]) / (n - people)
    between = (sums["mean_squares"] - n * mean**2 - (people - 1) * within) / (n - sums["crowding"] / n)
    return Prior(mean, within / between if between > 0 else float("inf"))


def pool(scope: Scope, who: str = "all") -> pl.DataFrame:
    """Return the pool, whom to invite first on top: by shrunk rating, then by mean, then by the last completion.

    Columns: person_key, shrunk_rating, rating, ratings, would_hire, would_hire_answers, completions, categories,
    last_completed, graduation_month (YYYY-MM), major_family.
    """
    found = frame(scope.generation, scope.viewer, pool_query(scope, who))
    towards = prior(scope)
    words = {
        each: ", ".join(map(word_text, each.split(","))) for each in found["categories"].unique().drop_nulls().to_list()
    }
    return (
        found.with_columns(
            (towards.drawn() if towards else pl.lit(None, pl.Float64)).round(2).alias("shrunk_rating"),
            pl.col("rating").round(2),
            pl.col("would_hire", "would_hire_answers").cast(pl.Int64),
            pl.col("categories").replace(words),
            pl.col("graduation_month").dt.strftime("%Y-%m"),
        )
        .sort(
            ["shrunk_rating", "rating", "last_completed", "person_key"],
            descending=[True, True, True, False],
            nulls_last=True,
        )
        .select(
            "person_key",
            "shrunk_rating",
            "rating",
            "ratings",
            "would_hire",
            "would_hire_answers",
            "completions",
            "categories",
            "last_completed",
            "graduation_month",
            "major_family",
        )
    )


def counts(scope: Scope) -> dict[str, int]:
    """Return how many people are in the pool and in each part of it, and how many are rated and have a graduation."""
    parts = ", ".join(f"count(*) filter (where {condition}) as {who}" for who, condition in WHO.items())
    text = f"""
        select
            {parts},
            count(*) filter (where rating is not null) as with_rating,
            count(*) filter (where would_hire_answers > 0) as with_answer,
            count(*) filter (where graduation_month is not null) as with_graduation,
        from ({_pool(scope)}) as pool
    """
    return dict(frame(scope.generation, scope.viewer, Query.of(text, _bound(scope))).row(0, named=True))


def by_graduation(scope: Scope) -> pl.DataFrame:
    """Return people of the pool per term of graduation and band of rating: group, band (in words), people."""
    found = _counted(scope, "case when is_graduated then '' else graduation_term end")
    groups = sorted({each for each in found["place"].drop_nulls() if each}, key=term_key)
    named = found.with_columns(pl.col("place").replace({"": GRADUATED}).fill_null(UNKNOWN).alias("group"))
    return _ordered(named, [GRADUATED, *groups, UNKNOWN])


def by_recency(scope: Scope) -> pl.DataFrame:
    """Return people of the pool per months since the last completion and band of rating: group, band, people."""
    found = _counted(scope, "recency")
    named = found.with_columns(
        pl.col("place").replace_strict(dict(enumerate(RECENCY)), return_dtype=pl.String).alias("group")
    )
    return _ordered(named, list(RECENCY))


def _counted(scope: Scope, place: str) -> pl.DataFrame:
    text = f"select {place} as place, band, count(*) as people from ({_pool(scope)}) as pool group by all"
    return frame(scope.generation, scope.viewer, Query.of(text, _bound(scope)))


def _ordered(found: pl.DataFrame, groups: list[str]) -> pl.DataFrame:
    """Return a row per group that holds anybody, and band, in their orders; a band without people counts 0."""
    held = [group for group in groups if group in set(found["group"])]
    grid = pl.DataFrame({"group": held}, schema={"group": pl.String}).join(
        pl.DataFrame({"band": list(BANDS)}), how="cross"
    )
    joined = grid.join(found.select("group", "band", "people"), on=["group", "band"], how="left", maintain_order="left")
    return joined.with_columns(pl.col("band").replace(BANDS), pl.col("people").fill_null(0))


def rows_of(scope: Scope, who: str = "all") -> Rows | None:
    """Return the rows behind a part of the pool."""
    people = f"select person_host_key from ({_pool(scope)}) as pool where {WHO[who]}"
    return slice_rows(
        _whole(scope),
        "fct_person_host_outcomes",
        "completed_date",
        f"person_host_key in ({people})",
        columns=(),
        parameters=_bound(scope),
    )
