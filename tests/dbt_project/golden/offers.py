"""Offers: answered, accepted, withdrawn from, for new roles, and how long each step took."""

from datetime import datetime
from typing import Any

from tests.dbt_project.golden import Expected, at_employer
from tests.dbt_project.marketplace import Marketplace

APPLIED = datetime(2025, 3, 1)
OPENED = datetime(2025, 2, 19)


def answer(market: Marketplace, name: str, employer_id: str, sent_at: datetime, **more: Any) -> None:
    """Add a candidate who applied on 1 March 2025, and an offer; ``hired_at`` and ``job_id`` go to the application."""
    market.candidate(f"c-{name}", employer_id)
    market.job_application(name, f"c-{name}", employer_id, APPLIED)
    for column in ("hired_at", "job_id"):
        market.rows["ats_applications"][-1][column] = more.pop(column, None)
    market.offer(name, name, sent_at, **more)


def offers_of_every_kind(market: Marketplace) -> None:
    market.employer("offerer")
    job = {"system": "ats", "job_id": "offerer-job", "employer_id": "offerer"}
    market.add("ats_jobs", {**job, "opened_at": OPENED, "employment_type": "Full-Time"})
    accepted = {"resolved_at": datetime(2025, 3, 13), "is_new_position": True, "hired_at": datetime(2025, 3, 21)}
    answer(market, "o-kept", "offerer", datetime(2025, 3, 11), job_id="offerer-job", **accepted)
    left = {"resolved_at": datetime(2025, 3, 7, 12), "is_new_position": False}
    answer(market, "o-left", "offerer", datetime(2025, 3, 5, 12), job_id="offerer-job", **left)
    market.offer("o-left", "o-left", datetime(2025, 3, 5, 12), version=2, status="rejected", is_new_position=False)
    answer(market, "o-declined", "offerer", datetime(2025, 3, 21), status="rejected", is_new_position=True)
    waiting = {"status": "unresolved", "resolved_at": None}
    answer(market, "o-open", "offerer", datetime(2025, 3, 31), job_id="offerer-job", **waiting)
    answer(market, "o-silent", "offerer", datetime(2025, 3, 2), hired_at=datetime(2025, 3, 31))
    answer(market, "o-replaced", "offerer", datetime(2025, 3, 16), status="deprecated", resolved_at=None)
    market.employer("unanswered")
    answer(market, "o-unanswered", "unanswered", datetime(2025, 3, 11), **waiting)


CASES = (offers_of_every_kind,)

HERE = at_employer("offerer")
UNANSWERED = at_employer("unanswered")

EXPECTED = [
    Expected("offers", 6, HERE),
    # kept, left (in its first version) and silent.
    Expected("offers_accepted", 3, HERE),
    # Those and declined; open has no answer, and replaced was taken back by the employer.
    Expected("offers_resolved", 4, HERE),
    Expected("offer_acceptance_rate", 3 / 4, HERE),
    Expected("offers_reneged", 1, HERE),
    Expected("renege_rate", 1 / 3, HERE),
    # silent does not say whether its role is new; declined was for a new role, but nobody took it.
    Expected("offers_accepted_with_known_position", 2, HERE),
    Expected("offers_for_new_positions", 1, HERE),
    Expected("new_position_share", 1 / 2, HERE),
    # Days from 1 March: silent 1, left 4.5, kept 10, replaced 15, declined 20, open 30; the middle is (10 + 15) / 2.
    Expected("days_to_offer_median", 12.5, HERE),
    # Accepted - opened on 19 February: left 16.5, kept 22; silent has no job, open no answer.
    Expected("job_days_to_fill_median", 19.25, HERE),
    # Hired - applied: kept 20, silent 30.
    Expected("days_to_hire_median", 25, HERE),
    Expected("offers", 1, UNANSWERED),
    Expected("offers_accepted", 0, UNANSWERED),
    Expected("offer_acceptance_rate", None, UNANSWERED),
    Expected("renege_rate", None, UNANSWERED),
    Expected("new_position_share", None, UNANSWERED),
    Expected("days_to_offer_median", 10, UNANSWERED),
    Expected("job_days_to_fill_median", None, UNANSWERED),
    Expected("days_to_hire_median", None, UNANSWERED),
]
