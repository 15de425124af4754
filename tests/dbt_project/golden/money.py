"""Costs, hires, and who was chosen: what a hire costs, what the programme costs, and the same-project comparison."""

from datetime import date, datetime, timedelta

from tests.dbt_project.golden import Expected, at_employer
from tests.dbt_project.golden.basics import OBSERVED
from tests.dbt_project.marketplace import Marketplace

CHOSEN = datetime(2024, 3, 10, 12)
JUNE, AUGUST, SEPTEMBER = date(2024, 6, 1), date(2024, 8, 1), date(2024, 9, 1)


def cost(
    market: Marketplace, employer_id: str, month: date, cost_type: str, amount: float | None, **more: float
) -> None:
    """Add a cost line of this amount, or of ``hours`` at an ``hourly_rate_usd``."""
    row = {"cost_id": f"cost-{len(market.rows.get('costs', []))}", "employer_id": employer_id, "period_month": month}
    market.add("costs", {**row, "cost_type": cost_type, "amount_usd": amount, **more})


def what_a_hire_costs(market: Marketplace) -> None:
    market.employer("spender", observed=OBSERVED)
    cost(market, "spender", JUNE, "external_advertising", 1000)
    cost(market, "spender", JUNE, "external_relocation", 500)
    cost(market, "spender", JUNE, "internal_recruiter_time", None, hours=10, hourly_rate_usd=50)
    cost(market, "spender", JUNE, "internal_manager_time", 200)
    cost(market, "spender", JUNE, "internal_supervisor_time", 300)
    cost(market, "spender", JUNE, "internal_screening_time", 100)
    cost(market, "spender", AUGUST, "external_agency", 900)
    cost(market, "spender", SEPTEMBER, "external_agency", 100)
    cost(market, "spender", date(2019, 12, 1), "external_agency", 40)  # before the feed begins
    cost(market, "spender", date(2026, 1, 1), "external_agency", 50)  # the month is not over
    cost(market, "spender", date(2026, 2, 1), "external_agency", 70)  # has not begun: not reported yet
    market.employment("spend-first", JUNE, employer_id="spender", email="a@spend.net", end_date=date(2024, 7, 15))
    market.employment("spend-last", date(2024, 6, 30), employer_id="spender", email="b@spend.net")
    market.employment("spend-july", date(2024, 7, 1), employer_id="spender", email="c@spend.net")
    market.employment("spend-again", date(2024, 8, 15), employer_id="spender", email="a@spend.net")
    market.candidate("c-spend", "spender")
    market.job_application("spend-paid", "c-spend", "spender", datetime(2024, 6, 1))
    market.offer("spend-paid", "spend-paid", datetime(2024, 7, 1), starts_at=AUGUST, salary_usd=60000)
    market.employment("spend-paid", AUGUST, employer_id="spender", system="ats", candidate_id="c-spend")
    market.employer("spends-in-vain", observed=OBSERVED)
    cost(market, "spends-in-vain", JUNE, "external_agency", 100)


def what_the_programme_costs(market: Marketplace) -> None:
    market.employer("sponsor", observed=OBSERVED)
    approved = datetime(2024, 2, 15)
    for name, done, hired_after, hours in (
        ("sponsor-a", approved, 365, 10),
        ("sponsor-b", approved, 366, 5),
        ("sponsor-last", datetime(2025, 1, 1), None, None),
        ("sponsor-young", datetime(2025, 2, 10), 30, None),
    ):
        market.student(name, emails=(f"{name}@home.net",))
        market.completion(name, "sponsor", name, done)
        market.rows["engagements"][-1]["hours_reported"] = hours
        if hired_after is not None:
            start = (done + timedelta(days=hired_after)).date()
            market.employment(name, start, employer_id="sponsor", email=f"{name}@home.net")
        if name == "sponsor-b":
            market.rows["projects"][-1]["funded_by"] = "school"
    accept(
        market, "sponsor-off", "sponsor", datetime(2024, 1, 20), cancelled_at=datetime(2024, 1, 25), hours_reported=7
    )
    cost(market, "sponsor", date(2024, 1, 1), "internal_supervisor_time", None, hours=4, hourly_rate_usd=50)
    cost(market, "sponsor", date(2024, 1, 1), "internal_screening_time", 100)
    cost(market, "sponsor", date(2024, 3, 1), "internal_screening_time", 60)


