"""Marketplace health: do projects find people, does money flow, who depends on whom?"""

import streamlit as st

from dashboards.charts import market as charts
from dashboards.charts import supply as grids
from dashboards.charts.style import Mode
from dashboards.components import page, states
from dashboards.components.chart_frame import chart_frame
from dashboards.components.tile import tiles
from dashboards.findings import market as findings
from dashboards.readings import read
from dashboards.scope import Scope
from dashboards.slices import market, projects
from dashboards.slices.tiles import median_reading

LIQUIDITY = ("fill_rate_14_days", "fill_rate_30_days", "fill_rate_60_days", "market_depth_rate")
LEFT_OUT = ("never_selected_rate", "student_success_rate", "selection_gini")
MONEY = ("gmv_booked", "gmv_recognised", "take_rate", "active_employers", "gmv_per_active_employer", "spend_retention")
CONCENTRATION = ("gmv_top_10_share", "gmv_hhi")


def liquidity(scope: Scope, mode: Mode) -> None:
    """Show how projects fare, by the date of posting, and whom nobody selects, by the first application."""
    readings = read(scope, (*LIQUIDITY, *LEFT_OUT))
    incidence = projects.first_application(scope)
    page.section("Liquidity", "projects by the date of posting")
    tiles("liquidity", scope, [*(readings[name] for name in LIQUIDITY), median_reading(scope, incidence)])
    if incidence.is_empty():
        states.empty("No projects in this slice")
        return
    left, right = st.columns(2, gap="small")
    by_term = projects.fill_by_term(scope)
    with left:
        chart_frame(
            "fill",
            findings.fill(by_term),
            "Projects with an accepted selection in time, by term of posting; hollow: not all windows are over",
            charts.fill(by_term, mode),
            by_term,
            market.behind_fill(scope),
        )
    with right:
        chart_frame(
            "first-application",
            findings.first_application(incidence),
            "Cumulative incidence of the first application; closing without one competes",
            charts.first_application(incidence, mode),
            incidence,
            market.behind_first_application(scope),
        )
    endings(scope, mode)
    page.section("Left out", "students by the date of their first application")
    tiles("left-out", scope, [readings[name] for name in LEFT_OUT])


def endings(scope: Scope, mode: Mode) -> None:
    """Show how projects ended and how many applications they drew."""
    ends, depth = projects.ends(scope), projects.depth(scope)
    left, right = st.columns(2, gap="small")
    with left:
        chart_frame(
            "ends",
            findings.ends(ends),
            "Projects by term of posting and end",
            charts.ends(ends, mode),
            ends,
            market.behind_ends(scope),
        )
    with right:
        chart_frame(
            "depth",
            findings.depth(depth),
            "Projects by applications drawn",
            charts.depth(depth, mode),
            depth,
            market.behind_depth(scope),
        )


def money(scope: Scope, mode: Mode) -> None:
    """Show what was booked and recognised, and on whom it hangs, by the date of the event."""
    readings = read(scope, (*MONEY, *CONCENTRATION))
    page.section("Money", "by the date of acceptance or approval")
    tiles("money", scope, [readings[name] for name in MONEY])
    by_month, trend = projects.money_by_month(scope), market.trend(scope)
    concentrated = projects.concentration(scope)
    if concentrated.is_empty():
        states.empty("Nothing was booked in this slice")
        return
    left, right = st.columns(2, gap="small")
    with left:
        chart_frame(
            "money",
            findings.money(by_month),
            "Value per month, months that are over",
            charts.money(by_month, mode),
            by_month,
            market.behind_money(scope),
        )
    with right:
        chart_frame(
            "trend",
            findings.trend(trend),
            "Trailing 365 days at each month's end; an active employer is one that spent in them",
            charts.trend(trend, mode),
            trend,
            market.behind_trend(scope),
        )
    left, right = st.columns(2, gap="small")
    with left:
        chart_frame(
            "retention",
            findings.retention(trend),
            "Spend of the trailing 365 days by those who spent in the 365 before, over theirs then; dotted: all kept",
            charts.retention(trend, mode),
            trend,
            market.behind_trend(scope),
        )
    with right:
        tiles("concentration", scope, [readings[name] for name in CONCENTRATION])
        chart_frame(
            "concentration",
            findings.concentration(concentrated),
            "Share of value booked over the time shown, children with their parent; the tiles: 365 days, by employer",
            charts.concentration(concentrated.head(projects.LARGEST), mode),
            concentrated,
            market.behind_money(scope),
        )


def supply(scope: Scope, mode: Mode) -> None:
    """Show students against open slots, by category and term and by state."""
    page.section("Supply and demand", "students who applied in 30 days against slots open at each month's end")
    cells, by_state = market.supply_and_demand(scope), market.by_state(scope)
    if cells.is_empty():
        states.empty("No month of this slice has a project")
        return
    left, right = st.columns(2, gap="small")
    with left:
        chart_frame(
            "supply-and-demand",
            findings.supply_and_demand(cells),
            "Students per open slot, by category and term of the month; employers and their facts are not told apart",
            grids.supply_and_demand(cells, mode),
            cells,
            market.behind_supply(scope),
        )
    with right:
        chart_frame(
            "states",
            findings.states(by_state),
            "Students by where they live, slots by where the employer sits: work may be done from anywhere. "
            "A dash: no slot open; only period and term apply",
            grids.states(by_state, mode),
            by_state,
            market.behind_states(scope),
        )


def volume(scope: Scope, mode: Mode) -> None:
    """Show the calendar of one kind of event."""
    page.section("Calendar", "the last 53 weeks, day by day")
    measure = st.segmented_control(
        "Count",
        list(market.MEASURES),
        format_func=market.MEASURES.__getitem__,
        default="applications",
        required=True,
        key="measure",
        bind="query-params",
    )
    days = market.calendar(scope, measure or "applications")
    word = market.MEASURES[measure or "applications"]
    chart_frame(
        "calendar",
        findings.calendar(days, word),
        f"{word} by day, in UTC; a column is a week",
        grids.calendar(days, mode, word),
        days,
        market.behind_calendar(scope, measure or "applications", days),
    )


scope, mode = page.scope(), page.mode()
if scope.filters.lens == "cohort":
    page.lead("Do projects find people? Cohorts by posting; switch to Activity for money, volume, supply and demand.")
    liquidity(scope, mode)
else:
    page.lead("Does money flow, who depends on whom, and where is work scarce? By the date of the event.")
    money(scope, mode)
    supply(scope, mode)
    volume(scope, mode)
