"""Benchmarks: how do we compare with other employers, and with what is published?"""

import streamlit as st

from dashboards.charts import peers as charts
from dashboards.components import page, states
from dashboards.components.chart_frame import chart_frame, table_frame
from dashboards.components.tile import tiles
from dashboards.findings import peers as findings
from dashboards.formats import word_text
from dashboards.readings import read
from dashboards.scope import Scope
from dashboards.slices import peers
from dashboards.slices.peers import ALL

HEADLINES = ("selection_rate", "fill_rate_30_days", "completion_rate", "offer_through", "hire_through_matured")


def offer(scope: Scope) -> tuple[str, str]:
    """Draw the choice of what is compared and with whom; return the kind of work and the size band."""
    band = peers.own_band(scope)
    bands = {ALL: "All sizes"} | ({band: f"Your size, {band} employees"} if band else {})
    with st.container(horizontal=True, vertical_alignment="bottom", gap="small", key="benchmark-controls"):
        category = st.selectbox(
            "Kind of work",
            [ALL, *peers.categories(scope)],
            format_func=lambda each: "All kinds of work" if each == ALL else word_text(each),
            key="kind",
            bind="query-params",
            width=240,
        )
        size_band = st.segmented_control(
            "Other employers",
            list(bands),
            format_func=bands.__getitem__,
            default=ALL,
            required=True,
            key="band",
            bind="query-params",
        )
    return category or ALL, size_band or ALL


scope, mode = page.scope(), page.mode()
page.lead(
    "Your rates beside those of the other employers, pooled: at least 5 others, none with over half of the units."
)
category, size_band = offer(scope) if scope.sees_peers else (ALL, ALL)

of_kind = peers.in_category(scope, category)
readings = read(of_kind, HEADLINES)
tiles("benchmarks", of_kind, [readings[name] for name in HEADLINES])

page.section("Other employers", "all time; you are not among them")
rows = peers.compared(scope, category, size_band)
if not scope.sees_peers:
    states.empty(
        "Other employers are not shown",
        "Peers are not shown to somebody who sees several employers: the difference of two of them would tell of a "
        "third.",
    )
elif rows.is_empty():
    states.empty("No other employer to compare with yet", "Benchmarks appear once five others have projects.")
else:
    chart_frame(
        "benchmarks",
        findings.benchmarks(rows),
        "Shares of units whose time is over. You are called better or worse where your interval leaves the others' "
        "share out; of twenty rates that are all alike, one would be by chance",
        charts.benchmarks(rows, mode),
        rows,
    )

page.section("Published figures", "not measured here: the latest of each, with source and year")
outside = peers.published(scope)
if outside.is_empty():
    states.empty("No published figures", "The file holds no benchmarks of this kind.")
else:
    table_frame(
        "published",
        findings.published(outside),
        "Each beside the nearest rate of ours, which need not be defined alike",
        outside,
    )
