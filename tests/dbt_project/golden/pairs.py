"""Pairs of person and host after completing, the same from the first application, and persons wherever they start."""

from datetime import date, datetime, timedelta

from tests.dbt_project.golden import Expected, at_employer, by
from tests.dbt_project.marketplace import Marketplace

OBSERVED = (date(2020, 1, 1), None)
DONE = datetime(2023, 3, 1)
APPLIED = datetime(2023, 1, 1)
PERSON_STATE = "WY"
"""Where the persons live whose starts anywhere are counted; nobody else of the marketplace does."""


def after(days: int, start: datetime = DONE) -> date:
    """Return the day so many days after a moment."""
    return (start + timedelta(days=days)).date()


def completer(market: Marketplace, name: str, host: str, done: datetime = DONE, **more: object) -> None:
    """Add a student with an address, and one completion with the host."""
    market.student(name, emails=(f"{name}@home.net",), **more)
    market.completion(name, host, name, done)


def hires_and_offers_of_completers(market: Marketplace) -> None:
    """Starts and offers on the last day of a window, and a day later; who was there before; who cannot be seen."""
    market.employer("rate", observed=OBSERVED)
    for name, days in {"180": 180, "365": 365, "366": 366, "730": 730, "731": 731}.items():
        completer(market, f"rate-{name}", "rate")
        market.employment(f"rate-{name}", after(days), employer_id="rate", email=f"rate-{name}@home.net")
    for name in ("offered", "late-offer", "intern", "elsewhere", "employed", "known"):
        completer(market, f"rate-{name}", "rate")
    completer(market, "rate-young", "rate", datetime(2025, 1, 2))
    for name, days, kind in (
        ("offered", 365, "Full-Time"),
        ("late-offer", 366, "Full-Time"),
        ("intern", 365, "Internship"),
    ):
        market.candidate(f"c-rate-{name}", "rate", emails=(f"rate-{name}@home.net",))
        market.job_application(f"rate-{name}", f"c-rate-{name}", "rate", DONE)
        sent = DONE + timedelta(days=days, hours=23)
        market.offer(f"rate-{name}", f"rate-{name}", sent, status="rejected", employment_type=kind)
    at_rate = {"employer_id": "rate", "employment_type": "internship"}
    market.employment("rate-interned", after(365), email="rate-intern@home.net", **at_rate)
    market.employment("rate-interned-late", after(366), email="rate-offered@home.net", **at_rate)
    market.employment("rate-elsewhere", after(10), email="rate-elsewhere@home.net")
    market.employment("rate-elsewhere-host", after(20), employer_id="rate", email="rate-elsewhere@home.net")
    market.employment("rate-employed", after(-10), email="rate-employed@home.net")
    market.candidate("c-rate-known", "rate", emails=("rate-known@home.net",))
    market.job_application("rate-known", "c-rate-known", "rate", DONE - timedelta(days=31))
    market.employer("rate-silent")
    completer(market, "rate-silent", "rate-silent")


def what_is_known_of_a_year(market: Marketplace) -> None:
    """A feed that ended after 100 days: hired before that, hired elsewhere before, nothing heard; and too young."""
    market.employer("dark", observed=(date(2020, 1, 1), after(100)))
    for name in ("hired", "elsewhere", "silent", "hired-after"):
        completer(market, f"dark-{name}", "dark")
    completer(market, "dark-due", "dark", datetime(2025, 1, 1, 15))
    completer(market, "dark-young", "dark", datetime(2025, 1, 2))
    market.employment("dark-hired", after(100), employer_id="dark", email="dark-hired@home.net")
    market.employment("dark-elsewhere", after(50), email="dark-elsewhere@home.net")
    market.employment("dark-hired-after", after(101), employer_id="dark", email="dark-hired-after@home.net")


