"""What the Planner starts from: an employer's own rates, pace and cost, the pooled peers where it has too few."""

from dataclasses import dataclass, replace

import numpy as np
import polars as pl

from dashboards.database import Query, frame
from dashboards.definitions import catalogue
from dashboards.economics.planner import (
    STAND_INS,
    Outlook,
    Standing,
    detectable_difference,
    half_width,
    half_widths,
    outlook,
)
from dashboards.formats import count_text, money_text, share_text
from dashboards.metrics import values
from dashboards.readings import Explanation, Reading, read
from dashboards.scope import Scope, conditions, months_before
from dashboards.slices.peers import ALL, pooled

RATES = {
    "hire_through_matured": "completers",
    "hire_through_matured_180_days": "completers",
    "hire_through_matured_730_days": "completers",
    "offer_through": "completers",
    "internship_through": "completers",
    "completion_rate": "engagements",
}
"""Metric that may be planned for -> the units that it needs."""

MARGINS = (0.03, 0.05, 0.07, 0.10)
LEAST_UNITS = 10
FILL, COMPLETION, COST = "fill_rate_60_days", "completion_rate", "cost_per_completed_project"
PASSED_OVER = "passed_over_hire_rate_365_days"
CURVE_POINTS = 160


@dataclass(frozen=True)
class Given:
    """A number that the plan starts from, and where it is from, in words."""

    value: float
    origin: str


@dataclass(frozen=True)
class Start:
    """Everything that the controls offer as a default."""

    reading: Reading
    rate: Given
    fill_rate: Given
    completion_rate: Given
    cost_usd: Given
    comparison_rate: Given
    projects_a_year: int
    have: int
    waiting: int


def labels(scope: Scope) -> dict[str, str]:
    """Return the rates that may be planned for, by metric, in the dictionary's words."""
    known = catalogue(scope.generation)
    return {name: known.metric(name).label for name in RATES}


def start(scope: Scope, name: str) -> Start:
    """Return what the plan for a rate starts from; names are those of RATES."""
    if name not in RATES:
        raise ValueError(f"Expected one of {', '.join(RATES)}, found {name!r}.")
    found = read(scope, (name, FILL, COMPLETION, COST, PASSED_OVER))
    have = int(found[name].denominator or 0)
    return Start(
        reading=found[name],
        rate=_own_or_peers(scope, found[name], "rate"),
        fill_rate=_own_or_peers(scope, found[FILL], "fill_rate"),
        completion_rate=_own_or_peers(scope, found[COMPLETION], "completion_rate"),
        cost_usd=_own_cost(found[COST]),
        comparison_rate=_own_or_peers(scope, found[PASSED_OVER], "rate"),
        projects_a_year=projects_a_year(scope),
        have=have,
        waiting=waiting(scope, name, have),
    )


def waiting(scope: Scope, name: str, have: int) -> int:
    """Return how many units of a rate's cohort are not mature yet: all of them where none is."""
    cohort = catalogue(scope.generation).metric(name).cohort
    whole, *out = (int(each or 0) for each in values(scope, cohort).row(0)) if cohort else (have,)
    return max(whole - sum(out) - have, 0)


def _own_or_peers(scope: Scope, reading: Reading, stand_in: str) -> Given:
    """Return the own rate from ten units on, else that of the pooled peers, else what stands in for both."""
    if reading.value is not None and (reading.denominator or 0) >= LEAST_UNITS:
        return Given(reading.value, f"ours: {share_text(reading.value)}, n {reading.denominator:,.0f}")
    peers = peer_rate(scope, reading.name)
    if peers is not None:
        return Given(peers, f"ours too few, so the pooled peers': {share_text(peers)}")
    return Given(STAND_INS[stand_in].value, STAND_INS[stand_in].source)


def _own_cost(reading: Reading) -> Given:
    if reading.value is None or reading.value <= 0:
        return Given(STAND_INS["cost_usd"].value, STAND_INS["cost_usd"].source)
    return Given(reading.value, f"ours: {reading.value_text} over {reading.denominator:,.0f} completed")


def peer_rate(scope: Scope, name: str) -> float | None:
    """Return a rate pooled over the other employers as the benchmarks have it: all time, of one category or of all."""
    chosen = scope.filters.values("category")
    return pooled(scope, name, chosen[0] if len(chosen) == 1 else ALL)


def projects_a_year(scope: Scope) -> int:
    """Return the projects posted in the twelve months before as_of, whatever period is chosen."""
    whole = replace(scope, filters=scope.filters.kept(("category",)))
    query = Query.of(
        f"""
        select count(*) as projects from analytics.marts.fct_projects
        where {conditions(whole, "posted_at", ("category",))} and posted_at >= $year_ago
        """,
        {**whole.parameters(), "year_ago": months_before(scope.generation.as_of, 12)},
    )
    return int(frame(scope.generation, scope.viewer, query)["projects"][0])


def standing(found: Start, rate: float, fill_rate: float, completion_rate: float, cost_usd: float) -> Standing:
    """Return where the employer stands with what the reader set; completing is certain where it is the rate itself."""
    is_own = found.reading.name == COMPLETION
    return Standing(
        rate, found.have, found.waiting, fill_rate, 1.0 if is_own else completion_rate, cost_usd, found.projects_a_year
    )


