"""Persons, clocks, states, fills and hires: the cases that most families lean on."""

from datetime import date, datetime, timedelta

from tests.dbt_project.golden import Expected, at_employer, by
from tests.dbt_project.marketplace import AS_OF, Marketplace

OBSERVED = (date(2020, 1, 1), None)
DONE = datetime(2024, 3, 1)
LATER = datetime(2026, 2, 1)


def day(number: int) -> date:
    """Return the day so many days after the completion at DONE."""
    return (DONE + timedelta(days=number)).date()


def people_and_merges(market: Marketplace) -> None:
    market.employer("merge-parent", observed=OBSERVED)
    market.employer("merge-child", parent_employer_id="merge-parent")
    market.employer("merge-grandchild", parent_employer_id="merge-child")
    market.student("merged", emails=(" Ann@College.edu ", "ann@home.net"))
    market.completion("merged", "merge-grandchild", "merged", DONE)
    market.candidate("c-old", "merge-parent", emails=("ANN@college.edu",), merged_into_candidate_id="c-new")
    market.candidate("c-new", "merge-parent", emails=("ann@work.com",), merged_into_candidate_id="c-newest")
    market.candidate("c-newest", "merge-parent")
    market.employment("merged-hire", day(100), employer_id="merge-parent", system="ats", candidate_id="c-newest")

    market.student("twin-a", emails=("shared@home.net",))
    market.student("twin-b", emails=("shared@home.net",))
    market.candidate("c-twin", "merge-parent", emails=("shared@home.net",))
    market.employment("twin-hire", day(100), employer_id="merge-parent", system="ats", candidate_id="c-twin")
    market.employment("stranger-hire", day(100), employer_id="merge-parent", email="Stranger@home.net")


def outcomes_of_pairs(market: Marketplace) -> None:
    market.employer("seen", observed=OBSERVED)
    market.employer("late", observed=(day(200), None))
    market.employer("unseen")
    market.employer("ended", observed=(date(2020, 1, 1), day(100)))
    for host in ("seen", "late", "unseen", "ended"):
        market.student(f"{host}-plain", emails=(f"{host}@home.net",))
        market.completion(f"{host}-plain", host, f"{host}-plain", DONE)
    market.employment("ended-too-late", day(150), employer_id="ended", email="ended@home.net")

    for name in ("host", "elsewhere", "known", "hired-before", "tie", "young"):
        market.student(name, emails=(f"{name}@home.net",))
        done = datetime(2025, 10, 1) if name == "young" else DONE
        market.completion(name, "seen", name, done)
    market.employment("host-hire", day(365), employer_id="seen", email="host@home.net")
    market.employment("elsewhere-first", day(100), email="elsewhere@home.net")
    market.employment("elsewhere-then-host", day(200), employer_id="seen", email="elsewhere@home.net")
    market.employment("tie-host", day(50), employer_id="seen", email="tie@home.net")
    market.employment("tie-elsewhere", day(50), email="tie@home.net")
    market.candidate("c-known", "seen", emails=("known@home.net",))
    market.job_application("known", "c-known", "seen", DONE - timedelta(days=31))
    market.employment("known-hire", day(90), employer_id="seen", system="ats", candidate_id="c-known")
    market.employment("hired-before-1", date(2023, 1, 1), employer_id="seen", email="hired-before@home.net")
    market.employment("hired-before-2", day(60), employer_id="seen", email="hired-before@home.net")


def class_of_2025(market: Marketplace) -> None:
    """20 accepted of 50 eligible is 40 %; 30 who are not eligible change nothing (METRICS, golden test a)."""
    market.employer("nace", observed=OBSERVED)
    for number in range(80):
        name = f"nace-{number}"
        market.student(name, emails=(f"{name}@home.net",), graduation_date=date(2025, 5, 15))
        market.completion(name, "nace", name, datetime(2025, 3, 1))
        if number < 20:
            market.candidate(f"c-{name}", "nace", emails=(f"{name}@home.net",))
            market.job_application(name, f"c-{name}", "nace", datetime(2025, 4, 1))
            market.offer(name, name, datetime(2025, 12, 31, 18), starts_at=date(2026, 3, 1))
        elif number < 45:
            answer(market, name, "seeking_employment")
        elif number >= 50:
            answer(market, name, "continuing_education")


