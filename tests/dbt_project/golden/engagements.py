"""Engagements: completion by intention to treat, waits, hourly pay, cancellations, ratings, money.

One employer ``work`` with eight engagements, accepted on 1 March 2025 unless said and due on 1 April 2025; each row
below says what it is there for. Fees are 500, of which the platform keeps 50.
"""

from datetime import datetime, timedelta
from typing import Any

from tests.dbt_project.golden import Expected, at_employer, by
from tests.dbt_project.marketplace import Marketplace

ACCEPTED = datetime(2025, 3, 1)
DUE = datetime(2025, 4, 1)
GRACE_ENDS = DUE + timedelta(days=14)
STARTED = datetime(2025, 3, 5)
TOO_YOUNG = datetime(2025, 12, 18, 0, 0, 1)
"""14 days after it, as_of is one second away."""

ROWS: dict[str, dict[str, Any]] = {
    # Approved on the last moment of the grace, four days after submission; paid two days later: 20 USD an hour.
    "w-last-moment": {
        "started_at": STARTED, "submitted_at": GRACE_ENDS - timedelta(days=4), "approved_at": GRACE_ENDS,
        "paid_at": GRACE_ENDS + timedelta(days=2), "hours_reported": 20, "amount_paid_usd": 400,
    },
    # Approved a second too late, six days after submission, paid after five: 300 / 20 = 15 is under the floor of 20.
    "w-too-late": {
        "started_at": STARTED, "submitted_at": GRACE_ENDS - timedelta(days=6) + timedelta(seconds=1),
        "approved_at": GRACE_ENDS + timedelta(seconds=1),
        "paid_at": GRACE_ENDS + timedelta(days=5, seconds=1), "hours_reported": 20, "amount_paid_usd": 300,
    },
    # No start is known, yet it was approved in time: it counts for those accepted, not for those started.
    "w-start-unknown": {
        "submitted_at": DUE, "approved_at": DUE + timedelta(days=1), "hours_reported": 0, "amount_paid_usd": 450,
    },
    # Never started, called off by the employer before the start.
    "w-off-before": {"cancelled_at": datetime(2025, 3, 4), "cancelled_by": "employer"},
    # Called off by the student on the moment of the start, which is after it began.
    "w-off-after": {"started_at": STARTED, "cancelled_at": STARTED, "cancelled_by": "student"},
    # Called off by the platform after the start.
    "w-off-platform": {"started_at": STARTED, "cancelled_at": datetime(2025, 3, 9), "cancelled_by": "platform"},
    # Due so late that its 14 days end a second after as_of: in no completion rate, though it was approved.
    "w-young": {
        "accepted_at": datetime(2025, 12, 1), "started_at": datetime(2025, 12, 2), "due_at": TOO_YOUNG,
        "submitted_at": datetime(2025, 12, 10), "approved_at": datetime(2025, 12, 20), "hours_reported": 10,
    },
    # No due time is known: in no completion rate.
    "w-no-due": {"due_at": None, "started_at": STARTED, "hours_reported": 5, "amount_paid_usd": 5},
}  # fmt: skip


def eight_engagements(market: Marketplace) -> None:
    market.employer("work")
    market.student("worker")
    for name, steps in ROWS.items():
        market.project(name, "work", datetime(2025, 2, 1), category="golden work")
        market.application(name, name, "worker", datetime(2025, 2, 2))
        row = {"engagement_id": name, "application_id": name, "accepted_at": ACCEPTED, "due_at": DUE}
        market.add("engagements", {**row, **steps})


def their_feedback(market: Marketplace) -> None:
    """The employer's first word on w-last-moment is replaced; w-off-after is rated, but was never approved."""
    for name, author, rating, would_hire, after in (
        ("w-last-moment", "employer", 1, False, 1),
        ("w-last-moment", "employer", 5, True, 2),
        ("w-too-late", "employer", 4, None, 1),
        ("w-start-unknown", "employer", None, False, 1),
        ("w-off-after", "employer", 1, True, 1),
        ("w-last-moment", "student", 4, None, 1),
        ("w-off-after", "student", 1, None, 1),
    ):
        said = {"feedback_id": f"{name}-{author}-{after}", "engagement_id": name, "author_role": author}
        submitted = datetime(2025, 5, 1) + timedelta(days=after)
        market.add("feedback", {**said, "rating": rating, "would_hire": would_hire, "submitted_at": submitted})