def pairs_that_come_back(market: Marketplace) -> None:
    """A second project on the last moment of day 180, a second later, as a segment of the first, and none."""
    market.employer("back")
    days = timedelta(days=180)
    for name, second in {"day-180": days, "later": days + timedelta(seconds=1), "segment": timedelta(days=30)}.items():
        completer(market, f"back-{name}", "back")
        market.completion(f"back-{name}-2", "back", f"back-{name}", DONE + second)
    (segment,) = (row for row in market.rows["projects"] if row["project_id"] == "back-segment-2")
    segment["parent_project_id"] = "back-segment"
    completer(market, "back-never", "back")
    completer(market, "back-due", "back", datetime(2025, 7, 5))
    completer(market, "back-young", "back", datetime(2025, 7, 5, 0, 0, 1))


def students_who_graduate_later(market: Marketplace) -> None:
    """Waits from graduation on 1 June 2023, 92 days after completing; and graduations near, far and unknown."""
    market.employer("ready", observed=OBSERVED)
    graduation = datetime(2023, 6, 1)
    starts = {"before": -30, "180": 180, "181": 181, "365": 365, "366": 366, "730": 730}
    for name, days in starts.items():
        completer(market, f"ready-{name}", "ready", graduation_date=graduation.date())
        day = after(days, graduation)
        market.employment(f"ready-{name}", day, employer_id="ready", email=f"ready-{name}@home.net")
    completer(market, "ready-graduated", "ready", graduation_date=DONE.date())
    completer(market, "ready-next", "ready", graduation_date=date(2024, 3, 1))
    completer(market, "ready-sophomore", "ready", graduation_date=date(2025, 6, 30))
    completer(market, "ready-unknown", "ready")
    market.employer("ready-late", observed=(date(2023, 6, 2), None))
    completer(market, "ready-late", "ready-late", graduation_date=graduation.date())


def class_of_2024(market: Marketplace) -> None:
    """By offer or start on the deadline, or a day later; no answer; service; completed after; watched a day late."""
    market.employer("class", observed=OBSERVED)
    for name, done in {
        "deadline": DONE, "later": DONE, "silent": DONE, "service": DONE, "after": datetime(2025, 1, 1),
        "started": DONE, "started-late": DONE,
    }.items():  # fmt: skip
        completer(market, f"class-{name}", "class", done, graduation_date=date(2024, 6, 30))
    for name, sent in {"deadline": datetime(2024, 12, 31, 23), "later": datetime(2025, 1, 1)}.items():
        market.candidate(f"c-class-{name}", "class", emails=(f"class-{name}@home.net",))
        market.job_application(f"class-{name}", f"c-class-{name}", "class", datetime(2024, 1, 1))
        market.offer(f"class-{name}", f"class-{name}", sent, starts_at=date(2027, 1, 1))
    for name, start in {"started": date(2024, 12, 31), "started-late": date(2025, 1, 1)}.items():
        market.employment(f"class-{name}", start, employer_id="class", email=f"class-{name}@home.net")
    market.employer("class-late", observed=(after(1), None))
    for name in ("unwatched", "unwatched-hired"):
        completer(market, f"class-{name}", "class-late", graduation_date=date(2024, 6, 30))
    market.employment("class-late", after(90), employer_id="class-late", email="class-unwatched-hired@home.net")
    for name, outcome in {"later": "seeking_employment", "service": "service", "after": "seeking_employment"}.items():
        row = {"response_id": f"class-{name}", "student_id": f"class-{name}", "outcome": outcome}
        market.add("first_destinations", {**row, "surveyed_at": datetime(2024, 11, 1)})


