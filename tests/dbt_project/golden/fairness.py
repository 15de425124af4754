"""Groups compared: applicants with and without a Pell grant at two hosts, and what became of their work."""

from datetime import date, datetime, timedelta

from tests.dbt_project.golden import Expected, by
from tests.dbt_project.marketplace import AS_OF, Marketplace

OBSERVED = (date(2020, 1, 1), None)
APPLIED = datetime(2025, 3, 1)
DONE = datetime(2024, 3, 1)
APPLICANTS = {("a", True): (1, 4), ("a", False): (3, 4), ("b", True): (1, 4), ("b", False): (2, 6)}
"""Project and Pell -> selected of applied: 2 of 8 with a grant, 5 of 10 without (METRICS, golden test d)."""


def applicants_with_and_without_a_grant(market: Marketplace) -> None:
    """The first of each cell is selected on the last moment of its 30 days."""
    market.employer("fair")
    for project in ("fair-a", "fair-b"):
        market.project(project, "fair", APPLIED, slots=9)
    for (project, pell), (selected, applied) in APPLICANTS.items():
        for number in range(applied):
            name = f"fair-{project}-{'pell' if pell else 'none'}-{number}"
            market.student(name, pell_recipient=pell)
            events = {"selected": APPLIED + timedelta(days=30)} if number < selected else {}
            market.application(name, f"fair-{project}", name, APPLIED, **events)


def applicants_who_count_otherwise(market: Marketplace) -> None:
    """Selected a second late; not yet 30 days old; without consent, so that no group is known; and in another term."""
    market.employer("fair-edges")
    market.project("fair-edges", "fair-edges", APPLIED, slots=9)
    market.student("fair-late", pell_recipient=True)
    market.student("fair-young", pell_recipient=True)
    market.student("fair-silent", pell_recipient=True, consent_analytics=False)
    market.student("fair-summer", pell_recipient=True)
    late = APPLIED + timedelta(days=30, seconds=1)
    market.application("fair-late", "fair-edges", "fair-late", APPLIED, selected=late)
    young = AS_OF - timedelta(days=29)
    market.application("fair-young", "fair-edges", "fair-young", young, selected=young)
    market.application("fair-silent", "fair-edges", "fair-silent", APPLIED, selected=APPLIED)
    summer = datetime(2025, 6, 1)
    market.application("fair-summer", "fair-edges", "fair-summer", summer, selected=summer)


def work_and_what_came_of_it(market: Marketplace) -> None:
    """Hired on day 365 and on day 366; offered on day 365; known to the host before; approved a day past the grace."""
    market.employer("fair-work", observed=OBSERVED)
    for name, pell in {"hired": True, "missed": True, "offered": False, "known": False}.items():
        market.student(f"fair-{name}", emails=(f"fair-{name}@home.net",), pell_recipient=pell)
        market.completion(f"fair-{name}", "fair-work", f"fair-{name}", DONE)
    for name, days in {"hired": 365, "missed": 366}.items():
        start = (DONE + timedelta(days=days)).date()
        market.employment(f"fair-{name}", start, employer_id="fair-work", email=f"fair-{name}@home.net")
    for name, days in {"offered": 10, "known": -100}.items():
        market.candidate(f"c-fair-{name}", "fair-work", emails=(f"fair-{name}@home.net",))
        market.job_application(f"fair-{name}", f"c-fair-{name}", "fair-work", DONE + timedelta(days=days))
        market.offer(f"fair-{name}", f"fair-{name}", DONE + timedelta(days=365), status="rejected")
    market.student("fair-slow", pell_recipient=False)
    market.project("fair-slow", "fair-work", DONE)
    market.application("fair-slow", "fair-slow", "fair-slow", DONE, selected=DONE)
    steps = {"accepted_at": DONE, "started_at": DONE, "due_at": DONE, "submitted_at": DONE}
    approved = DONE + timedelta(days=15)
    market.add(
        "engagements", {"engagement_id": "fair-slow", "application_id": "fair-slow", **steps, "approved_at": approved}
    )


CASES = (applicants_with_and_without_a_grant, applicants_who_count_otherwise, work_and_what_came_of_it)


def group(scope_id: str, value: str | None = None, period: str | None = None) -> str:
    """Return the filter for one group of the dimension Pell at one host, or all of its groups."""
    parts = [by("selection_cell__scope_id", scope_id), by("selection_cell__group_dimension", "pell")]
    parts += [by("selection_cell__group_value", value)] if value else []
    parts += [by("selection_cell__period_label", period)] if period else []
    return " and ".join(parts)


PELL, NONE = group("fair", "yes"), group("fair", "no")
PELL_AT_WORK, NONE_AT_WORK = group("fair-work", "yes"), group("fair-work", "no")
EDGES = group("fair-edges")

EXPECTED = [
    # 1 of 4 and 1 of 4; 3 of 4 and 2 of 6: day 30 is within 30 days.
    Expected("group_applications_mature", 8, PELL),
    Expected("group_applications_selected", 2, PELL),
    Expected("group_selection_rate", 2 / 8, PELL),
    Expected("group_applications_mature", 10, NONE),
    Expected("group_selection_rate", 5 / 10, NONE),
    # Late, silent and summer are 30 days old, young is not; silent and summer were selected in time.
    Expected("group_applications_mature", 3, EDGES),
    Expected("group_applications_selected", 2, EDGES),
    # Late and summer have a known grant; silent does not consent.
    Expected("group_selection_rate", 1 / 2, group("fair-edges", "yes")),
    Expected("group_selection_rate", 0 / 1, group("fair-edges", "yes", "Spring 2025")),
    Expected("group_selection_rate", 1 / 1, group("fair-edges", "yes", "Summer 2025")),
    Expected("group_selection_rate", None, group("fair-edges", "no")),
    # Over all dimensions each application counts once in each: 18 x 5; the rate stays 7 of 18.
    Expected("group_applications_mature", 90, by("selection_cell__scope_id", "fair")),
    Expected("group_selection_rate", 7 / 18, by("selection_cell__scope_id", "fair")),
    # Hired and missed were approved in time; offered and known as well, slow a day too late.
    Expected("group_engagements_mature", 2, PELL_AT_WORK),
    Expected("group_engagements_completed", 2, PELL_AT_WORK),
    Expected("group_completion_rate", 2 / 2, PELL_AT_WORK),
    Expected("group_completion_rate", 2 / 3, NONE_AT_WORK),
    Expected("group_completion_rate", None, PELL),
    # Known was in the host's ATS before, and leaves; offered and slow remain.
    Expected("group_completers_awaiting_offers", 2, NONE_AT_WORK),
    Expected("group_completers_offered", 1, NONE_AT_WORK),
    Expected("group_offer_through", 1 / 2, NONE_AT_WORK),
    # Hired began on day 365, which tells of an offer; missed a day later.
    Expected("group_offer_through", 1 / 2, PELL_AT_WORK),
    Expected("group_offer_through", None, PELL),
    # Day 365 is within a year, day 366 is not.
    Expected("group_completers_awaiting_hires", 2, PELL_AT_WORK),
    Expected("group_completers_hired", 1, PELL_AT_WORK),
    Expected("group_hire_through", 1 / 2, PELL_AT_WORK),
    Expected("group_hire_through", 0 / 2, NONE_AT_WORK),
    Expected("group_hire_through", None, PELL),
]