def two_that_ratings_tell_apart(market: Marketplace) -> None:
    """5, 5, 4 at ``praised`` and 1, 1, 2 at ``scorned``: employers differ, so that a prior weight is known."""
    for employer, ratings in (("praised", (5, 5, 4)), ("scorned", (1, 1, 2))):
        market.employer(employer)
        for number, rating in enumerate(ratings):
            name = f"{employer}-{number}"
            market.student(name)
            market.completion(name, employer, name, datetime(2024, 6, 1))
            for author in ("employer", "student"):
                row = {"feedback_id": f"{name}-{author}", "engagement_id": name, "author_role": author}
                market.add("feedback", {**row, "rating": rating, "submitted_at": datetime(2024, 6, 2)})


def floors_by_day(market: Marketplace) -> None:
    """Three at ``floors``: 15 an hour is enough before 2024 and too little from 2024 on; 14.99 never was enough.

    Two were accepted in fall 2023; all three were due, and approved, in spring 2024.
    """
    market.employer("floors")
    for name, accepted, paid in (
        ("f-old-floor", datetime(2023, 12, 31, 23), 150),
        ("f-old-below", datetime(2023, 12, 31, 23), 149.90),
        ("f-new-below", datetime(2024, 1, 1), 150),
    ):
        market.project(name, "floors", datetime(2023, 12, 1))
        market.application(name, name, "worker", datetime(2023, 12, 2))
        done = {"due_at": datetime(2024, 2, 20), "approved_at": datetime(2024, 3, 1)}
        done |= {"started_at": accepted, "hours_reported": 10, "amount_paid_usd": paid}
        market.add("engagements", {"engagement_id": name, "application_id": name, "accepted_at": accepted, **done})


CASES = (eight_engagements, their_feedback, two_that_ratings_tell_apart, floors_by_day)

AT_WORK = at_employer("work")
AT_FLOORS = at_employer("floors")
NOWHERE = at_employer("nobody")


def floors_in(term: str, dimension: str = "engagement__term_label") -> str:
    """Return the filter for the engagements of ``floors`` in one term: of acceptance unless said."""
    return f"{AT_FLOORS} and {by(dimension, term)}"


IN_CUBE = " and ".join(
    by(f"selection_cell__{name}", value)
    for name, value in (("scope_id", "floors"), ("period_label", "Spring 2024"), ("group_dimension", "pell"))
)

