"""Hire-through: what share of completers do we hire, and by when?"""

import polars as pl
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
from dashboards.readings import read
from dashboards.scope import WINDOWS
from dashboards.slices import coverage, hiring, maturity, outcome_groups, outcome_tiles, outcomes, retention

HIRES = ("hires", "hires_by_micro_internship", "days_to_hire_median")
OFFERS = ("offers", "offer_acceptance_rate", "renege_rate", "days_to_offer_median")
STARTS = {"completed": "completing", "graduated": "readiness"}
CLOCKS = {
    "completed": "One cohort, from the first completion with us.",
    "graduated": "One cohort, from readiness: the later of the first completion with us and graduation. Who still "
    "studies is not waited for yet, so a sophomore is no failure.",
}

scope, mode = page.scope(), page.mode()
filters = scope.filters
window = WINDOWS[filters.window]


def draw_cohort() -> None:
    """Draw what became of those who completed."""
    page.lead(
        "What share of the people who completed a project with us start here full-time, and by when. "
        + CLOCKS[filters.clock]
    )
    counts = maturity.maturity(scope)
    meters = maturity.meters(counts)
    curve = outcomes.curve(scope)
    incidences = outcomes.incidences(curve)
    names = (*outcome_tiles.metrics(scope), *outcome_tiles.APPLICANTS, outcome_tiles.CONVERSION)
    readings = outcome_tiles.rate_readings(scope, names)
    tiles("hire-through", scope, outcome_tiles.curve_readings(scope, incidences, meters))
    tiles("hire-through-rates", scope, [readings[name] for name in names])
    drawn = outcomes.drawn(curve)
    if drawn.is_empty():
        states.too_few("completers under observation")
    else:
        left, right = st.columns([5, 3], gap="small")
        with left:
            chart_frame(
                "curve",
                findings.curve(incidences, list(WINDOWS.values()), "We"),
                f"Cumulative incidence after {STARTS[filters.clock]}, 95 % band; who starts elsewhere stays in it",
                charts.incidence(drawn, mode, "Hired by us", STARTS[filters.clock]),
                drawn,
                outcomes.curve_rows(scope),
            )
        with right:
            chart_frame(
                "maturity",
                findings.maturity(meters),
                findings.left_out(counts),
                charts.maturity(meters, mode),
                meters,
            )
            if outcomes.tells_of_elsewhere(curve):
                draw_standing(maturity.standing(incidences))
            else:
                states.empty("Where the others went is not told here", findings.untold())
        draw_terms()
        draw_groups(outcomes.overall(incidences, filters.window))
    draw_retention()


def draw_standing(standing: pl.DataFrame) -> None:
    """Draw where completers stand after each window."""
    if standing.is_empty():
        states.too_few("completers at risk after six months")
        return
    chart_frame(
        "standing",
        findings.standing(standing),
        "Where completers stand after each window",
        charts.standing(standing, mode),
        standing,
        outcomes.standing_rows(scope),
    )


def draw_terms() -> None:
    """Draw the share hired within the window per term of completion."""
    by_term = coverage.by_term(scope)
    chart_frame(
        "terms",
        coverage_findings.by_term(by_term, window),
        f"Hired by us within {window}, by term of completion; hatched, still watching: the hires so far, a floor",
        coverage_charts.by_term(by_term, mode),
        by_term,
        coverage.term_rows(scope, by_term),
    )


def draw_groups(overall: float | None) -> None:
    """Draw the share hired within the window by group."""
    dimension = st.segmented_control(
        "Compare by",
        outcome_groups.EMPLOYER_BREAKDOWNS,
        format_func=outcomes.WORDS.__getitem__,
        default="category",
        required=True,
        key="by",
        bind="query-params",
    )
    groups = outcome_groups.by_group(scope, dimension)
    chart_frame(
        "groups",
        findings.groups(groups, outcomes.WORDS[dimension], overall, window),
        f"Hired by us within {window}, with 95 % bands; dotted, the whole; too few: under 10 still at risk by then",
        charts.forest(groups, overall, mode),
        groups,
        outcome_groups.group_rows(scope, dimension),
    )


def draw_retention() -> None:
    """Draw how long hires stay, by how they came."""
    page.section("After the hire", "hires by the date of the start")
    curves = retention.curves(scope)
    drawn = retention.drawn(curves)
    if drawn.is_empty():
        states.too_few("hires under observation")
        return
    chart_frame(
        "retention",
        retention_findings.curves(retention.at_day(curves)),
        "Still employed by us after the start, by how they came, 95 % bands; drawn while 10 are at risk"
        + retention.ignored(scope),
        retention_charts.curves(drawn, mode),
        drawn,
        retention.hire_rows(scope),
    )


def draw_activity() -> None:
    """Draw hires and offers by the date on which they happened."""
    page.lead("How many start and how many are offered a job, month by month, whenever they completed a project.")
    readings = read(scope, (*HIRES, *OFFERS))
    tiles("hires", scope, [readings[name] for name in HIRES])
    tiles("offers", scope, [readings[name] for name in OFFERS])
    hires, offers, days = hiring.hires_by_month(scope), hiring.offers_by_month(scope), hiring.days_to_hire(scope)
    left, right = st.columns(2, gap="small")
    with left:
        if hires.is_empty():
            states.empty("Nobody has been hired yet", "Hires appear here by the month of their start.")
        else:
            chart_frame(
                "hires",
                hiring_findings.hires(hires),
                "Full-time starts per month that is over, by how they came" + retention.ignored(scope),
                hiring_charts.hires(hires, mode),
                hires,
                hiring.hire_rows(scope),
            )
    with right:
        if offers.is_empty():
            states.empty("No offer has been sent yet", "Offers appear here by the month of sending.")
        else:
            chart_frame(
                "offers",
                hiring_findings.offers(offers),
                "Offers per month that is over, full-time and internships, by answer; hatched, not answered"
                + retention.ignored(scope),
                hiring_charts.offers(offers, mode),
                offers,
                hiring.offer_rows(scope),
            )
    if days["median"].is_not_null().any():
        chart_frame(
            "days-to-hire",
            hiring_findings.days_to_hire(days),
            "Days from application to the moment of hire, by quarter of the offer; those of fewer than 10 are left out"
            + retention.ignored(scope),
            hiring_charts.days_to_hire(days, mode),
            days,
            hiring.offer_rows(scope),
        )
    else:
        states.too_few("hires in a quarter with both dates known")


if filters.lens == "activity":
    draw_activity()
else:
    draw_cohort()
