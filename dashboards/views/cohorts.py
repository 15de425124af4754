"""Cohorts: do employers and students come back, and is each term better than the same term a year ago?"""

import streamlit as st

from dashboards.charts import cohorts as charts
from dashboards.components import page, states
from dashboards.components.chart_frame import chart_frame
from dashboards.components.tile import tiles
from dashboards.findings import cohorts as findings
from dashboards.readings import read
from dashboards.slices import cohorts
from dashboards.slices.cohorts import EMPLOYER_MEASURES, STUDENT_MEASURES

METRICS = (
    "spend_retention",
    "gmv_same_term_retention",
    "repeat_rate",
    "department_adoption_rate",
    "reengagement_rate",
)
DID = {"applied": "applied", "completed": "completed a project"}

scope, mode = page.scope(), page.mode()
page.lead("Do employers and students come back, and is each term better than the same term a year before?")

readings = read(scope, METRICS)
tiles("cohorts", scope, [readings[name] for name in METRICS])

page.section("Employers", "cohort view: by the term of joining; complete terms only")
retained = st.segmented_control(
    "Retained",
    list(EMPLOYER_MEASURES),
    format_func=EMPLOYER_MEASURES.__getitem__,
    default="active",
    required=True,
    key="retained",
    bind="query-params",
)
triangle = cohorts.employer_triangle(scope, retained or "active")
if triangle.is_empty():
    states.empty("No employer has a complete term behind it", "Retention appears once the term of joining is over.")
elif retained == "spend":
    chart_frame(
        "employer-retention",
        findings.employers_spend(triangle),
        "Fees of the term as a multiple of the joining term's; at the left, employers that joined; hatched: running",
        charts.triangle(triangle, mode, is_ratio=True),
        triangle,
        behind=cohorts.rows_of_terms(scope),
    )
else:
    chart_frame(
        "employer-retention",
        findings.employers_active(triangle),
        "Per cent with an accepted engagement in the term; at the left, employers that joined; hatched: running",
        charts.triangle(triangle, mode),
        triangle,
        behind=cohorts.rows_of_terms(scope),
    )

page.section("The same term a year before", "activity view: complete terms only, since projects are seasonal")
compared = cohorts.same_term_last_year(scope)
if compared.is_empty():
    states.empty("No term can be compared yet", "This needs two complete terms of one season.")
else:
    labels = cohorts.labels_of(scope, cohorts.COMPARED)
    chart_frame(
        "same-term",
        findings.same_term(compared, labels),
        "Each complete term beside the same term a year before, and the change",
        charts.same_term(compared, labels, mode),
        compared,
    )

page.section("Students", "cohort view: by the term of joining; employers' filters do not apply")
did = st.segmented_control(
    "Took part",
    list(STUDENT_MEASURES),
    format_func=STUDENT_MEASURES.__getitem__,
    default="applied",
    required=True,
    key="did",
    bind="query-params",
)
triangle = cohorts.student_triangle(scope, did or "applied")
if triangle.is_empty():
    states.empty("No student has a complete term behind them", "Retention appears once the term of joining is over.")
else:
    chart_frame(
        "student-retention",
        findings.students(triangle, DID[did or "applied"]),
        "Per cent of the students of a joining term; at the left, how many they were; hatched: running",
        charts.triangle(triangle, mode),
        triangle,
    )
