"""Applications: the five states that sum to all of them, furthest stages, persons, and the wait for a decision."""

from datetime import datetime, timedelta

from tests.dbt_project.golden import Expected, at_employer
from tests.dbt_project.marketplace import AS_OF, Marketplace

APPLIED = datetime(2025, 6, 1)


def later(days: float) -> datetime:
    return APPLIED + timedelta(days=days)


def funnel_of_seven(market: Marketplace) -> None:
    """Seven applications by three persons: each stage reached once more than the next."""
    market.employer("funnel")
    market.project("funnel", "funnel", APPLIED, slots=7)
    for name in ("funnel-ann", "funnel-bob", "funnel-cat"):
        market.student(name)
    for number, reached in enumerate(("approved", "submitted", "started", "accepted")):
        name, student = f"funnel-{reached}", ("funnel-ann", "funnel-bob")[number % 2]
        # One has no event of its selection: it is known to be selected by its work.
        events = {} if reached == "submitted" else {"selected": later(10)}
        market.application(name, "funnel", student, APPLIED, **events)
        steps = ("accepted", "started", "submitted", "approved")
        done = {f"{step}_at": later(20 + place) for place, step in enumerate(steps[: steps.index(reached) + 1])}
        market.add("engagements", {"engagement_id": name, "application_id": name, "due_at": later(40), **done})
    market.application("funnel-interviewed", "funnel", "funnel-cat", APPLIED, interviewed=later(5))
    market.application("funnel-rejected", "funnel", "funnel-cat", APPLIED, rejected=later(4))
    market.rows["applications"][-2]["status"] = "selected"  # The event says open, and events are believed first.
    market.application("funnel-silent", "funnel", "funnel-cat", APPLIED)


def boundaries_of_selection(market: Marketplace) -> None:
    """Selected with the 30th day's last moment and a second after; 30 days that end with as_of and a second later."""
    market.employer("month")
    market.student("month")
    market.project("month", "month", APPLIED, slots=4)
    second = timedelta(seconds=1)
    market.application("month-in", "month", "month", APPLIED, selected=later(30))
    market.application("month-out", "month", "month", APPLIED, selected=later(30) + second)
    mature = AS_OF - timedelta(days=30)
    market.application("month-mature", "month", "month", mature, selected=mature + second, withdrawn=AS_OF)
    market.application("month-young", "month", "month", mature + second, expired=AS_OF)


CASES = (funnel_of_seven, boundaries_of_selection)

FUNNEL, MONTH = at_employer("funnel"), at_employer("month")
STATES = at_employer("states")
"""The nine applications of the basics: one in every state, and the ties and reversals between them."""

EXPECTED = [
    # 4 with work, 1 interviewed, 1 rejected, 1 silent; by ann, bob and cat.
    Expected("applications", 7, FUNNEL),
    Expected("applicants", 3, FUNNEL),
    # approved 1 < submitted 2 < started 3 < selected 4 (accepted) < shortlisted 5 (interviewed).
    Expected("applications_reached_approved", 1, FUNNEL),
    Expected("applications_reached_submitted", 2, FUNNEL),
    Expected("applications_reached_started", 3, FUNNEL),
    Expected("applications_reached_selected", 4, FUNNEL),
    Expected("applications_reached_shortlisted", 5, FUNNEL),
    Expected("applications_selected_ever", 4, FUNNEL),
    # The last event decides the state: 3 selected, 1 rejected, 3 open (two undecided, and the one without an event).
    Expected("applications_now_selected", 3, FUNNEL),
    Expected("applications_now_rejected", 1, FUNNEL),
    Expected("applications_now_withdrawn", 0, FUNNEL),
    Expected("applications_now_expired", 0, FUNNEL),
    Expected("applications_open", 3, FUNNEL),
    # First decisions after 4 (rejected), 10, 10, 10 (selected) and 20 (accepted, no event) days: the middle is 10.
    Expected("days_to_decision_median", 10, FUNNEL),
    # 9 = 2 open (open, reopened) + 3 selected + 2 rejected (rejected, tied) + 1 withdrawn + 1 expired.
    Expected("applications_now_selected", 3, STATES),
    Expected("applications_now_rejected", 2, STATES),
    Expected("applications_now_withdrawn", 1, STATES),
    Expected("applications_now_expired", 1, STATES),
    # First decisions after 30, 31, 15, 14, 14, 14, 1 and 14 days; sorted 1 14 14 14 | 14 15 30 31: 14.
    Expected("days_to_decision_median", 14, STATES),
    # Mature: in, out and the one whose 30 days end with as_of; selected in time: in, and that one (withdrawn since).
    Expected("applications_mature", 3, MONTH),
    Expected("applications_selected", 2, MONTH),
    Expected("selection_rate", 2 / 3, MONTH),
    Expected("applications_now_withdrawn", 1, MONTH),
    Expected("applications_now_expired", 1, MONTH),
    Expected("selection_rate", None, at_employer("nobody")),
    Expected("days_to_decision_median", None, at_employer("nobody")),
]
