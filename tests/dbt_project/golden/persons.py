"""Persons: success within 90 days, what a person samples, completes and earns, who is never selected; retention."""

from datetime import datetime, timedelta

from tests.dbt_project.golden import Expected, by
from tests.dbt_project.marketplace import Marketplace

FIRST = datetime(2018, 6, 1)
"""First applications of this family lie in summer 2018, where no other family's do."""

YOUNG = datetime(2025, 10, 3, 0, 0, 1)
"""90 days after it, as_of is one second away."""

JOINED = datetime(2016, 2, 1)
"""Spring 2016; the students of no other family join then."""

SCHOOL = "100654"


def success_within_90_days(market: Marketplace) -> None:
    """Selected on the last moment of the 90 days, a second later, and never; applied too late to know."""
    market.employer("p-host")
    for name, applied, waited in (
        ("p-last-moment", FIRST, timedelta(days=90)),
        ("p-too-late", FIRST, timedelta(days=90, seconds=1)),
        ("p-unselected", FIRST, None),
        ("p-young", YOUNG, timedelta(days=1)),
    ):
        market.student(name)
        project = f"{name}-project"
        market.project(project, "p-host", applied - timedelta(days=1), category="golden persons")
        events = {} if waited is None else {"selected": applied + waited}
        market.application(name, project, name, applied, **events)


def selected_on_another_application(market: Marketplace) -> None:
    """p-second is selected on the second of two applications, on day 30; p-thrice never in three."""
    for name, count in (("p-second", 2), ("p-thrice", 3)):
        market.student(name)
        for number in range(count):
            application = f"{name}-{number}"
            market.project(application, "p-host", FIRST - timedelta(days=1))
            chosen = {"selected": FIRST + timedelta(days=30)} if name == "p-second" and number == 1 else {}
            market.application(application, application, name, FIRST + timedelta(days=number), **chosen)


def work_of_four_persons(market: Marketplace) -> None:
    """Approved work of four persons, applied for on 1 June 2018.

    p-many: two segments of one parent in manufacturing (31), one project in manufacturing (33: the same sector), one in
    information (51), one with an employer without a code: 4 projects, 2 industries, 100 + 100 + 50 + 50 = 300 USD.
    p-one: one project in information, 80 USD. p-unpaid: one project there, pay unknown.
    p-uncoded: one with the employer without a code, pay unknown.
    """
    for employer, naics in (("p-31", "311811"), ("p-33", "33"), ("p-51", "513210"), ("p-none", None)):
        market.employer(employer, industry_naics=naics)
    for name in ("p-many", "p-one", "p-unpaid", "p-uncoded"):
        market.student(name)
    for person, employer, parent, paid in (
        ("p-many", "p-31", None, 100),
        ("p-many", "p-31", "p-many-0", 100),
        ("p-many", "p-33", None, 50),
        ("p-many", "p-51", None, 50),
        ("p-many", "p-none", None, None),
        ("p-one", "p-51", None, 80),
        ("p-unpaid", "p-51", None, None),
        ("p-uncoded", "p-none", None, None),
    ):
        number = sum(row["student_id"] == person for row in market.rows["applications"])
        name = f"{person}-{number}"
        market.project(name, employer, FIRST, parent_project_id=parent)
        market.application(name, name, person, FIRST, selected=FIRST + timedelta(days=1))
        steps = {"accepted_at": FIRST + timedelta(days=2), "approved_at": FIRST + timedelta(days=20)}
        row = {"engagement_id": name, "application_id": name, **steps}
        market.add("engagements", {**row, "amount_paid_usd": paid})
    market.project("p-one-unapproved", "p-31", FIRST)
    market.application("p-one-unapproved", "p-one-unapproved", "p-one", FIRST, selected=FIRST)
    unapproved = {"engagement_id": "p-one-unapproved", "application_id": "p-one-unapproved", "accepted_at": FIRST}
    market.add("engagements", {**unapproved, "amount_paid_usd": 999})