def an_open_month_is_no_cohort(market: Marketplace) -> None:
    """Hired ten days after a completion that is old enough; but work accepted in the same month went on into 2025."""
    market.employer("sponsor-open", observed=OBSERVED)
    market.student("open-a", emails=("open-a@home.net",))
    market.completion("open-a", "sponsor-open", "open-a", datetime(2024, 12, 20))
    market.employment("open-a", date(2024, 12, 30), employer_id="sponsor-open", email="open-a@home.net")
    accept(market, "open-b", "sponsor-open", datetime(2024, 11, 25))


def work_under_way_is_no_completion(market: Marketplace) -> None:
    """Due 17 December is over on the 31st; due 18 December is over on as_of itself, so December is not."""
    market.employer("sponsor-running", observed=OBSERVED)
    for name, approved in (("running-a", datetime(2025, 12, 10)), ("running-c", datetime(2025, 12, 31))):
        market.student(name)
        market.completion(name, "sponsor-running", name, approved)
    accept(market, "running-b", "sponsor-running", datetime(2025, 11, 25), due_at=datetime(2025, 12, 17))
    accept(market, "running-d", "sponsor-running", datetime(2025, 12, 1), due_at=datetime(2025, 12, 18))


def accept(market: Marketplace, name: str, employer_id: str, accepted: datetime, **more: object) -> None:
    market.student(name)
    market.project(name, employer_id, accepted - timedelta(days=20))
    market.application(name, name, name, accepted - timedelta(days=10), selected=accepted)
    market.add("engagements", {"engagement_id": name, "application_id": name, "accepted_at": accepted, **more})


def who_was_chosen(market: Marketplace) -> None:
    market.employer("chooser", observed=OBSERVED)
    market.employer("chooser-unseen")
    for project, chosen in (
        ("choose", CHOSEN),
        ("choose-edge", datetime(2025, 1, 1)),
        ("choose-young", datetime(2025, 1, 2)),
    ):
        market.project(project, "chooser", chosen - timedelta(days=20), slots=2)
    for name in ("s1", "s2", "n1", "n2", "n3", "n-known", "n-employed", "n-withdrawn", "n-just"):
        selected = {"s1": CHOSEN, "s2": CHOSEN + timedelta(days=2)}.get(name)
        apply(market, name, "choose", CHOSEN - timedelta(days=9), selected)
    for project, chosen in (("choose-edge", datetime(2025, 1, 1)), ("choose-young", datetime(2025, 1, 2))):
        apply(market, f"{project}-s", project, chosen - timedelta(days=9), chosen)
        apply(market, f"{project}-n", project, chosen - timedelta(days=9), None)
    market.project("choose-unseen", "chooser-unseen", CHOSEN - timedelta(days=20))
    apply(market, "unseen-s", "choose-unseen", CHOSEN - timedelta(days=9), CHOSEN)
    for name, days in (("s1", 365), ("n1", 100), ("n2", 366), ("n-known", 50), ("n-withdrawn", 50)):
        start = (CHOSEN + timedelta(days=days)).date()
        market.employment(f"choose-{name}", start, employer_id="chooser", email=f"{name}@choose.net")
    market.employment("choose-young", date(2025, 2, 1), employer_id="chooser", email="choose-young-s@choose.net")
    market.employment("choose-else", date(2024, 1, 1), email="n-employed@choose.net")
    for name, applied in (("n-known", CHOSEN - timedelta(seconds=1)), ("n-just", CHOSEN)):
        market.candidate(f"c-{name}", "chooser", emails=(f"{name}@choose.net",))
        market.job_application(f"choose-{name}", f"c-{name}", "chooser", applied)
    withdrawn = {"student_id": "choose-n-withdrawn", "joined_at": datetime(2020, 1, 1), "consent_analytics": False}
    market.add("students", {**withdrawn, "consent_contact": True, "_delivered_at": datetime(2024, 9, 1)})


def apply(market: Marketplace, name: str, project: str, applied: datetime, selected: datetime | None) -> None:
    events = {"selected": selected} if selected else {"rejected": applied + timedelta(days=15)}
    market.student(f"choose-{name}", emails=(f"{name}@choose.net",))
    market.application(f"choose-{name}", project, f"choose-{name}", applied, **events)


