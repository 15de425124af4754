"""From the marts' frames to what ROI takes: one cohort, so that cost and persons, hires and hours belong together."""

import polars as pl

from dashboards.economics.roi import Programme
from dashboards.economics.savings import Count

MICRO = "micro-internship"


def programme(months: pl.DataFrame, hires: pl.DataFrame, *, with_work_value: bool = False) -> Programme:
    """Return what the mature months of ``agg_programme_months`` came to, for the employers in the frame.

    A month is mature when its engagements were over 365 days before the host can no longer be seen. Cost, hours,
    engagements, hires and the persons chosen for the first time are those of these months alone. Attrition is that of
    all new hires in ``fct_hires`` at their hosts whose year is over: who came by a micro-internship and may be credited
    to it, against who came otherwise, by another internship or by none.
    """
    mature = months.filter(pl.col("is_mature_365_days") == 1)
    seen = hires.filter(
        pl.col("host_id").is_in(mature["host_id"].unique().to_list())
        & (pl.col("is_new_hire") == 1)
        & pl.col("is_retained_1_year").is_not_null()
    )
    return Programme(
        chosen=int(mature["chosen_count"].sum()),
        cost_usd=float(mature["programme_cost_usd"].sum()),
        hours_worked=float(mature["hours_worked"].sum()),
        engagements_without_time=int(mature.filter(pl.col("is_time_reported") == 0)["engagement_count"].sum()),
        micro_leavers=leavers(seen.filter(pl.col("is_attributable") == 1)),
        comparison_leavers=leavers(seen.filter(pl.col("came_by") != MICRO)),
        with_work_value=with_work_value,
        hires=int(mature["hire_count"].sum()),
    )


def leavers(hires: pl.DataFrame) -> Count:
    """Return how many of these hires left within their first year."""
    return Count(events=len(hires) - int(hires["is_retained_1_year"].sum()), units=len(hires))
