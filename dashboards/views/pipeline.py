"""Pipeline: where do people go, from application to retention?"""

import streamlit as st

from dashboards.charts import activity as activity_charts
from dashboards.charts import leaks as leak_charts
from dashboards.charts import pipeline as charts
from dashboards.components import page, states
from dashboards.components.chart_frame import chart_frame
from dashboards.components.tile import tiles
from dashboards.findings import activity as activity_findings
from dashboards.findings import leaks as leak_findings
from dashboards.findings import pipeline as findings
from dashboards.readings import read
from dashboards.slices import activity, applications, leaks

COHORT = (
    "applications",
    "selection_rate",
    "fill_rate_30_days",
    "completion_rate",
    "on_time_rate",
    "offer_through",
)
ACTIVITY = (
    "projects_posted",
    "applications",
    "engagements_accepted",
    "engagements_approved",
    "offers",
    "hires_by_micro_internship",
)

scope, mode = page.scope(), page.mode()


def cohort() -> None:
    """Follow the applications of one cohort."""
    page.lead(
        "Where applications go, from the posting to the first year of work. One cohort, by the date of application."
    )
    readings = read(scope, (*COHORT, "projects_posted"))
    page.section(f"{readings['projects_posted'].value_text} projects posted", "and what became of the applications")
    tiles("pipeline", scope, [readings[name] for name in COHORT])
    stages = applications.funnel(scope)
    if not stages["reached"][0]:
        states.empty("No applications in this slice")
        return
    left, right = st.columns([1, 1], gap="small")
    with left:
        chart_frame(
            "funnel",
            findings.funnel(stages),
            "Applications by the furthest stage that they reached",
            charts.funnel(stages, mode),
            stages,
            applications.stage_rows(scope),
        )
    with right:
        after_completion()
    flows = applications.flows(scope)
    chart_frame(
        "flow",
        findings.flow(flows),
        "Applications, with each way out",
        charts.flow(flows, mode),
        flows,
        applications.exit_rows(scope),
    )
    leak_map()
    times = applications.stage_times(scope)
    chart_frame(
        "stage-times",
        findings.stage_times(times),
        "Days per step among those who took it: the median, the middle half, and the day by which 90 % had taken it",
        charts.stage_times(times, mode),
        times,
        applications.step_rows(scope),
    )


def after_completion() -> None:
    """Follow the persons who completed a project."""
    after = applications.after_completion(scope)
    if after["reached"][0]:
        chart_frame(
            "after-completion",
            findings.after_completion(after),
            "Persons x host, after a completed project",
            charts.funnel(after, mode),
            after,
            applications.completed_rows(scope),
        )
    else:
        states.empty("Nobody has completed a project yet", "Offers and hires appear here once somebody has.")


def leak_map() -> None:
    """Bound what each way out may have cost, at a cost per hire that the reader picks."""
    page.section("Leak map", "hires that each way out may have cost, at most")
    costs = leaks.benchmarks(scope)
    if not costs:
        states.empty("No benchmark is published", "A leak's value needs a cost per hire.")
        return
    chosen = st.selectbox(
        "Cost of a hire by other means",
        list(costs),
        format_func=lambda each: leak_findings.benchmark(costs[each]),
        key="cost_benchmark",
        bind="query-params",
        width=420,
    )
    found = leaks.leaks(scope, costs[chosen])
    chart_frame(
        "leaks",
        leak_findings.leaks(found),
        leak_findings.note(found, costs[chosen]),
        leak_charts.leaks(found, mode),
        found,
        leaks.leaver_rows(scope),
    )


def activity_of_months() -> None:
    """Count what happened, month by month."""
    page.lead("What happened in the pipeline, by the day on which it happened. Events, not the fate of a cohort.")
    readings = read(scope, ACTIVITY)
    tiles("pipeline-activity", scope, [readings[name] for name in ACTIVITY])
    months = activity.by_month(scope)
    if months.is_empty():
        states.empty("Nothing has happened in a complete month of this slice")
        return
    chart_frame(
        "activity",
        activity_findings.by_month(months),
        activity_findings.note(activity.unfiltered(scope)),
        activity_charts.by_month(months, mode),
        months,
        activity.event_rows(scope),
    )


if scope.filters.lens == "activity":
    activity_of_months()
else:
    cohort()