def applicants_of_a_host(market: Marketplace) -> None:
    """Hires by day 545 after applying and within 365 of completing; in vain; known before; too young."""
    market.employer("try", observed=(date(2023, 1, 1), None))
    for name, days_to_complete, days_to_hire in (
        ("first", 180, 545), ("late", 200, 546), ("slow", 100, 466), ("quick", 100, 465), ("left", 100, None)
    ):  # fmt: skip
        market.student(f"try-{name}", emails=(f"try-{name}@home.net",))
        market.completion(f"try-{name}", "try", f"try-{name}", APPLIED + timedelta(days=days_to_complete))
        application = next(row for row in market.rows["applications"] if row["application_id"] == f"try-{name}")
        application["applied_at"] = APPLIED
        if days_to_hire is not None:
            start = after(days_to_hire, APPLIED)
            market.employment(f"try-{name}", start, employer_id="try", email=f"try-{name}@home.net")
    market.project("try", "try", APPLIED)
    for name, applied, events in (
        ("passed", APPLIED, {}),
        ("passed-hired", APPLIED, {}),
        ("selected", APPLIED, {"selected": APPLIED + timedelta(days=5)}),
        ("between", APPLIED, {"selected": APPLIED + timedelta(days=9)}),
        ("known", APPLIED, {"selected": APPLIED + timedelta(days=5)}),
        ("due", datetime(2024, 7, 5, 12), {}),
        ("young", datetime(2024, 7, 6), {}),
        ("early", datetime(2022, 12, 31), {}),
    ):
        market.student(f"try-{name}", emails=(f"try-{name}@home.net",))
        market.application(f"try-{name}", "try", f"try-{name}", applied, **events)
    market.application("try-passed-again", "try", "try-passed", APPLIED + timedelta(days=9))
    market.employment("try-passed", after(100, APPLIED), employer_id="try", email="try-passed-hired@home.net")
    for name, applied in {"between": APPLIED + timedelta(days=8), "known": APPLIED - timedelta(days=1)}.items():
        market.candidate(f"c-try-{name}", "try", emails=(f"try-{name}@home.net",))
        market.job_application(f"try-{name}", f"c-try-{name}", "try", applied)


def persons_anywhere(market: Marketplace) -> None:
    """Starts with hosts and with others, known from feeds or from an answer to the survey."""
    market.employer("any", observed=OBSERVED)
    market.employer("any-silent")
    home = {"state": PERSON_STATE}
    for name, days in {"180": 180, "365": 365, "366": 366, "730": 730}.items():
        completer(market, f"any-{name}", "any", **home)
        market.employment(f"any-{name}", after(days), email=f"any-{name}@home.net")
    completer(market, "any-employed", "any", **home)
    market.employment("any-employed", after(-10), email="any-employed@home.net")
    completer(market, "any-left", "any", **home)
    market.employment("any-left", after(-90), email="any-left@home.net", end_date=after(-30))
    completer(market, "any-two", "any-silent", **home)
    market.completion("any-two-2", "any", "any-two", DONE + timedelta(days=60))
    for name, days, outcome in (
        ("told", 200, "employed_full_time"),
        ("told-seeking", 400, "seeking_employment"),
        ("told-before", -50, "seeking_employment"),
    ):
        completer(market, f"any-{name}", "any-silent", **home)
        row = {"response_id": f"any-{name}", "student_id": f"any-{name}", "outcome": outcome}
        market.add("first_destinations", {**row, "surveyed_at": DONE + timedelta(days=days, hours=3)})


CASES = (
    hires_and_offers_of_completers,
    what_is_known_of_a_year,
    pairs_that_come_back,
    students_who_graduate_later,
    class_of_2024,
    applicants_of_a_host,
    persons_anywhere,
)

AT_RATE = by("person_host__host_id", "rate")
AT_SILENT = by("person_host__host_id", "rate-silent")
AT_DARK = by("person_host__host_id", "dark")
AT_BACK = by("person_host__host_id", "back")
AT_READY = by("person_host__host_id", "ready")
AT_READY_LATE = by("person_host__host_id", "ready-late")
AT_CLASS = by("person_host__host_id", "class")
AT_CLASS_LATE = by("person_host__host_id", "class-late")
AT_TRY = at_employer("try")
AT_NOBODY = at_employer("nobody")
IN_STATE = by("student__state", PERSON_STATE)

