"""Employers: who hires through projects, who comes back, and how each one looks from inside."""

import streamlit as st

from dashboards.charts import league as charts
from dashboards.charts import outcomes as outcome_charts
from dashboards.components import page, states
from dashboards.components.chart_frame import chart_frame
from dashboards.components.table import choose_row
from dashboards.components.tile import tiles
from dashboards.components.viewer import host_names, look_at
from dashboards.findings import league as findings
from dashboards.findings import outcomes as outcome_findings
from dashboards.navigation import pages_for
from dashboards.readings import read
from dashboards.scope import WINDOWS
from dashboards.slices import league, outcomes
from dashboards.slices.people import hosts

PLATFORM = (
    "active_employers",
    "gmv_trailing_12_months",
    "gmv_per_active_employer",
    "gmv_top_10_share",
    "spend_retention",
)
ONE = ("fill_rate_30_days", "completion_rate", "hire_through_matured", "offer_through")

scope, mode = page.scope(), page.mode()
page.lead("Who hires through projects, who comes back, and what each employer sees of itself.")

readings = read(scope, PLATFORM)
tiles("employers", scope, [readings[name] for name in PLATFORM])

found = league.league(scope)
page.section("League", "employers with enough data, the largest spenders first; a rank by rate would rank noise")
if found.table.is_empty():
    states.too_few("completers of one employer whose 12 months are over", league.LEAST_COMPLETERS)
else:
    names = host_names(hosts(scope.generation))
    chosen = choose_row(found.table.select(league.SHOWN), "host_id", "league", "Look at one employer", names)
    st.caption(findings.too_few(found))
    if chosen is not None:
        look_at(chosen)
        one = league.one(scope, chosen)
        page.section(one.host_name, one.filters.in_words())
        with st.container(horizontal=True, gap="medium", key="one-links"):
            st.caption("As this employer sees itself:", width="content")
            for entry in pages_for("employer", scope.role):
                st.page_link(entry.file, label=entry.title, icon=entry.icon)
        of_one = read(one, ONE)
        tiles("one", one, [of_one[name] for name in ONE])
        curve = outcomes.curve(one)
        drawn = outcomes.drawn(curve)
        if drawn.is_empty():
            states.too_few("completers under observation")
        else:
            chart_frame(
                "one-curve",
                outcome_findings.curve(outcomes.incidences(curve), list(WINDOWS.values()), one.host_name),
                "Cumulative incidence after the first completion there, 95 % band; a first start elsewhere competes",
                outcome_charts.incidence(drawn, mode, "Hired there"),
                drawn,
            )
    page.section("Side by side", "the employers with most completers, and all employers by volume")
    behind = league.rows_of_league(scope)
    forest = league.forest_rows(found)
    chart_frame(
        "forest",
        findings.forest(found),
        "Hired there within 12 months, 95 % intervals by project; dotted, the platform; grey: cannot be told from it",
        charts.forest(forest, found.overall, mode),
        forest,
        behind=behind[:1],
    )
    buckets = league.volumes(scope)
    chart_frame(
        "volumes",
        findings.volumes(buckets),
        "Employers by how many projects they posted, children counted with their parent",
        charts.volumes(buckets, mode),
        buckets,
        behind=behind[1:],
    )