def students_by_term(market: Marketplace) -> None:
    """Three join in spring 2016: s-both applies then and in summer and completes in summer; s-once applies then.

    s-willing is of a known school; the two others have none, and form a group of their own.
    """
    market.employer("s-host")
    market.student("s-both", joined_at=JOINED)
    market.student("s-once", joined_at=JOINED)
    market.student("s-willing", joined_at=JOINED, institution_unitid=SCHOOL)
    for name, person, applied in (
        ("s-both-spring", "s-both", datetime(2016, 4, 30)),
        ("s-both-spring-again", "s-both", datetime(2016, 4, 30)),
        ("s-both-summer", "s-both", datetime(2016, 5, 1)),
        ("s-once-spring", "s-once", datetime(2016, 3, 1)),
    ):
        market.project(name, "s-host", datetime(2016, 2, 2))
        market.application(name, name, person, applied)
    done = {"accepted_at": datetime(2016, 5, 2), "approved_at": datetime(2016, 8, 31, 23)}
    market.add("engagements", {"engagement_id": "s-both", "application_id": "s-both-summer", **done})


CASES = (success_within_90_days, selected_on_another_application, work_of_four_persons, students_by_term)

IN_SUMMER = by("applicant__term_label", "Summer 2018")
NOBODY = by("applicant__term_label", "Summer 2015")
JOINED_THEN = by("student_term__joined_term_label", "Spring 2016")

EXPECTED = [
    # p-last-moment, p-too-late, p-unselected, p-second, p-thrice, p-many, p-one, p-unpaid, p-uncoded.
    Expected("persons_applied", 9, IN_SUMMER),
    Expected("persons_mature_90_days", 9, IN_SUMMER),
    # p-last-moment, p-second, p-many, p-one, p-unpaid, p-uncoded.
    Expected("persons_selected_90_days", 6, IN_SUMMER),
    Expected("student_success_rate", 6 / 9, IN_SUMMER),
    Expected("student_success_rate", None, NOBODY),
    Expected("persons_completed", 4, IN_SUMMER),
    # 2 + 1 + 1; of p-uncoded no industry is known.
    Expected("student_industries", 4, IN_SUMMER),
    Expected("persons_with_known_industry", 3, IN_SUMMER),
    Expected("industries_per_student", 4 / 3, IN_SUMMER),
    Expected("industries_per_student_median", 1, IN_SUMMER),
    Expected("industries_per_student_p90", 2, IN_SUMMER),
    # 4 + 1 + 1 + 1: the median is 1, and the least value that nine in ten do not exceed is 4.
    Expected("student_projects", 7, IN_SUMMER),
    Expected("projects_per_student", 7 / 4, IN_SUMMER),
    Expected("projects_per_student", None, NOBODY),
    Expected("projects_per_student_median", 1, IN_SUMMER),
    Expected("projects_per_student_p90", 4, IN_SUMMER),
    # 300 + 80, of the two whose pay is known.
    Expected("student_pay_usd", 380, IN_SUMMER),
    Expected("persons_with_known_pay", 2, IN_SUMMER),
    Expected("pay_per_student", 380 / 2, IN_SUMMER),
    Expected("pay_per_student", None, NOBODY),
    Expected("pay_per_student_median", 190, IN_SUMMER),
    Expected("pay_per_student_p90", 300, IN_SUMMER),
    # p-thrice and p-many.
    Expected("persons_with_3_applications", 2, IN_SUMMER),
    Expected("persons_never_selected", 1, IN_SUMMER),
    Expected("never_selected_rate", 1 / 2, IN_SUMMER),
    Expected("never_selected_rate", None, NOBODY),
    # Terms from spring 2016 to fall 2025 (complete on 1 January 2026): 10 years x 3, for each of 3 students.
    Expected("student_terms", 90, JOINED_THEN),
    # s-both in two terms, s-once in one.
    Expected("student_terms_applied", 3, JOINED_THEN),
    Expected("student_terms_completed", 1, JOINED_THEN),
    Expected("student_retention_applied", 3 / 90, JOINED_THEN),
    Expected("student_retention_completed", 1 / 90, JOINED_THEN),
    # In the term after the one they joined in, summer 2016, one of the three applied.
    Expected("student_retention_applied", 1 / 3, f"{JOINED_THEN} and {by('student_term__term_label', 'Summer 2016')}"),
    Expected("student_retention_applied", None, by("student_term__joined_term_label", "Summer 2015")),
    # Over all groups of everybody: its arithmetic stands at agg_concentration and in test_concentration.py.
    Expected("selection_gini", None, "{{ TimeDimension('metric_time', 'day') }} < '2026-01-01'"),
]
