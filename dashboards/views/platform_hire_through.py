"""Hire-through, all employers: what becomes of completers, how far it is known, and who stays."""

import streamlit as st

from dashboards.charts import coverage as coverage_charts
from dashboards.charts import hiring as hiring_charts
from dashboards.charts import outcomes as charts
from dashboards.charts import retention as retention_charts
from dashboards.components import page, states
from dashboards.components.chart_frame import chart_frame
from dashboards.components.tile import tiles
from dashboards.findings import coverage as coverage_findings
from dashboards.findings import hiring as hiring_findings
from dashboards.findings import outcomes as findings
from dashboards.findings import retention as retention_findings
from dashboards.scope import WINDOWS
from dashboards.slices import coverage, hiring, maturity, outcome_groups, outcome_tiles, outcomes, retention

DESTINATIONS = ("knowledge_rate", "career_outcomes_rate")
STARTS = {"completed": "completing", "graduated": "readiness"}
CLOCKS = {
    "completed": "One cohort of pairs of a person and a host, from the first completion.",
    "graduated": "One cohort of pairs of a person and a host, from the later of first completion and graduation.",
}

scope, mode = page.scope(), page.mode()
filters = scope.filters
window = WINDOWS[filters.window]
page.lead(
    "What share of completers the host hires, over all employers; how much of it is known; who stays. "
    + CLOCKS[filters.clock]
)

counts = maturity.maturity(scope)
meters = maturity.meters(counts)
curve = outcomes.curve(scope)
incidences = outcomes.incidences(curve)
rates = (*outcome_tiles.metrics(scope), outcome_tiles.CONVERSION)
known = ("outcome_coverage", *outcome_tiles.ANYWHERE[filters.window], *DESTINATIONS)
readings = outcome_tiles.rate_readings(scope, (*rates, *known))
tiles("hire-through", scope, outcome_tiles.curve_readings(scope, incidences, meters))
tiles("hire-through-rates", scope, [readings[name] for name in rates])

drawn = outcomes.drawn(curve)
if drawn.is_empty():
    states.too_few("completers under observation")
else:
    left, right = st.columns([5, 3], gap="small")
    with left:
        chart_frame(
            "curve",
            findings.curve(incidences, list(WINDOWS.values()), "Hosts"),
            f"Cumulative incidence after {STARTS[filters.clock]}, 95 % band over employers; a start elsewhere competes",
            charts.incidence(drawn, mode, "Hired by the host", STARTS[filters.clock]),
            drawn,
            outcomes.curve_rows(scope),
        )
    with right:
        chart_frame(
            "maturity", findings.maturity(meters), findings.left_out(counts), charts.maturity(meters, mode), meters
        )
        standing = maturity.standing(incidences)
        if standing.is_empty():
            states.too_few("completers at risk after six months")
        else:
            chart_frame(
                "standing",
                findings.standing(standing, "with the host"),
                "Where completers stand after each window",
                charts.standing(standing, mode, "With the host"),
                standing,
                outcomes.standing_rows(scope),
            )
    page.section("By cohort and segment", f"hired by the host within {window}")
    by_term = coverage.by_term(scope)
    chart_frame(
        "terms",
        coverage_findings.by_term(by_term, window),
        f"Hired by the host within {window}, by term of completion; hatched, still watching: hires so far, a floor",
        coverage_charts.by_term(by_term, mode),
        by_term,
        coverage.term_rows(scope, by_term),
    )
    dimension = st.segmented_control(
        "Compare by",
        outcome_groups.PLATFORM_BREAKDOWNS,
        format_func=outcomes.WORDS.__getitem__,
        default="category",
        required=True,
        key="segment",
        bind="query-params",
    )
    groups, overall = outcome_groups.by_group(scope, dimension), outcomes.overall(incidences, filters.window)
    chart_frame(
        "groups",
        findings.groups(groups, outcomes.WORDS[dimension], overall, window),
        f"Hired by the host within {window}, 95 % bands over employers; dotted, the whole; too few: under 10",
        charts.forest(groups, overall, mode),
        groups,
        outcome_groups.group_rows(scope, dimension),
    )

page.section("How much is known", "outcomes within a year of completion, and where graduates are")
tiles("known", scope, [readings[name] for name in known])
left, right = st.columns(2, gap="small")
with left:
    bounds = coverage.bounds(scope)
    if bounds.is_empty():
        states.too_few("completers of one term whose year is over")
    else:
        chart_frame(
            "bounds",
            coverage_findings.bounds(bounds),
            "Hired by the host within a year of completion, by term; hatched, what the unknown could make of it",
            coverage_charts.bounds(bounds, mode),
            bounds,
            coverage.bounds_rows(scope),
        )
with right:
    anywhere = hiring.anywhere(scope)
    if anywhere.is_empty():
        states.too_few("persons under observation")
    else:
        chart_frame(
            "anywhere",
            hiring_findings.anywhere(anywhere),
            "Persons, any employer. A host's feed counts as watching all employers, and a start known by a survey "
            "answer alone is dated to the answer: the curve errs low. Filters of employers do not apply",
            hiring_charts.anywhere(anywhere, mode),
            anywhere,
        )

page.section("After the hire", "hires by the date of the start")
hires = retention.curves(scope)
stayed = retention.drawn(hires)
if stayed.is_empty():
    states.too_few("hires under observation")
else:
    chart_frame(
        "retention",
        retention_findings.curves(retention.at_day(hires)),
        "Still employed after the start, by how they came, 95 % bands over employers; drawn while 10 are at risk"
        + retention.ignored(scope),
        retention_charts.curves(stayed, mode),
        stayed,
        retention.hire_rows(scope),
    )
