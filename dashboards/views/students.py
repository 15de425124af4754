"""Students: who takes part, what they earn and learn, and where they land."""

import streamlit as st

from dashboards.charts import market as market_charts
from dashboards.charts import student_months as month_charts
from dashboards.charts import students as charts
from dashboards.charts.style import Mode
from dashboards.components import page, states
from dashboards.components.chart_frame import chart_frame
from dashboards.components.tile import tiles
from dashboards.findings import market as market_findings
from dashboards.findings import students as findings
from dashboards.readings import read
from dashboards.scope import Scope
from dashboards.slices import destinations, market, projects, student_months, students

PART = ("persons_applied", "student_success_rate", "never_selected_rate", "selection_gini")
WORK = ("projects_per_student", "industries_per_student", "pay_per_student", "pay_per_student_median")
LANDING = ("knowledge_rate", "career_outcomes_rate", "any_employer_hire_through")
HOURLY = ("effective_hourly_pay", "under_floor_rate")


def taking_part(scope: Scope, mode: Mode) -> bool:
    """Show who takes part and how soon, by the first application; return whether there is anybody."""
    readings = read(scope, PART)
    page.section("Taking part", "students by the date of their first application")
    tiles("part", scope, [readings[name] for name in PART])
    by_term = students.cohorts(scope)
    if by_term.is_empty():
        states.empty("Nobody first applied in this slice")
        return False
    left, right = st.columns(2, gap="small")
    with left:
        chart_frame(
            "cohorts",
            findings.cohorts(by_term),
            "Students by the term of their first application and how far they came so far",
            charts.cohorts(by_term, mode),
            by_term,
            students.behind_persons(scope, "true", "is_completer = 1", "Students, the completers counted"),
        )
    selected = students.selection_by_applications(scope)
    with right:
        chart_frame(
            "selection",
            findings.selection(selected),
            "Share ever selected, by number of applications, with 95 % intervals",
            charts.selection(selected, mode),
            selected,
            students.behind_persons(
                scope, "is_applied_3_times = 1", "is_never_selected = 1", "Never selected, counted"
            ),
        )
    first_steps(scope, mode)
    return True


def first_steps(scope: Scope, mode: Mode) -> None:
    """Show how soon students are selected, and how soon they answer a new project."""
    left, right = st.columns(2, gap="small")
    with left:
        curve = students.first_selection(scope)
        if curve.is_empty():
            states.too_few("students")
        else:
            chart_frame(
                "first-selection",
                findings.first_selection(curve),
                "Cumulative incidence of a first selection, in days after the first application",
                charts.first_selection(curve, mode),
                curve,
                students.behind_persons(scope, "true", "selection_count > 0", "Students, the selected counted"),
            )
    with right:
        incidence = projects.first_application(scope)
        if incidence.is_empty():
            states.empty("No projects in this slice")
        else:
            chart_frame(
                "first-application",
                market_findings.first_application(incidence),
                "How soon students answer: projects by the date of posting; majors do not apply",
                market_charts.first_application(incidence, mode),
                incidence,
                market.behind_first_application(scope),
            )


def working(scope: Scope, mode: Mode) -> None:
    """Show how often students take part, what they sample, earn and learn, of the same cohorts."""
    readings = read(scope, WORK)
    page.section("Working", "the same students: what they completed, were paid for and were scored on")
    tiles("work", scope, [readings[name] for name in WORK])
    taken = students.participation(scope)
    words = {
        "applications": "applications per student",
        "projects": "projects per completer",
        "industries": "industries per completer",
    }
    for column, (what, word) in zip(st.columns(3, gap="small"), words.items(), strict=True):
        buckets = taken.filter(what=what)
        with column:
            chart_frame(
                what,
                findings.distribution(buckets, what),
                f"Students by {word}",
                charts.distribution(buckets, mode, word),
                buckets,
                students.behind_persons(scope, students.COUNTED_BY[what]),
            )
    left, right = st.columns(2, gap="small")
    with left:
        paid = students.pay(scope)
        chart_frame(
            "pay",
            findings.pay(paid),
            "Completers of known pay by what they were paid in all",
            charts.pay(paid, mode),
            paid,
            students.behind_persons(scope, "pay_usd is not null", word="Completers of known pay"),
        )
    with right:
        changes = students.growth(scope)
        if changes.is_empty():
            states.too_few("students whom employers scored more than once")
        else:
            chart_frame(
                "growth",
                findings.growth(changes),
                "Employers' scores: a student's last less the first, with 95 % interval; grey may be chance",
                charts.growth(changes, mode),
                changes,
                students.behind_growth(scope),
            )


def landing(scope: Scope, mode: Mode) -> None:
    """Show where graduates land and how long completers wait for a first full-time job."""
    readings = read(scope, LANDING)
    page.section("Landing", "graduates by class, completers by their first completion")
    tiles("landing", scope, [readings[name] for name in LANDING])
    left, right = st.columns(2, gap="small")
    with left:
        found, outcomes = destinations.landings(scope), destinations.career_outcomes(scope)
        if found.is_empty():
            states.empty(
                "No class is closed yet", "First destinations count once 31 December of the class year is over."
            )
        else:
            chart_frame(
                "landings",
                findings.landings(found, outcomes),
                "First destinations of closed classes by how far graduates came here; cohort terms do not apply",
                charts.landings(found, mode),
                found,
            )
    with right:
        curve = destinations.first_job(scope)
        if curve.is_empty():
            states.too_few("completers under observation")
        else:
            chart_frame(
                "first-job",
                findings.first_job(curve),
                "Cumulative incidence of a first full-time start anywhere after the first completion, 95 % band",
                charts.first_job(curve, mode),
                curve,
            )


def activity(scope: Scope, mode: Mode) -> None:
    """Show what students did month by month, and what an hour of work paid."""
    by_month = student_months.months(scope)
    page.section("Activity", "by the date of the event, months that are over")
    tiles("activity", scope, student_months.activity_readings(scope, by_month))
    if by_month.is_empty():
        states.empty("No activity in this slice")
        return
    left, right = st.columns(2, gap="small")
    with left:
        chart_frame(
            "active",
            findings.active(by_month),
            "Students who applied in the month, new ones apart",
            month_charts.active(by_month, mode),
            by_month,
            student_months.behind_months(scope),
        )
    with right:
        chart_frame(
            "volume",
            findings.volume(by_month),
            "Applications made and selections decided in the month",
            month_charts.volume(by_month, mode),
            by_month,
            student_months.behind_months(scope),
        )
    readings = read(scope, HOURLY)
    page.section("Pay by the hour", "approved work of known pay and hours, by the date of approval")
    tiles("hourly", scope, [readings[name] for name in HOURLY])
    hourly = student_months.hourly_pay(scope)
    if hourly.is_empty():
        states.empty("No hourly pay is known in this slice")
        return
    chart_frame(
        "hourly-pay",
        findings.hourly_pay(hourly),
        "Engagements by dollars per reported hour; the floor is that of the day of acceptance",
        month_charts.hourly_pay(hourly, mode),
        hourly,
        student_months.behind_hourly_pay(scope),
    )


scope, mode = page.scope(), page.mode()
if scope.filters.lens == "cohort":
    page.lead("How many take part, how often, what they earn and learn, and where they land.")
    if taking_part(scope, mode):
        working(scope, mode)
    landing(scope, mode)
else:
    page.lead("What students did month by month: applying, being selected, and what an hour of work paid.")
    activity(scope, mode)