def who_stood_before_a_host_again(market: Marketplace) -> None:
    """Project 1 chooses r1 at noon on 10 March 2024, project 2 thirty days later, 3 on day 365 and 4 on day 366."""
    market.employer("chooses-again", observed=OBSERVED)
    days = {1: 0, 2: 30, 3: 365, 4: 366}
    chosen = {1: ("r1", "r-slow"), 2: ("r1", "r2", "r-known"), 3: ("r4",), 4: ("r5",)}
    stands = {
        1: ("r1", "r2", "r3", "r4", "r5", "r-at", "r-slow", "r-late", "r-gone", "r-known"),
        2: ("r1", "r2", "r3", "r-slow", "r-late", "r-known"),
        3: ("r4",),
        4: ("r5",),
    }
    applied = {"r-at": CHOSEN, "r-slow": CHOSEN + timedelta(days=1), "r-late": CHOSEN + timedelta(seconds=1)}
    for name in stands[1]:
        market.student(name, emails=(f"{name}@again.net",))
    for number, names in stands.items():
        moment = CHOSEN + timedelta(days=days[number])
        market.project(f"again-{number}", "chooses-again", CHOSEN - timedelta(days=20), slots=3)
        for name in names:
            before = applied.get(name, CHOSEN - timedelta(days=9)) if number == 1 else moment - timedelta(days=2)
            events = {"withdrawn": CHOSEN} if name == "r-gone" else {}
            if name in chosen[number]:
                events = {"selected": moment + timedelta(days=5 * (name == "r-slow"))}
            market.application(f"again-{number}-{name}", f"again-{number}", name, before, **events)
    for name in ("r1", "r3", "r-gone"):
        hired = (CHOSEN + timedelta(days=100)).date()
        market.employment(f"again-{name}", hired, employer_id="chooses-again", email=f"{name}@again.net")
    market.candidate("c-r-known", "chooses-again", emails=("r-known@again.net",))
    market.job_application("again-known", "c-r-known", "chooses-again", CHOSEN + timedelta(days=10))


CASES = (
    what_a_hire_costs,
    what_the_programme_costs,
    an_open_month_is_no_cohort,
    work_under_way_is_no_completion,
    who_was_chosen,
    who_stood_before_a_host_again,
)

AT_SPENDER, IN_VAIN = at_employer("spender"), at_employer("spends-in-vain")
AT_SPONSOR, AT_OPEN = at_employer("sponsor"), at_employer("sponsor-open")
AT_CHOOSER, UNSEEN = at_employer("chooser"), at_employer("chooser-unseen")
AGAIN, RUNNING = at_employer("chooses-again"), at_employer("sponsor-running")