EXPECTED = [
    Expected("engagements_accepted", 8, AT_WORK),
    # All but w-start-unknown and w-off-before.
    Expected("engagements_started", 6, AT_WORK),
    # w-last-moment, w-too-late, w-start-unknown, w-young.
    Expected("engagements_approved", 4, AT_WORK),
    # Started, due + 14 days by as_of: w-last-moment, w-too-late, w-off-after, w-off-platform.
    Expected("engagements_mature_completion", 4, AT_WORK),
    Expected("engagements_completed_in_time", 1, AT_WORK),
    Expected("completion_rate", 1 / 4, AT_WORK),
    # Accepted, due + 14 days by as_of: the four and w-start-unknown, w-off-before.
    # In time: w-last-moment, w-start-unknown.
    Expected("engagements_mature_accepted", 6, AT_WORK),
    Expected("engagements_completed_of_accepted", 2, AT_WORK),
    Expected("completion_rate_intent_to_treat", 2 / 6, AT_WORK),
    Expected("completion_rate_intent_to_treat", None, NOWHERE),
    # Approved with due and submission: all four. On time: w-start-unknown (on the moment), w-young.
    Expected("engagements_timed", 4, AT_WORK),
    Expected("engagements_on_time", 2, AT_WORK),
    Expected("on_time_rate", 2 / 4, AT_WORK),
    # 4, 6, 1 and 10 days: the median is (4 + 6) / 2.
    Expected("days_to_approve_median", 5, AT_WORK),
    # 2 and 5 days; the other two are not paid yet.
    Expected("days_to_pay_median", 3.5, AT_WORK),
    Expected("days_to_pay_median", None, AT_FLOORS),
    # w-last-moment 400 / 20, w-too-late 300 / 20; no hours, no pay and no approval leave the rest out.
    Expected("engagements_with_known_hourly_pay", 2, AT_WORK),
    Expected("pay_with_known_hours_usd", 700, AT_WORK),
    Expected("hours_with_known_pay", 40, AT_WORK),
    Expected("effective_hourly_pay", 700 / 40, AT_WORK),
    Expected("engagements_under_floor", 1, AT_WORK),
    Expected("under_floor_rate", 1 / 2, AT_WORK),
    Expected("under_floor_rate", 2 / 3, AT_FLOORS),
    Expected("under_floor_rate", None, NOWHERE),
    # By the term of their own clock: two accepted in fall, three due and approved in spring.
    Expected("engagements_accepted", 2, floors_in("Fall 2023")),
    Expected("engagements_mature_completion", 3, floors_in("Spring 2024", "engagement__due_term_label")),
    Expected("completion_rate", 3 / 3, floors_in("Spring 2024", "engagement__due_term_label")),
    Expected("completion_rate", None, floors_in("Fall 2023", "engagement__due_term_label")),
    Expected("engagements_approved", 3, floors_in("Spring 2024", "engagement__approved_term_label")),
    Expected("group_engagements_mature", 3, IN_CUBE),
    # 8 x 500 booked, 4 x 500 recognised, 8 x 50 for the platform.
    Expected("gmv_booked", 4000, AT_WORK),
    Expected("gmv_recognised", 2000, AT_WORK),
    Expected("platform_fees", 400, AT_WORK),
    Expected("gmv_with_known_fee", 4000, AT_WORK),
    Expected("take_rate", 400 / 4000, AT_WORK),
    Expected("engagements_cancelled", 3, AT_WORK),
    Expected("cancellation_rate", 3 / 8, AT_WORK),
    Expected("cancellation_rate", None, NOWHERE),
    *(
        expected
        for part, count in (
            ("by_employer", 1),
            ("by_student", 1),
            ("by_platform", 1),
            ("before_start", 1),
            ("after_start", 2),
        )
        for expected in (
            Expected(f"engagements_cancelled_{part}", count, AT_WORK),
            Expected(f"cancellation_rate_{part}", count / 8, AT_WORK),
        )
    ),
    # The last words on approved work: 5 and 4; of w-start-unknown no rating, of w-off-after no approval.
    Expected("employer_rating_mean", 4.5, AT_WORK),
    Expected("employer_rating_sum", 9, AT_WORK),
    Expected("engagements_rated_by_employer", 2, AT_WORK),
    Expected("employer_rating_response_rate", 2 / 4, AT_WORK),
    # Answered: yes for w-last-moment, no for w-start-unknown.
    Expected("would_hire_answers", 2, AT_WORK),
    Expected("would_hire_yes", 1, AT_WORK),
    Expected("would_hire_rate", 1 / 2, AT_WORK),
    Expected("would_hire_rate", None, AT_FLOORS),
    Expected("would_hire_response_rate", 2 / 4, AT_WORK),
    Expected("student_rating_mean", 4, AT_WORK),
    Expected("student_rating_sum", 4, AT_WORK),
    Expected("engagements_rated_by_student", 1, AT_WORK),
    Expected("student_rating_response_rate", 1 / 4, AT_WORK),
    Expected("employer_rating_mean", 14 / 3, at_employer("praised")),
    # Priors are the whole platform's: their arithmetic stands at int_ratings_pooled and in test_ratings.py.
    *(
        Expected(f"{author}_rating_{part}", None, NOWHERE)
        for author in ("employer", "student")
        for part in ("prior_mean", "prior_weight", "shrunk")
    ),
]
