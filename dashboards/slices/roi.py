"""Money of one employer: the marts' frames under the scope, and what dashboards.economics makes of them, kept."""

from collections.abc import Mapping

import numpy as np
import polars as pl

from dashboards.database import Generation, Query, frame
from dashboards.economics.assumptions import Assumption
from dashboards.economics.cohort import programme
from dashboards.economics.comparison import comparison
from dashboards.economics.effects import Effect, effect_on_the_treated
from dashboards.economics.roi import Distribution, Programme, Swing
from dashboards.economics.worth import Worth, worth
from dashboards.formats import value_text
from dashboards.keeping import kept
from dashboards.rows import Rows, slice_rows
from dashboards.scope import Scope
from dashboards.slices.hires import hires_query, mart_query

SEED = 20_260_101
"""One seed for all: the same generation, filters and assumptions give the same figures to everybody."""

SHORT = {
    "incremental_rate": "Lift of being chosen",
    "attrition_micro": "Leavers, micro-internship hires",
    "attrition_comparison": "Leavers, other hires",
    "supervisor_rate": "Hourly rate of a supervisor",
    "screening_rate": "Hourly rate of screening",
}
"""Input of ROI -> a name short enough for a phone."""

BINS = 48
LEAST_SWING = 0.001
DRAWN = (0.005, 0.995)


def months_query(scope: Scope) -> Query:
    """Return the statement of the programme's months."""
    return mart_query(
        scope,
        "agg_programme_months",
        "month_start_date",
        "host_id, is_mature_365_days, is_time_reported, chosen_count, engagement_count, hire_count, "
        "programme_cost_usd, hours_worked",
    )


def choices_query(scope: Scope) -> Query:
    """Return the statement of those who stood in a choice and were followed for a year, chosen or passed over."""
    return mart_query(
        scope,
        "fct_selection_outcomes",
        "first_selected_date",
        "project_id, is_selected, is_compared, is_hired_365_days, is_chosen_elsewhere_365_days, major_family, "
        "years_to_graduation, prior_completion_count",
        "is_compared = 1",
    )


def of_programme(scope: Scope, *, with_work_value: bool = False) -> Programme:
    """Return what the mature months of the scope came to."""
    months, hires = (frame(scope.generation, scope.viewer, each(scope)) for each in (months_query, hires_query))
    return programme(months, hires, with_work_value=with_work_value)


def mature_share(scope: Scope) -> float | None:
    """Return the share of the persons chosen whose month is mature."""
    months = frame(scope.generation, scope.viewer, months_query(scope))
    whole = int(months["chosen_count"].sum())
    mature = int(months.filter(pl.col("is_mature_365_days") == 1)["chosen_count"].sum())
    return mature / whole if whole else None


def of_effect(scope: Scope) -> Effect | None:
    """Return what being chosen added, within projects."""
    return _effect(scope.generation, scope.viewer, choices_query(scope))


@kept(512)
def _effect(generation: Generation, viewer: str, query: Query) -> Effect | None:
    return effect_on_the_treated(comparison(frame(generation, viewer, query)), seed=SEED)


def of_worth(scope: Scope, assumed: Mapping[str, Assumption], *, with_work_value: bool = False) -> Worth:
    """Return what the programme is worth under these assumptions."""
    queries = (months_query(scope), hires_query(scope), choices_query(scope))
    return _worth(scope.generation, scope.viewer, queries, tuple(assumed.values()), with_work_value)


@kept(128)
def _worth(
    generation: Generation,
    viewer: str,
    queries: tuple[Query, Query, Query],
    assumed: tuple[Assumption, ...],
    with_work_value: bool,
) -> Worth:
    months, hires = (frame(generation, viewer, each) for each in queries[:2])
    cohort = programme(months, hires, with_work_value=with_work_value)
    named = {row.name: row for row in assumed}
    return worth(cohort, _effect(generation, viewer, queries[2]), named, seed=SEED)


def benchmarks(scope: Scope) -> pl.DataFrame:
    """Return the published costs of a hire: benchmark_id, label, usd, year, source, basis; newest first."""
    text = """
        select benchmark_id, label, cast(figure_usd as double) as usd, year, source, basis
        from analytics.marts.dim_benchmarks
        where quantity = 'cost per hire'
        order by year desc, usd desc, benchmark_id
    """
    return frame(scope.generation, "reference", Query(text))


def histogram(found: Distribution) -> pl.DataFrame:
    """Return the draws in bins of equal width: low, high, draws; the half per cent at either end is not drawn."""
    ends = np.quantile(found.draws, DRAWN)
    low, high = (float(end) for end in ends)
    if high - low < 1e-9:
        return pl.DataFrame({"low": [low - 0.01], "high": [low + 0.01], "draws": [len(found.draws)]})
    # An edge at zero, so that no bar is both a gain and a loss.
    step = (high - low) / BINS
    edges = np.arange(np.floor(low / step), np.ceil(high / step) + 1) * step
    counts, _ = np.histogram(found.draws, edges)
    return pl.DataFrame({"low": edges[:-1], "high": edges[1:], "draws": counts})


def swings(found: tuple[Swing, ...], assumed: Mapping[str, Assumption]) -> pl.DataFrame:
    """Return what each input does to ROI: input, at_low, at_high, low_text, high_text; widest first.

    Inputs that move it by less than a tenth of a point are left out.
    """
    rows = []
    for each in (swing for swing in found if swing.width >= LEAST_SWING):
        row = assumed.get(each.name)
        label = SHORT.get(each.name) or assumed[each.name].label.partition(",")[0]
        unit = row.unit if row else "share"
        texts = (value_text(unit, each.low), value_text(unit, each.high))
        rows.append((label, each.at_low, each.at_high, *texts))
    kinds = {
        "input": pl.String,
        "at_low": pl.Float64,
        "at_high": pl.Float64,
        "low_text": pl.String,
        "high_text": pl.String,
    }
    return pl.DataFrame(rows, schema=kinds, orient="row")


def rates(found: Effect) -> pl.DataFrame:
    """Return how often the chosen were hired, and would have been: who, share, low, high, persons."""
    base = found.counterfactual_rate
    return pl.DataFrame(
        {
            "who": ["The chosen, as it was", "The same, had they not been chosen"],
            "share": [found.treated_rate, base],
            "low": [None, found.treated_rate - found.high],
            "high": [None, found.treated_rate - found.low],
            "persons": [found.treated, found.passed_over],
        }
    )


def measured(scope: Scope) -> dict[str, str]:
    """Return, for each assumption that something measured stands in for, what was measured, in words."""
    found = of_programme(scope)
    words = {
        name: f"Measured here: {count.events:,} of {count.units:,}; not drawn from the range."
        for name, count in found.leavers.items()
    }
    if (found.chosen or found.cost_usd) and not found.engagements_without_time:
        time = "Reported for every engagement here; not used."
        words |= dict.fromkeys(("supervisor_hours", "supervisor_rate", "screening_hours", "screening_rate"), time)
    return words


def rows_compared(scope: Scope) -> list[tuple[str, Rows | None]]:
    """Return the rows behind the comparison: the chosen, and those passed over, the hired among them counted."""
    kinds = {"The chosen": "is_selected = 1", "Passed over": "is_selected = 0"}
    return [
        (
            word,
            slice_rows(
                scope,
                "fct_selection_outcomes",
                "first_selected_date",
                f"is_compared = 1 and {kind}",
                "is_hired_365_days = 1",
                columns=(),
                is_rate=True,
            ),
        )
        for word, kind in kinds.items()
    ]
