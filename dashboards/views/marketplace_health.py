"""Marketplace health: do projects find people, does money flow, who depends on whom?"""

import streamlit as st

from dashboards.charts import market as charts
from dashboards.components import page, states
from dashboards.components.chart_frame import chart_frame
from dashboards.components.tile import tiles
from dashboards.findings import market as findings
from dashboards.readings import read
from dashboards.slices import projects
from dashboards.slices.tiles import median_reading

LIQUIDITY = ("fill_rate_14_days", "fill_rate_30_days", "fill_rate_60_days")
MONEY = ("gmv_booked", "gmv_recognised", "take_rate", "active_employers")

scope, mode = page.scope(), page.mode()
page.lead("Liquidity, money, supply and demand, and how much hangs on the largest employers.")

readings = read(scope, (*LIQUIDITY, *MONEY))
incidence = projects.first_application(scope)
page.section("Liquidity", "cohort view: projects by the date of posting")
tiles("liquidity", scope, [*(readings[name] for name in LIQUIDITY), median_reading(scope, incidence)])

if incidence.is_empty():
    states.empty("No projects in this slice")
else:
    left, right = st.columns(2, gap="small")
    by_term = projects.fill_by_term(scope)
    with left:
        chart_frame(
            "fill",
            findings.fill(by_term),
            "Projects with an accepted selection in time, by term of posting; hollow: not all windows are over",
            charts.fill(by_term, mode),
            by_term,
        )
    with right:
        chart_frame(
            "first-application",
            findings.first_application(incidence),
            "Cumulative incidence of the first application; closing without one competes",
            charts.first_application(incidence, mode),
            incidence,
        )
    ends, depth = projects.ends(scope), projects.depth(scope)
    left, right = st.columns(2, gap="small")
    with left:
        chart_frame("ends", findings.ends(ends), "Projects by term of posting and end", charts.ends(ends, mode), ends)
    with right:
        chart_frame("depth", findings.depth(depth), "Projects by applications drawn", charts.depth(depth, mode), depth)
    cells = projects.supply_and_demand(scope)
    chart_frame(
        "supply-and-demand",
        findings.supply_and_demand(cells),
        "Students who applied in a term, per slot posted in it",
        charts.supply_and_demand(cells, mode),
        cells,
    )

page.section("Money", "activity view: by the date of acceptance or approval")
tiles("money", scope, [readings[name] for name in MONEY])
by_month = projects.money_by_month(scope)
concentrated = projects.concentration(scope)
if concentrated.is_empty():
    states.empty("Nothing was booked in this slice")
else:
    left, right = st.columns(2, gap="small")
    with left:
        chart_frame(
            "money",
            findings.money(by_month),
            "Value per month, months that are over",
            charts.money(by_month, mode),
            by_month,
        )
    with right:
        largest = concentrated.head(projects.LARGEST)
        chart_frame(
            "concentration",
            findings.concentration(concentrated),
            "Share of booked value, children counted with their parent",
            charts.concentration(largest, mode),
            concentrated,
        )