def answer(market: Marketplace, student_id: str, outcome: str) -> None:
    row = {"response_id": student_id, "student_id": student_id, "outcome": outcome}
    market.add("first_destinations", {**row, "surveyed_at": datetime(2025, 11, 1)})


def versions_and_the_two_clocks(market: Marketplace) -> None:
    market.employer("clock", observed=OBSERVED)
    market.student("clock")
    market.project("clock", "clock", DONE, title="first title")
    known = {"fee_usd": 500, "funded_by": "employer", "slots": 1, "posted_at": DONE, "employer_id": "clock"}
    corrected = {"project_id": "clock", **known, "title": "corrected", "_delivered_at": datetime(2025, 6, 1)}
    market.add("projects", corrected)
    market.add("projects", {**corrected, "title": "corrected after as_of", "_delivered_at": LATER})
    market.project("clock-late", "clock", DONE, _delivered_at=LATER)
    market.project("clock-ahead", "clock", LATER)
    market.project("clock-gone", "clock", DONE)
    market.add("projects", {"project_id": "clock-gone", **known, "_delivered_at": AS_OF, "_is_deleted": True})
    market.application("clock", "clock", "clock", datetime(2025, 12, 1), selected=LATER)


def applications_in_every_state(market: Marketplace) -> None:
    market.employer("states")
    market.student("states")
    market.project("states", "states", DONE, slots=4)
    applied, then = datetime(2025, 6, 1), datetime(2025, 6, 15)
    market.application("open", "states", "states", applied, shortlisted=then)
    market.application("selected", "states", "states", applied, selected=datetime(2025, 7, 1))
    market.application("selected-late", "states", "states", applied, selected=datetime(2025, 7, 2))
    market.application("rejected", "states", "states", applied, interviewed=then, rejected=datetime(2025, 6, 16))
    market.application("expired", "states", "states", applied, expired=then)
    market.application("withdrawn", "states", "states", applied, selected=then, withdrawn=datetime(2025, 6, 20))
    market.application("reopened", "states", "states", applied, rejected=then, reopened=datetime(2025, 6, 20))
    market.application("recent", "states", "states", datetime(2025, 12, 3), selected=datetime(2025, 12, 4))
    market.application("tied", "states", "states", applied)
    market.event("tied", "rejected", then, sequence=2)
    market.event("tied", "shortlisted", then, sequence=1)


def fills_and_completions(market: Marketplace) -> None:
    market.employer("fills", industry_naics="541511")
    market.student("fills")
    posted = datetime(2025, 3, 1)
    for name, filled_after in {"in-14": 14, "in-30": 30, "in-31": 31, "never": None}.items():
        market.project(f"fills-{name}", "fills", posted, closed_at=datetime(2025, 9, 1))
        if filled_after is not None:
            accepted = posted + timedelta(days=filled_after)
            market.application(f"fills-{name}", f"fills-{name}", "fills", posted, selected=accepted)
            market.add("engagements", work(f"fills-{name}", accepted, filled_after))
    market.project("fills-young", "fills", datetime(2025, 12, 20))


def work(name: str, accepted: datetime, filled_after: int) -> dict[str, object]:
    """Return an engagement due 20 days after acceptance: approved just in time, a day too late, or never."""
    due = accepted + timedelta(days=20)
    approved = {14: due + timedelta(days=14), 30: due + timedelta(days=15), 31: None}[filled_after]
    submitted = {14: due, 30: due + timedelta(seconds=1), 31: None}[filled_after]
    steps = {"accepted_at": accepted, "started_at": accepted, "due_at": due, "submitted_at": submitted}
    return {"engagement_id": name, "application_id": name, **steps, "approved_at": approved}