EXPECTED = [
    # All lines begun by as_of: June 1000 + 500 + 10 x 50 + 200 + 300 + 100, then 900, 100, and 40, 50 without sight.
    Expected("costs_reported_usd", 2600 + 900 + 100 + 40 + 50, AT_SPENDER),
    # Supervising and screening micro-interns is the programme's; relocation and managers' time are not comparable.
    Expected("recruiting_costs_usd", 2200 + 900 + 100, AT_SPENDER),
    Expected("recruiting_costs_comparable_usd", 1500 + 900 + 100, AT_SPENDER),
    Expected("recruiting_costs_unobserved_usd", 40 + 50, AT_SPENDER),
    # 1 and 30 June and 1 August; July has no costs, and 15 August is a re-hire.
    Expected("hires_with_costs", 3, AT_SPENDER),
    Expected("cost_per_hire", 3200 / 3, AT_SPENDER),
    Expected("cost_per_hire_comparable", 2500 / 3, AT_SPENDER),
    # Of three starts the pay of one is known: a third of the costs stands against it, September's among them.
    Expected("recruiting_costs_with_known_pay_usd", 3200 / 3, AT_SPENDER),
    Expected("first_year_pay_usd", 60000, AT_SPENDER),
    Expected("hire_cost_ratio", 3200 / 3 / 60000, AT_SPENDER),
    # No start is no unknown pay.
    Expected("recruiting_costs_with_known_pay_usd", 100, IN_VAIN),
    Expected("hires_with_costs", 0, IN_VAIN),
    Expected("cost_per_hire", None, IN_VAIN),
    Expected("cost_per_hire_comparable", None, IN_VAIN),
    Expected("hire_cost_ratio", None, IN_VAIN),
    # January 2024: two own fees (one called off), a school's fee left out; December 2024 and January 2025 one each.
    Expected("programme_fees_usd", 500 + 500 + 500 + 500, AT_SPONSOR),
    # January 4 x 50 + 100, March 60 without any engagement.
    Expected("programme_time_cost_usd", 300 + 60, AT_SPONSOR),
    Expected("programme_cost_usd", 2360, AT_SPONSOR),
    # December's work was approved on 1 January 2025: 365 days end on as_of itself. January 2025 is too young.
    Expected("programme_cost_mature_usd", 1300 + 60 + 500, AT_SPONSOR),
    # Day 365 counts, day 366 does not, and the young cohort's hire has to wait.
    Expected("programme_hires_365_days", 1, AT_SPONSOR),
    Expected("cost_per_micro_hire", 1860, AT_SPONSOR),
    Expected("programme_completions", 4, AT_SPONSOR),
    Expected("programme_cost_concluded_usd", 2360, AT_SPONSOR),
    Expected("programme_completions_concluded", 4, AT_SPONSOR),
    Expected("cost_per_completed_project", 2360 / 4, AT_SPONSOR),
    # Three of January 2024, one of them called off, and one of December 2024.
    Expected("programme_persons_chosen", 4, AT_SPONSOR),
    # Of November's two one was approved, the other is overdue; December's one approval waits for the other.
    Expected("programme_cost_usd", 2000, RUNNING),
    Expected("programme_completions", 2, RUNNING),
    Expected("programme_cost_concluded_usd", 1000, RUNNING),
    Expected("programme_completions_concluded", 1, RUNNING),
    Expected("cost_per_completed_project", 1000, RUNNING),
    Expected("cost_per_completed_project", None, AGAIN),
    # (10 + 5) hours of approved work at 23 USD; 7 hours of the work that was called off are none.
    Expected("work_value_usd", 345, AT_SPONSOR),
    Expected("programme_engagements", 5, AT_SPONSOR),
    Expected("programme_engagements_with_time", 3, AT_SPONSOR),
    Expected("programme_time_reporting_rate", 3 / 5, AT_SPONSOR),
    Expected("programme_cost_usd", 1000, AT_OPEN),
    Expected("programme_cost_mature_usd", 0, AT_OPEN),
    Expected("programme_hires_365_days", 0, AT_OPEN),
    Expected("cost_per_micro_hire", None, AT_OPEN),
    # s1 (hired on day 365), s2, and the edge project's, whose 365 days end on as_of; the young project is left out.
    Expected("selected_compared", 3, AT_CHOOSER),
    Expected("selected_hired_365_days", 1, AT_CHOOSER),
    Expected("selected_hire_rate_365_days", 1 / 3, AT_CHOOSER),
    # n1 (hired), n2 (on day 366), n3, n-employed (elsewhere, which the host does not know), n-just (in the ATS at the
    # very moment of the choice), and the edge project's; known to the ATS a second before: left out; n-withdrawn took
    # back the consent and is nobody.
    Expected("passed_over_compared", 6, AT_CHOOSER),
    Expected("passed_over_hired_365_days", 1, AT_CHOOSER),
    Expected("passed_over_hire_rate_365_days", 1 / 6, AT_CHOOSER),
    Expected("passed_over_chosen_elsewhere_365_days", 0, AT_CHOOSER),
    # r1, chosen twice and hired, counts once. r-slow was chosen without having stood in that choice, and then stood
    # in one as somebody already chosen: left out.
    Expected("selected_compared", 1, AGAIN),
    Expected("selected_hired_365_days", 1, AGAIN),
    # Before project 1: r2, r3 (passed over twice, hired, counts once), r4, r5, r-at, r-known; before 2: r-late.
    # r-gone withdrew at the very moment of the choice, so his hire is nobody's here.
    Expected("passed_over_compared", 7, AGAIN),
    Expected("passed_over_hired_365_days", 1, AGAIN),
    # r2, r-known, and r4 on day 365; r5 on day 366 is too late to matter.
    Expected("passed_over_chosen_elsewhere_365_days", 3, AGAIN),
    Expected("passed_over_chosen_elsewhere_rate", 3 / 7, AGAIN),
    Expected("passed_over_chosen_elsewhere_rate", None, UNSEEN),
    # March 2024: r1 and r-slow; April: r2, but not r-known, who was in the ATS by then. 2025 is too young.
    Expected("programme_persons_chosen", 3, AGAIN),
    Expected("selected_hire_rate_365_days", None, UNSEEN),
    Expected("passed_over_hire_rate_365_days", None, UNSEEN),
]
