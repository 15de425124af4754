"""Hires: who stays a year, and whom a micro-internship influenced."""

from datetime import date, datetime, timedelta

from tests.dbt_project.golden import Expected, at_employer, by
from tests.dbt_project.marketplace import Marketplace

OBSERVED = (date(2020, 1, 1), None)
DONE = datetime(2023, 3, 1)
STARTED = date(2023, 1, 1)


def first_years(market: Marketplace) -> None:
    """Years over on the last moment, and a day short of it; moves within the host; a watch that began a day late."""
    market.employer("keep", observed=OBSERVED)
    ends = {"stays": None, "year": date(2024, 1, 1), "short": date(2023, 12, 31)}
    for name, end in ends.items():
        market.employment(f"keep-{name}", STARTED, employer_id="keep", email=f"keep-{name}@home.net", end_date=end)
    market.employment("keep-again", date(2024, 6, 1), employer_id="keep", email="keep-short@home.net")
    market.employment("keep-edge", date(2025, 1, 1), employer_id="keep", email="keep-edge@home.net")
    market.employment("keep-young", date(2025, 1, 2), employer_id="keep", email="keep-young@home.net")
    gone = date(2025, 7, 1)
    market.employment("keep-gone", date(2025, 6, 1), employer_id="keep", email="keep-gone@home.net", end_date=gone)
    market.employer("keep-part", parent_employer_id="keep")
    ended = {"employer_id": "keep", "end_date": date(2023, 6, 30)}
    for name, gap, last in (("move", 7, None), ("left", 8, None), ("moved-out", 1, date(2023, 12, 31))):
        market.employment(f"keep-{name}", STARTED, email=f"keep-{name}@home.net", **ended)
        next_day = date(2023, 6, 30) + timedelta(days=gap)
        onward = {"employer_id": "keep-part", "email": f"keep-{name}@home.net", "end_date": last}
        market.employment(f"keep-{name}-2", next_day, **onward)
    market.employer("late-keep", observed=(STARTED + timedelta(days=1), None))
    market.employment("late-keep-before", STARTED, employer_id="late-keep", email="late-keep-before@home.net")
    first, last = STARTED + timedelta(days=1), STARTED + timedelta(days=2)
    market.employment("late-keep-left", first, employer_id="late-keep", email="late-keep@home.net", end_date=last)
    market.employer("unseen-keep")
    market.employment("unseen-keep", STARTED, employer_id="unseen-keep", email="unseen-keep@home.net")


def hires_after_completions(market: Marketplace) -> None:
    """Starts so many days after one completion; the hiring employer is the group's parent or one of its parts."""
    market.employer("sway", observed=OBSERVED)
    market.employer("sway-part", parent_employer_id="sway")
    days = {"part": 180, "parent": 181, "year": 365, "later": 366, "last": 731, "known": 90}
    for name, number in days.items():
        person = f"sway-{name}"
        worked_for = "sway-part" if name in ("part", "parent") else "sway"
        hired_by = "sway-part" if name == "part" else "sway"
        market.student(person, emails=(f"{person}@home.net",))
        market.completion(person, worked_for, person, DONE)
        start = (DONE + timedelta(days=number)).date()
        market.employment(person, start, employer_id=hired_by, email=f"{person}@home.net")
    market.candidate("c-sway-known", "sway", emails=("sway-known@home.net",))
    market.job_application("sway-known", "c-sway-known", "sway", DONE - timedelta(days=60))
    market.employment("sway-again", date(2025, 6, 1), employer_id="sway-part", email="sway-part@home.net")


CASES = (first_years, hires_after_completions)

AT_KEEP = at_employer("keep")
AT_SWAY = by("employer__host_id", "sway")
AT_LATE = at_employer("late-keep")
UNSEEN = at_employer("unseen-keep")

EXPECTED = [
    # stays, year, short, edge, young and gone, move, left and moved-out; keep-again is a re-hire of short.
    Expected("hires", 9, AT_KEEP),
    # The first year of stays, year and short is over, and that of edge on as_of itself (1 January 2025 + 365 days);
    # young started a day later, and gone has left, but its year is not over.
    # move, left and moved-out began with stays.
    Expected("hires_observed_1_year", 7, AT_KEEP),
    # move went to another part of the host seven days after the first job's end, and is there: retained. left came back
    # after eight days. moved-out went at once, and left on day 364.
    # year: 1 January 2023 + 365 days = 1 January 2024, its last day. short left the day before.
    Expected("hires_retained_1_year", 4, AT_KEEP),
    Expected("hires_left_1_year", 3, AT_KEEP),
    Expected("retention_rate_1_year", 4 / 7, AT_KEEP),
    Expected("attrition_rate_1_year", 3 / 7, AT_KEEP),
    # The watch began a day after the one who stays came: had he left early, nobody would know of him.
    Expected("hires", 2, AT_LATE),
    Expected("hires_observed_1_year", 1, AT_LATE),
    Expected("retention_rate_1_year", 0, AT_LATE),
    # No feed, so nothing about the year is known.
    Expected("hires", 1, UNSEEN),
    Expected("hires_observed_1_year", 0, UNSEEN),
    Expected("attrition_rate_1_year", None, UNSEEN),
    Expected("retention_rate_1_year", None, UNSEEN),
    # part, parent, year, later, last and known; known applied in the ATS before being selected.
    Expected("hires", 6, AT_SWAY),
    Expected("hires_by_micro_internship", 5, AT_SWAY),
    # parent had worked for another part of the group only.
    Expected("hires_by_micro_internship_strict_host", 4, AT_SWAY),
    # Days from completion to start: 180 | 181, 365 | 366 | 731.
    Expected("hires_influenced_180_days", 1, AT_SWAY),
    Expected("hires_influenced_365_days", 3, AT_SWAY),
    Expected("hires_influenced_730_days", 4, AT_SWAY),
]
