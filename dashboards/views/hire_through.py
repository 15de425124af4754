"""Hire-through: what share of completers do we hire, and by when?"""

import streamlit as st

from dashboards.charts import outcomes as charts
from dashboards.components import page, states
from dashboards.components.chart_frame import chart_frame
from dashboards.components.tile import tiles
from dashboards.findings import outcomes as findings
from dashboards.readings import read
from dashboards.slices import outcomes
from dashboards.slices.outcomes import BREAKDOWNS, WINDOWS
from dashboards.slices.tiles import curve_reading

METRICS = ("hire_through_matured", "offer_through")

scope, mode = page.scope(), page.mode()
page.lead("What share of the people who completed a project with us start here full-time, and by when.")

counts = outcomes.maturity(scope)
meters = outcomes.meters(counts)
curve = outcomes.curves(scope)
incidences = [outcomes.incidence_at(curve, day) for day in WINDOWS]
readings = read(scope, METRICS)
tiles(
    "hire-through",
    scope,
    [
        *(
            curve_reading(scope, incidence, meter)
            for incidence, meter in zip(incidences, meters.iter_rows(named=True), strict=True)
        ),
        *(readings[name] for name in METRICS),
    ],
)

drawn = outcomes.drawn(curve)
if drawn.is_empty():
    states.too_few("completers under observation")
else:
    left, right = st.columns([5, 3], gap="small")
    with left:
        chart_frame(
            "curve",
            findings.curve(incidences, list(WINDOWS.values()), "We hire"),
            "Cumulative incidence after the first completion with us, 95 % band; a first start elsewhere competes",
            charts.incidence(drawn, mode, "Hired by us"),
            drawn,
        )
    with right:
        chart_frame(
            "maturity",
            findings.maturity(meters),
            findings.left_out(counts),
            charts.maturity(meters, mode),
            meters,
        )
        standing = outcomes.standing(incidences)
        chart_frame(
            "standing",
            findings.standing(standing),
            "Where completers stand after each window",
            charts.standing(standing, mode),
            standing,
        )
    dimension = st.segmented_control(
        "Compare by",
        list(BREAKDOWNS),
        format_func=BREAKDOWNS.__getitem__,
        default="term_label",
        required=True,
        key="by",
        bind="query-params",
    )
    groups = outcomes.by_group(scope, dimension or "term_label")
    overall = incidences[1].host if incidences[1] else None
    chart_frame(
        "groups",
        findings.groups(groups, BREAKDOWNS[dimension or "term_label"], overall),
        "Hired by us within 12 months, with 95 % bands; dotted, the whole; too few: under 10 still at risk by then",
        charts.forest(groups, overall, mode),
        groups,
    )