def table(place: Standing, comparison_rate: float) -> pl.DataFrame:
    """Return what each margin takes: margin_points, needed, still_to_come, projects, cost_usd, months, detectable."""
    rows = []
    for margin in MARGINS:
        found = outlook(place, margin)
        lift = detectable_difference(comparison_rate, found.needed)
        rows.append(
            {
                "margin_points": margin * 100,
                "needed": found.needed,
                "still_to_come": found.missing,
                "projects": found.projects,
                "cost_usd": round(found.cost_usd),
                "months": None if found.months is None else round(found.months, 1),
                "detectable_points": None if lift is None else round(lift * 100, 1),
            }
        )
    kinds = {"cost_usd": pl.Float64, "months": pl.Float64, "detectable_points": pl.Float64}
    return pl.DataFrame(rows, schema_overrides=kinds)


def curve(place: Standing, target: Outlook) -> pl.DataFrame:
    """Return the margin against the number of units: completers, margin; a fifth beyond the furthest mark."""
    most = max(target.needed, place.have + place.waiting, 50) * 1.2
    counts = np.unique(np.linspace(10, most, CURVE_POINTS).astype(np.int64)).astype(np.float64)
    return pl.DataFrame({"completers": counts.astype(np.int64), "margin": half_widths(place.rate, counts)})


def marks(place: Standing, target: Outlook) -> pl.DataFrame:
    """Return the marked points of the curve: word, completers, margin; now, with those waiting, and the target."""
    points = {"now": place.have, "with those waiting": place.have + place.waiting * (place.waiting > 0)}
    rows = [(word, count, half_width(place.rate, count)) for word, count in points.items() if count >= LEAST_UNITS]
    if place.waiting == 0:
        rows = [row for row in rows if row[0] == "now"]
    rows.append(("target", target.needed, half_width(place.rate, target.needed)))
    kinds = {"word": pl.String, "completers": pl.Int64, "margin": pl.Float64}
    return pl.DataFrame(rows, schema=kinds, orient="row")


PLAN = Explanation(
    text="",
    formula="smallest n whose 95 % Wilson half-width at k = round(rate x n) is at most the margin",
    clock="that of the rate",
    window="that of the rate",
    owner="platform analytics",
)


def readings(scope: Scope, found: Start, place: Standing, target: Outlook, comparison_rate: float) -> list[Reading]:
    """Return the tiles of the plan."""
    units = RATES[found.reading.name]
    pace = f"{count_text(place.projects_a_year, 'project')} posted in the last 12 months"
    lift = detectable_difference(comparison_rate, place.have)
    reached = "the margin is reached" if target.is_reached else f"{target.missing:,} more are needed"
    base = share_text(comparison_rate)

    def tile(name: str, label: str, unit: str, value: float | None, text: str, formula: str, *notes: str) -> Reading:
        return Reading(
            name=name,
            label=label,
            unit=unit,
            value=value,
            explanation=replace(PLAN, text=text, formula=formula),
            receipt=found.reading.receipt,
            filters=scope.filters,
            notes=notes,
        )

    return [
        tile("units_needed", f"{units.capitalize()} needed", "count", target.needed,
             "How many must be seen for the whole window before the 95 % interval is as narrow as wanted. Units are "
             "taken as independent.", PLAN.formula,
             f"to know {share_text(place.rate)} to {margin_text(target.margin)}"),
        tile("units_there", "Already there", "count", place.have,
             "Units whose whole window is over, and those of the same cohort whose window still runs: these count "
             "without another project.", "units of the rate's denominator",
             f"and {place.waiting:,} inside their window", reached),
        tile("projects_to_post", "Projects still to post", "count", target.projects,
             "How many projects bring the missing units.", "missing units / (fill rate x completion rate)",
             f"fill {share_text(place.fill_rate)}, completion {share_text(place.completion_rate)}"),
        tile("plan_cost", "Cost of these", "USD", target.cost_usd,
             "What those projects cost: those that are not filled or not completed cost nothing of their own.",
             "projects x fill rate x completion rate x cost per completed project",
             f"{money_text(place.cost_usd)} per completed project"),
        tile("plan_months", "Months at the present pace", "months", target.months,
             "How long it takes to post them, before the last of them is watched for the rate's window.",
             "projects still to post / projects posted a month", pace if target.months is not None
             else "no project was posted in the last 12 months: there is no pace"),
        tile("detectable", "Smallest lift that now shows", "share", lift,
             "By how much the rate must exceed the comparison rate for the units already there to show it with 80 % "
             "power in a two-sided test at 5 %. Cohen (1988), Statistical Power Analysis, 6.4.",
             "sin2(asin(sqrt(comparison)) + (z + z) / (2 sqrt(n))) - comparison",
             f"above {base}, with {place.have:,} {units}" if lift is not None
             else f"{place.have:,} {units} can show no lift above {base}"),
    ]  # fmt: skip


def margin_text(margin: float) -> str:
    """Write a margin: ``within 5 points``."""
    return f"within {margin * 100:g} points"
