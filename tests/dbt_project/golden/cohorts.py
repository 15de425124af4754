"""Whole cohorts, mature or not, and those of whom nothing is known: what the share mature and the unknown are of."""

from datetime import date, datetime, timedelta

from tests.dbt_project.golden import Expected, at_employer, by
from tests.dbt_project.golden.pairs import APPLIED, DONE, after, completer
from tests.dbt_project.marketplace import Marketplace

EMPLOYERS_STATE, PERSONS_STATE, GRADUATES_STATE = "ZE", "ZP", "ZG"
"""States of nobody else."""


def completers_of_a_feed_that_ended(market: Marketplace) -> None:
    """The feed tells of the first 100 days: hired on day 50; nothing heard; in work elsewhere; known before."""
    market.employer("whole", observed=(date(2020, 1, 1), after(100)))
    for name in ("hired", "silent", "employed", "known"):
        completer(market, f"whole-{name}", "whole", state=PERSONS_STATE)
    completer(market, "whole-graduate", "whole", state=PERSONS_STATE, graduation_date=date(2023, 6, 1))
    market.employment("whole-hired", after(50), employer_id="whole", email="whole-hired@home.net")
    market.employment("whole-employed", after(-10), email="whole-employed@home.net")
    market.candidate("c-whole-known", "whole", emails=("whole-known@home.net",))
    market.job_application("whole-known", "c-whole-known", "whole", DONE - timedelta(days=31))


def a_completer_who_closed_the_account(market: Marketplace) -> None:
    """The class of 2026 is open, but nothing is said any more of who has left."""
    market.employer("whole-left", observed=(date(2020, 1, 1), None))
    left = {"graduation_date": date(2026, 5, 1), "deleted_at": datetime(2025, 12, 1)}
    completer(market, "whole-left", "whole-left", **left)
    completer(market, "whole-stays", "whole-left", graduation_date=date(2026, 5, 1))


def applicants_selected_and_known(market: Marketplace) -> None:
    """One in vain, one selected, one who applied in the ATS between the application here and the selection."""
    market.employer("whole-try", observed=(date(2020, 1, 1), None))
    market.project("whole-try", "whole-try", APPLIED)
    for name, events in (
        ("vain", {}),
        ("selected", {"selected": APPLIED + timedelta(days=9)}),
        ("between", {"selected": APPLIED + timedelta(days=9)}),
    ):
        market.student(f"whole-try-{name}", emails=(f"whole-try-{name}@home.net",))
        market.application(f"whole-try-{name}", "whole-try", f"whole-try-{name}", APPLIED, **events)
    market.candidate("c-whole-try", "whole-try", emails=("whole-try-between@home.net",))
    market.job_application("whole-try", "c-whole-try", "whole-try", APPLIED + timedelta(days=8))


def employers_with_and_without_a_completion(market: Marketplace) -> None:
    """One with a completion of yesterday, one that only posted, one that never did."""
    for name in ("done", "posted", "silent"):
        market.employer(f"whole-{name}", state=EMPLOYERS_STATE)
    market.student("whole-done")
    market.completion("whole-done", "whole-done", "whole-done", datetime(2025, 12, 31))
    market.project("whole-posted", "whole-posted", datetime(2025, 12, 31))


def engagements_started_before_they_are_due(market: Marketplace) -> None:
    """Started and due after as_of; started without a due date; due but never started."""
    market.employer("whole-due")
    start = {"started_at": datetime(2025, 12, 1)}
    for name, more in (
        ("later", {**start, "due_at": datetime(2026, 2, 1)}),
        ("never", start),
        ("idle", {"due_at": datetime(2025, 6, 1)}),
    ):
        key = f"whole-due-{name}"
        market.student(key)
        market.project(key, "whole-due", datetime(2025, 5, 1))
        market.application(key, key, key, datetime(2025, 5, 2))
        accepted = {"accepted_at": datetime(2025, 5, 3), **more}
        market.add("engagements", {"engagement_id": key, "application_id": key, **accepted})


def graduates_heard_of_and_not(market: Marketplace) -> None:
    """Two of whom nothing is heard, one who answered."""
    for name in ("one", "two", "told"):
        market.student(f"whole-grad-{name}", graduation_date=date(2024, 5, 15), state=GRADUATES_STATE)
    row = {"response_id": "whole-grad", "student_id": "whole-grad-told", "outcome": "seeking_employment"}
    market.add("first_destinations", {**row, "surveyed_at": datetime(2024, 11, 1)})


CASES = (
    completers_of_a_feed_that_ended,
    a_completer_who_closed_the_account,
    applicants_selected_and_known,
    employers_with_and_without_a_completion,
    engagements_started_before_they_are_due,
    graduates_heard_of_and_not,
)

AT_WHOLE = by("person_host__host_id", "whole")
AT_LEFT = by("person_host__host_id", "whole-left")
AT_TRY = at_employer("whole-try")

EXPECTED = [
    # hired, silent and graduate are eligible and due; of hired it is known.
    Expected("completers_with_unknown_outcome", 2, AT_WHOLE),
    Expected("completers_ready", 1, AT_WHOLE),
    # hired and silent: whoever leaves the rate is not asked for a graduation.
    Expected("completers_with_unknown_graduation", 2, AT_WHOLE),
    # The graduate's class ended on 31 December 2023, which nobody watched; the others are of no class.
    Expected("nace_of_class", 1, AT_WHOLE),
    Expected("nace_conversion_rate", None, AT_WHOLE),
    # stays, whose class is open.
    Expected("completers", 2, AT_LEFT),
    Expected("nace_of_class", 1, AT_LEFT),
    Expected("persons_employed_on_completing", 1, by("student__state", PERSONS_STATE)),
    # selected and between, who was in the ATS a day before being selected.
    Expected("selected_pairs", 2, AT_TRY),
    Expected("selected_pairs_pre_existing", 1, AT_TRY),
    Expected("selected_pairs_mature_545_days", 1, AT_TRY),
    Expected("applicant_pairs_pre_existing", 0, AT_TRY),
    Expected("employers_posted", 2, by("employer__state", EMPLOYERS_STATE)),
    Expected("employers_completed", 1, by("employer__state", EMPLOYERS_STATE)),
    Expected("employers_mature_180_days", 0, by("employer__state", EMPLOYERS_STATE)),
    # later only.
    Expected("engagements_started_due", 1, at_employer("whole-due")),
    Expected("engagements_started", 2, at_employer("whole-due")),
    Expected("engagements_mature_completion", 0, at_employer("whole-due")),
    Expected("graduates_unknown", 2, by("student__state", GRADUATES_STATE)),
]
