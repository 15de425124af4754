"""Projects: every project of the employer, and one of them from posting to hire."""

import polars as pl
import streamlit as st

from dashboards.charts import market as market_charts
from dashboards.charts import pipeline as pipeline_charts
from dashboards.charts import project_pages as charts
from dashboards.components import page, states
from dashboards.components.chart_frame import chart_frame, table_frame
from dashboards.components.table import choose_row
from dashboards.components.tile import tiles
from dashboards.findings import market as market_findings
from dashboards.findings import project_pages as findings
from dashboards.readings import read
from dashboards.slices import project_list, project_pages, project_tiles
from dashboards.slices import projects as market

METRICS = (
    "projects_posted",
    "fill_rate_30_days",
    "applications_per_project",
    "viable_candidates_per_project",
    "completion_rate",
    "cost_per_completed_project",
)

scope, mode = page.scope(), page.mode()


def one_project(project_id: str) -> None:
    """Draw one project: its course, its applicants, its feedback, its cost, what came of it."""
    found = project_pages.project(scope, project_id)
    if found is None:
        no_such_project()
        return
    people = project_pages.applicants(scope, project_id)
    work = project_pages.engagements(scope, project_id)
    spent = project_pages.costs(scope, project_id)
    completers = project_pages.completers(scope, people)
    course = project_pages.course(found, people, work)
    page.section(found["title"], findings.facts(found))
    tiles("project", scope, project_tiles.readings(scope, found, work, spent, completers))
    chart_frame(
        "course",
        findings.course(found, work),
        "The project and each engagement; hatched, what is not over",
        charts.course(course, mode),
        course,
    )
    if not people.is_empty():
        its_applicants(project_id, people)
    if not work.is_empty():
        table_frame(
            "project-feedback",
            findings.feedback(work),
            "Each engagement, with our rating of the work and the student's of the project, 1 to 5",
            project_pages.reviews(work),
        )
        left, right = st.columns([1, 1], gap="small")
        with left:
            table_frame("project-cost", findings.costs(spent, found["approved_count"]), findings.UNKNOWN_COSTS, spent)
        with right:
            table_frame(
                "project-outcome",
                findings.completers(completers),
                "Those who completed it, by what the host did since their first completion here",
                completers,
            )


def its_applicants(project_id: str, people: pl.DataFrame) -> None:
    """Draw how far a project's applicants came, and who they are."""
    stages = project_pages.stages(people)
    left, right = st.columns([1, 1], gap="small")
    with left:
        chart_frame(
            "project-applicants",
            findings.applicants(stages),
            "Applicants by the furthest stage that they reached",
            pipeline_charts.funnel(stages, mode),
            stages,
            project_pages.applicant_rows(scope, project_id),
        )
    with right:
        table_frame(
            "project-people",
            findings.people(people),
            "Under a pseudonym; who came furthest first",
            project_pages.shown(people),
            height=300,
        )


def no_such_project() -> None:
    """Say that the address names no project of this employer."""
    states.empty(
        "No such project here", "The address names a project that is not in this slice, or not this employer's."
    )


page.lead(
    "Every project: how soon it was filled, who applied, what it cost and what came of it. Choose one to open it."
)
asked = st.query_params.get("project", "")
readings = read(scope, METRICS)
tiles("projects", scope, [readings[name] for name in METRICS])

search = ""
if project_list.is_long(scope):
    search = st.text_input("Search by title, department or number", key="search", bind="query-params", width=420)
listed = project_list.table(scope, search, asked)
if listed.is_empty():
    states.empty("No projects in this slice")
else:
    page.section("All projects", findings.table(listed, project_list.count(scope)))
    chosen = choose_row(listed, "project", "project", "Project", project_list.names(listed))
    if chosen:
        one_project(chosen)
    elif asked:
        no_such_project()
    else:
        ends = market.ends(scope)
        chart_frame(
            "project-ends",
            market_findings.ends(ends),
            "Projects by the term of posting, and how they ended",
            market_charts.ends(ends, mode),
            ends,
            project_list.project_rows(scope),
        )
