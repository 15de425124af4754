"""Pipeline: where do people go, from application to retention?"""

import streamlit as st

from dashboards.charts import pipeline as charts
from dashboards.components import page, states
from dashboards.components.chart_frame import chart_frame
from dashboards.components.tile import tiles
from dashboards.findings import pipeline as findings
from dashboards.readings import read
from dashboards.slices import applications

METRICS = (
    "applications",
    "selection_rate",
    "fill_rate_30_days",
    "completion_rate",
    "on_time_rate",
    "offer_through",
)

scope, mode = page.scope(), page.mode()
page.lead("Where applications go, from the posting to the first year of work. One cohort, by the date of application.")

readings = read(scope, METRICS)
posted = read(scope, ("projects_posted",))["projects_posted"]
page.section(f"{posted.value_text} projects posted", "and what became of the applications to them")
tiles("pipeline", scope, [readings[name] for name in METRICS])

stages = applications.funnel(scope)
if stages["reached"][0]:
    left, right = st.columns([1, 1], gap="small")
    with left:
        chart_frame(
            "funnel",
            findings.funnel(stages),
            "Applications by the furthest stage that they reached",
            charts.funnel(stages, mode),
            stages,
        )
    with right:
        after = applications.after_completion(scope)
        if after["reached"][0]:
            chart_frame(
                "after-completion",
                findings.after_completion(after),
                "Persons x host, after a completed project",
                charts.funnel(after, mode),
                after,
            )
        else:
            states.empty("Nobody has completed a project yet", "Offers and hires appear here once somebody has.")
    flows = applications.flows(scope)
    chart_frame("flow", findings.flow(flows), "Applications, with each way out", charts.flow(flows, mode), flows)
    times = applications.stage_times(scope)
    chart_frame(
        "stage-times",
        findings.stage_times(times),
        "Days per step among those who took it: the median, the middle half, and the day by which 90 % had taken it",
        charts.stage_times(times, mode),
        times,
    )
else:
    states.empty("No applications in this slice")
