"""Planner: how many more projects until we know?"""

import streamlit as st

from dashboards.charts import planner as charts
from dashboards.components import page, states
from dashboards.components.chart_frame import chart_frame, table_frame
from dashboards.components.money import paragraph
from dashboards.components.plan import margin_input, rate_picker, standing_inputs
from dashboards.components.tile import tiles
from dashboards.economics.planner import outlook
from dashboards.findings import planner as findings
from dashboards.slices import planning

scope, mode = page.scope(), page.mode()
page.lead("How many more projects until we know, and at what cost. A margin is half the width of the 95 % interval.")

controls, answer, inputs, charts_place = st.container(), st.container(), st.container(), st.container()
with controls, st.container(horizontal=True, vertical_alignment="bottom", key="money-controls"):
    name = rate_picker(planning.labels(scope))
    margin = margin_input()
start = planning.start(scope, name)
with inputs:
    page.section("What the plan starts from", "left empty, each is taken from your own data where there are enough")
    place, comparison_rate = standing_inputs(start)

target = outlook(place, margin)
with answer:
    if not start.have:
        states.empty(
            "Nobody of yours has been watched for the whole window yet",
            "The plan stands on the pooled peers, or on what is stated below each number.",
        )
    paragraph(findings.plan(place, target, start.reading.label, planning.RATES[name]))
    tiles("planner", scope, [start.reading, *planning.readings(scope, start, place, target, comparison_rate)])

with charts_place:
    rows = planning.table(place, comparison_rate)
    table_frame(
        "margins",
        findings.table(rows),
        "Units, projects still to post, their cost, months at the present pace, and the smallest lift over the "
        "comparison rate that so many units show with 80 % power",
        rows,
    )
    drawn, marks = planning.curve(place, target), planning.marks(place, target)
    chart_frame(
        "margin",
        findings.curve(drawn, marks),
        "Half the width of the 95 % interval by the number of units, at the expected rate",
        charts.margin(drawn, marks, mode),
        drawn,
    )