def hires_and_offers(market: Marketplace) -> None:
    market.employer("jobs", observed=OBSERVED)
    market.add(
        "employment_type_map",
        {"employer_id": "jobs", "system": "*", "value": "associate", "is_full_time": True, "is_internship": False},
        {"employer_id": "*", "system": "*", "value": "associate", "is_full_time": False, "is_internship": False},
    )
    for name in ("standing", "reneged", "future", "employed"):
        market.candidate(f"c-{name}", "jobs", emails=(f"{name}@home.net",))
        market.job_application(f"job-{name}", f"c-{name}", "jobs", DONE)
        start = date(2027, 1, 1) if name == "future" else date(2025, 1, 1)
        market.offer(f"offer-{name}", f"job-{name}", DONE, starts_at=start, salary_usd=60000)
    market.offer("offer-reneged", "job-reneged", DONE, version=2, status="rejected", starts_at=date(2025, 1, 1))
    market.candidate("c-left", "jobs")
    market.job_application("job-left", "c-left", "jobs", DONE)
    market.rows["ats_applications"][-1]["rejected_at"] = DONE + timedelta(days=20)
    market.offer("offer-left", "job-left", DONE, starts_at=date(2025, 1, 1))
    started = {"employer_id": "jobs", "system": "ats", "candidate_id": "c-employed"}
    market.employment("employed", date(2024, 6, 1), end_date=date(2024, 12, 1), **started)
    market.employment("employed-again", date(2025, 2, 1), **started)
    market.employment("mapped", date(2024, 6, 1), employer_id="jobs", email="a@b.c", employment_type=" Associate ")
    market.employment("unmapped", date(2024, 6, 1), employer_id="jobs", email="d@e.f", employment_type="wizard")
    market.employment("planned", date(2026, 1, 2), employer_id="jobs", email="g@h.i")


CASES = (
    people_and_merges,
    outcomes_of_pairs,
    class_of_2025,
    versions_and_the_two_clocks,
    applications_in_every_state,
    fills_and_completions,
    hires_and_offers,
)

IN_FILLS = at_employer("fills")
IN_STATES = at_employer("states")
AT_NACE = by("person_host__host_id", "nace")
AT_SEEN = by("person_host__host_id", "seen")
AT_JOBS = at_employer("jobs")

EXPECTED = [
    Expected("applications", 9, IN_STATES),
    Expected("applications_open", 2, IN_STATES),
    Expected("selection_rate", 2 / 8, IN_STATES),
    Expected("projects_posted", 5, IN_FILLS),
    Expected("fill_rate_14_days", 1 / 4, IN_FILLS),
    Expected("fill_rate_30_days", 2 / 4, IN_FILLS),
    Expected("fill_rate_60_days", 3 / 4, IN_FILLS),
    Expected("completion_rate", 1 / 3, IN_FILLS),
    Expected("on_time_rate", 1 / 2, IN_FILLS),
    Expected("gmv_booked", 1500, IN_FILLS),
    Expected("gmv_recognised", 1000, IN_FILLS),
    Expected("take_rate", 50 / 500, IN_FILLS),
    Expected("nace_conversion_rate", 20 / 50, AT_NACE),
    Expected("completers", 7, AT_SEEN),
    Expected("completers_pre_existing", 2, AT_SEEN),
    Expected("completers_mature_365_days", 4, AT_SEEN),
    Expected("hire_through_matured", 2 / 4, AT_SEEN),
    Expected("hire_through_matured_180_days", 1 / 4, AT_SEEN),
    # No offer is on record; host (day 365), elsewhere (at the host later, on day 200) and tie began there.
    Expected("offer_through", 3 / 4, AT_SEEN),
    Expected("hires", 3, AT_JOBS),
    Expected("renege_rate", 2 / 5, AT_JOBS),
    Expected("retention_rate_1_year", 1 / 2, AT_JOBS),
]