EXPECTED = [
    # 180, 365, 366, 730, 731; offered, late-offer, intern, elsewhere, employed, known; young.
    Expected("completers", 12, AT_RATE),
    # known: in the ATS on 29 January 2023, a day before the selection.
    Expected("completers_pre_existing", 1, AT_RATE),
    Expected("completers_employed_elsewhere", 1, AT_RATE),
    # All but known and employed.
    Expected("completers_at_risk", 10, AT_RATE),
    Expected("completers_observed", 12, AT_RATE),
    Expected("completers_observed", 0, AT_SILENT),
    # The same ten for 180 days; for 365 and 730 less young (2 January 2025 + 365 days is 2 January 2026).
    Expected("completers_mature_180_days", 10, AT_RATE),
    Expected("completers_mature_365_days", 9, AT_RATE),
    Expected("completers_mature_730_days", 9, AT_RATE),
    # By day 180: 180. By day 365: and 365. By day 730: and 366, 730. Elsewhere was hired elsewhere first.
    Expected("hires_within_180_days", 1, AT_RATE),
    Expected("hires_within_365_days", 2, AT_RATE),
    Expected("hires_within_730_days", 4, AT_RATE),
    Expected("hire_through_matured_180_days", 1 / 10, AT_RATE),
    Expected("hire_through_matured", 2 / 9, AT_RATE),
    Expected("hire_through_matured_730_days", 4 / 9, AT_RATE),
    Expected("hire_through_matured", None, AT_SILENT),
    # offered on day 365, at 23 h; late-offer a day later. intern got no full-time offer. 180, 365 and elsewhere, on day
    # 20 though after another start, began at the host without an offer on record.
    Expected("offers_within_365_days", 4, AT_RATE),
    Expected("offer_through", 4 / 9, AT_RATE),
    Expected("internship_offers_within_365_days", 1, AT_RATE),
    Expected("internship_offer_through", 1 / 9, AT_RATE),
    # intern began on day 365, offered on day 366.
    Expected("internships_within_365_days", 1, AT_RATE),
    Expected("internship_through", 1 / 9, AT_RATE),
    # Ever offered or hired: 180, 365, 366, 730, 731, elsewhere (hired later all the same), offered, late-offer.
    Expected("completers_offered", 8, AT_RATE),
    # The two offers were rejected.
    Expected("completers_accepted", 6, AT_RATE),
    Expected("completers_hired", 6, AT_RATE),
    # 180, 365, 366 and elsewhere; the years of 730 and 731 (from 28 February and 1 March 2025) are not over.
    Expected("completers_retained_1_year", 4, AT_RATE),
    # hired, elsewhere, silent, hired-after and due (1 January 2025 + 365 days is as_of); not young.
    Expected("completers_due_365_days", 5, AT_DARK),
    # hired on day 100, the feed's last, and elsewhere on day 50; hired-after came when nobody watched any more.
    Expected("completers_with_known_outcome", 2, AT_DARK),
    Expected("outcome_coverage", 2 / 5, AT_DARK),
    Expected("hires_known_365_days", 1, AT_DARK),
    Expected("hire_through_lower_bound", 1 / 5, AT_DARK),
    # The hire, and silent, hired-after and due, of whom nobody knows.
    Expected("hires_known_or_unknown_365_days", 4, AT_DARK),
    Expected("hire_through_upper_bound", 4 / 5, AT_DARK),
    # Nothing is mature there: no rate, while the bounds stand.
    Expected("hire_through_matured", None, AT_DARK),
    # Without a feed nothing is known: 0 and 1.
    Expected("outcome_coverage", 0, AT_SILENT),
    Expected("hire_through_lower_bound", 0, AT_SILENT),
    Expected("hire_through_upper_bound", 1, AT_SILENT),
    Expected("outcome_coverage", None, AT_NOBODY),
    # day-180, later, segment, never and due (5 July 2025 + 180 days is as_of); young is a second short.
    Expected("pairs_mature_180_days", 5, AT_BACK),
    Expected("pairs_reengaged_180_days", 1, AT_BACK),
    Expected("reengagement_rate", 1 / 5, AT_BACK),
    Expected("reengagement_rate", None, AT_NOBODY),
    # before, 180, 181, 365, 366, 730 (graduated 1 June 2023), graduated (1 March 2023), next (1 March 2024),
    # sophomore (30 June 2025: 185 days to as_of). Not unknown.
    Expected("completers_ready_mature_180_days", 9, AT_READY),
    # Without sophomore.
    Expected("completers_ready_mature_365_days", 8, AT_READY),
    # Without next, who has been ready for 671 days.
    Expected("completers_ready_mature_730_days", 7, AT_READY),
    # before, hired between completing and graduating, and 180; then 181, 365; then 366, 730.
    Expected("hires_from_readiness_within_180_days", 2, AT_READY),
    Expected("hires_from_readiness_within_365_days", 4, AT_READY),
    Expected("hires_from_readiness_within_730_days", 6, AT_READY),
    Expected("hire_through_from_readiness_180_days", 2 / 9, AT_READY),
    Expected("hire_through_from_readiness_365_days", 4 / 8, AT_READY),
    Expected("hire_through_from_readiness_730_days", 6 / 7, AT_READY),
    # The feed began the day after graduation.
    Expected("hire_through_from_readiness_365_days", None, AT_READY_LATE),
    # On completing, 1 March 2023, one graduated that day, six were 92 days off, next 366 days, sophomore 852 days.
    Expected("completers", 1, f"{AT_READY} and {by('person_host__years_to_graduation', 'graduated')}"),
    Expected("completers", 6, f"{AT_READY} and {by('person_host__years_to_graduation', 'within 1 year')}"),
    Expected("completers", 1, f"{AT_READY} and {by('person_host__years_to_graduation', '1 to 2 years')}"),
    Expected("completers", 1, f"{AT_READY} and {by('person_host__years_to_graduation', 'over 2 years')}"),
    # deadline, later, silent, started and started-late; service is not eligible, after completed after the deadline.
    Expected("nace_eligible", 5, AT_CLASS),
    # deadline accepted, and started began, on 31 December 2024.
    Expected("nace_converted", 2, AT_CLASS),
    # silent and started-late.
    Expected("nace_unknown", 2, AT_CLASS),
    Expected("nace_conversion_rate", 2 / 5, AT_CLASS),
    # The watch began on the day after completing: immature, hired or not.
    Expected("completers", 2, AT_CLASS_LATE),
    Expected("nace_eligible", 0, AT_CLASS_LATE),
    Expected("nace_conversion_rate", None, AT_CLASS_LATE),
    # first, late, slow, quick, left; passed (twice), passed-hired, selected, between, known, due, young, early.
    Expected("applicant_pairs", 13, AT_TRY),
    Expected("applicant_pairs_pre_existing", 1, AT_TRY),
    # Less known, young (6 July 2024 + 545 days is 2 January 2026) and early, who applied before the feed began.
    Expected("applicant_pairs_mature_545_days", 10, AT_TRY),
    # first, late, slow, quick, left, selected; between stood in the ATS a day before the selection.
    Expected("selected_pairs_mature_545_days", 6, AT_TRY),
    # first: day 545, 365 days after completing. quick: day 465, 365 after. late: day 546. slow: 366 after completing.
    # passed-hired never completed.
    Expected("applicant_hires_545_days", 2, AT_TRY),
    Expected("hire_through_of_applicants", 2 / 10, AT_TRY),
    Expected("hire_through_of_selected", 2 / 6, AT_TRY),
    Expected("hire_through_of_applicants", None, AT_NOBODY),
    # 180, 365, 366, 730, employed, left, two, told, told-seeking, told-before.
    Expected("persons_completed_anywhere", 10, IN_STATE),
    # 180, 365, 366, 730, left, two (watched by the second host's feed); told for 200 days, told-seeking for 400.
    # employed started before; of told-before nobody knows what came after completing.
    Expected("persons_mature_180_days", 8, IN_STATE),
    Expected("persons_mature_365_days", 7, IN_STATE),
    Expected("persons_mature_730_days", 6, IN_STATE),
    Expected("any_hires_within_180_days", 1, IN_STATE),
    # told is hired on day 200, but its year was not watched.
    Expected("any_hires_within_365_days", 2, IN_STATE),
    Expected("any_hires_within_730_days", 4, IN_STATE),
    Expected("any_employer_hire_through_180_days", 1 / 8, IN_STATE),
    Expected("any_employer_hire_through", 2 / 7, IN_STATE),
    Expected("any_employer_hire_through_730_days", 4 / 6, IN_STATE),
    Expected("any_employer_hire_through", None, by("student__state", "nowhere")),
]
