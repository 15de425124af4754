"""Consent to analytics: never given, withdrawn, and given again. Who withdrew it is in no number, as if erased."""

from datetime import date, datetime, timedelta

from tests.dbt_project.golden import Expected, at_employer, by
from tests.dbt_project.marketplace import Marketplace

OBSERVED = (date(2020, 1, 1), None)
DONE = datetime(2024, 3, 1)
HIRED = date(2024, 6, 1)
PERSON = {"degree_level": "bachelor", "state": "KS", "institution_unitid": "100654", "major_cip": "11.0701"}


def consents(market: Marketplace) -> None:
    """Four complete a project each; the willing and the one who withdrew are hired, the latter under two candidates."""
    market.employer("consent", observed=OBSERVED)
    for name in ("willing", "withdrawn-consent", "never-willing", "returned"):
        market.student(name, emails=(f"{name}@home.net",), consent_analytics=name != "never-willing", **PERSON)
        market.completion(name, "consent", name, DONE)
        feedback = {"feedback_id": name, "engagement_id": name, "author_role": "employer", "would_hire": True}
        market.add("feedback", {**feedback, "rating": 5, "submitted_at": DONE})
    says(market, "withdrawn-consent", 30, consent=False)
    says(market, "returned", 30, consent=False)
    says(market, "returned", 60, consent=True)

    market.employment("willing-hire", HIRED, employer_id="consent", email="willing@home.net")
    market.candidate("c-withdrawn", "consent", emails=(" Withdrawn-Consent@home.net",))
    market.job_application("withdrawn", "c-withdrawn", "consent", DONE + timedelta(days=10))
    market.offer("withdrawn", "withdrawn", DONE + timedelta(days=20), starts_at=HIRED)
    market.candidate("c-numbered", "consent", emails=("numbered@home.net",))
    number = {"kind": "platform_student_id", "value": "withdrawn-consent"}
    market.add("ats_candidate_external_ids", {"system": "ats", "candidate_id": "c-numbered", **number})
    market.employment("numbered-hire", HIRED, employer_id="consent", email="numbered@home.net")
    answer = {"response_id": "withdrawn-consent", "student_id": "withdrawn-consent", "outcome": "employed_full_time"}
    market.add("first_destinations", {**answer, "surveyed_at": datetime(2025, 1, 1)})


def says(market: Marketplace, student_id: str, days: int, *, consent: bool) -> None:
    """Deliver what a student says of the consent, so many days after the work was done."""
    known = {"student_id": student_id, "joined_at": datetime(2020, 1, 1), "consent_contact": True, **PERSON}
    market.add("students", {**known, "consent_analytics": consent, "_delivered_at": DONE + timedelta(days=days)})


CASES = (consents,)

AT_EMPLOYER = at_employer("consent")
AT_HOST = by("person_host__host_id", "consent")

EXPECTED = [
    # The projects are the employer's: four were posted, each filled after 20 days; one of the accepted is gone.
    Expected("projects_posted", 4, AT_EMPLOYER),
    Expected("fill_rate_30_days", 3 / 4, AT_EMPLOYER),
    # willing, never-willing and returned.
    Expected("applications", 3, AT_EMPLOYER),
    Expected("completers", 3, AT_HOST),
    Expected("gmv_recognised", 3 * 500, AT_EMPLOYER),
    # Nobody follows never-willing; willing began work on day 92, returned never did.
    Expected("completers_mature_365_days", 2, AT_HOST),
    Expected("hire_through_matured", 1 / 2, AT_HOST),
    # Of three hires two were of the one who withdrew: by an offer, and under a candidate with the student's number.
    Expected("hires", 1, AT_EMPLOYER),
]
