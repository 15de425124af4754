"""Talent pool: who completed work here, may be contacted, and was not hired yet?"""

import streamlit as st

from dashboards.charts import talent as charts
from dashboards.components import page, states
from dashboards.components.chart_frame import chart_frame, table_frame
from dashboards.components.tile import tiles
from dashboards.findings import talent as findings
from dashboards.readings import read
from dashboards.slices import contacts, talent, talent_tiles

WORDS = {
    "all": "Everybody",
    "rated": "Rated 4 or better",
    "wanted": "We would hire",
    "graduating": "Graduate within 12 months",
}

scope, mode = page.scope(), page.mode()
page.lead(
    "People who completed work here, agree to be contacted and were not hired here yet: whom to invite back. "
    "Period and term are those of the approval of their work."
)
tiles("talent", scope, [*talent_tiles.readings(scope), *read(scope, ("reengagement_rate",)).values()])

graduation = talent.by_graduation(scope)
if graduation.is_empty():
    states.empty("Nobody to invite back yet", "People appear here once they complete work and agree to be contacted.")
else:
    left, right = st.columns([1, 1], gap="small")
    with left:
        chart_frame(
            "pool-graduation",
            findings.by_graduation(graduation),
            "People of the pool by the term of graduation (past: it lies behind them), and by our rating",
            charts.stacked(graduation, mode),
            graduation,
            [("Everybody", talent.rows_of(scope)), ("Graduate within 12 months", talent.rows_of(scope, "graduating"))],
        )
    with right:
        recency = talent.by_recency(scope)
        chart_frame(
            "pool-recency",
            findings.by_recency(recency),
            "People of the pool by months since their last completed work, and by our rating",
            charts.stacked(recency, mode, "months since the last completed work"),
            recency,
            [("Everybody", talent.rows_of(scope)), ("Rated 4 or better", talent.rows_of(scope, "rated"))],
        )
    who = st.segmented_control(
        "Who",
        list(WORDS),
        format_func=WORDS.__getitem__,
        default="all",
        required=True,
        key="who",
        bind="query-params",
    )
    people = talent.pool(scope, who or "all")
    if people.is_empty():
        states.empty("Nobody of the pool is in this part of it", "Choose another part.")
    else:
        table_frame(
            "pool",
            findings.pool(people),
            findings.order(talent.prior(scope)),
            people,
            height=520,
            behind=[(WORDS[who or "all"], talent.rows_of(scope, who or "all"))],
        )
        page.section("How to reach them", "of those shown above, who agreed to be contacted by you")
        named = contacts.reachable(scope, people)
        if named.is_empty():
            states.empty("No names here", findings.no_contacts())
        else:
            finding = findings.contacts(named, *contacts.agreed(scope))
            table_frame("contacts", finding, finding.summary, named, height=520)
