"""NACE's knowledge and career-outcomes rates: not-seeking leaves only the latter's denominator (METRICS, golden e)."""

from datetime import date, datetime

from tests.dbt_project.golden import Expected, by
from tests.dbt_project.marketplace import Marketplace

STATE = "AK"
"""Where these graduates live; nobody else of the marketplace does."""
UNSPOKEN = date(2019, 5, 15)
"""When those graduated of whom nothing may be said; nobody else did that year."""


def class_of_2025_in_alaska(market: Marketplace) -> None:
    """One graduate for each answer, four without, one of today, one of tomorrow, and two who must not be counted."""
    outcomes = (
        "employed_full_time", "employed_part_time", "service", "military", "continuing_education",
        "seeking_employment", "seeking_education", "not_seeking",
    )  # fmt: skip
    for outcome in outcomes:
        graduate(market, f"ak-{outcome}")
        answer(market, f"ak-{outcome}", outcome, datetime(2025, 11, 1))
    answer(market, "ak-not_seeking", "seeking_employment", datetime(2025, 10, 1))
    for name in ("silent", "started", "started-late", "left-before"):
        graduate(market, f"ak-{name}")
    market.employment("ak-started", date(2025, 12, 31), email="ak-started@home.net")
    market.employment("ak-started-late", date(2026, 1, 1), email="ak-started-late@home.net")
    past = {"email": "ak-left-before@home.net", "end_date": date(2025, 5, 15)}
    market.employment("ak-left-before", date(2024, 1, 1), **past)
    graduate(market, "ak-today", date(2026, 1, 1))
    graduate(market, "ak-tomorrow", date(2026, 1, 2))
    graduate(market, "ak-refused", UNSPOKEN, consent_analytics=False)
    answer(market, "ak-refused", "employed_full_time", datetime(2025, 11, 1))
    graduate(market, "ak-erased", UNSPOKEN, deleted_at=datetime(2025, 12, 1))


def graduates_on_the_platform(market: Marketplace) -> None:
    """The one in full-time work completed a project, the one in part-time work applied for it."""
    market.employer("alaska")
    market.completion("ak-project", "alaska", "ak-employed_full_time", datetime(2024, 5, 1))
    market.application("ak-application", "ak-project", "ak-employed_part_time", datetime(2024, 4, 1))


def graduate(market: Marketplace, name: str, day: date = date(2025, 5, 15), **more: object) -> None:
    market.student(name, emails=(f"{name}@home.net",), graduation_date=day, state=STATE, **more)


def answer(market: Marketplace, student_id: str, outcome: str, surveyed_at: datetime) -> None:
    row = {"response_id": f"{student_id}-{surveyed_at:%m}", "student_id": student_id, "outcome": outcome}
    market.add("first_destinations", {**row, "surveyed_at": surveyed_at})


CASES = (class_of_2025_in_alaska, graduates_on_the_platform)

IN_STATE = by("student__state", STATE)


def who(participation: str) -> str:
    return f"{IN_STATE} and {by('graduate__participation', participation)}"


def of_class(year: int) -> str:
    return f"{{{{ Dimension('graduate__class_year') }}}} = {year}"


EXPECTED = [
    # Eight answers, silent, started, started-late, left-before and today; not tomorrow.
    Expected("graduates", 13, IN_STATE),
    # The eight answers and started (by 31 December 2025); started-late was a day late, left-before had left by then.
    Expected("graduates_known", 9, IN_STATE),
    Expected("knowledge_rate", 9 / 13, IN_STATE),
    # Less not_seeking, by the later of two answers.
    Expected("graduates_known_seeking", 8, IN_STATE),
    # Full-time, part-time, service, military, continuing education, and started; the two who seek are negative.
    Expected("graduates_positive", 6, IN_STATE),
    Expected("career_outcomes_rate", 6 / 8, IN_STATE),
    Expected("career_outcomes_rate", 1, who("completed")),
    Expected("graduates", 1, who("completed")),
    Expected("graduates", 1, who("applied")),
    Expected("graduates", 11, who("neither")),
    # The class of 2026 is open: of the one who graduated on as_of nothing is known yet.
    Expected("knowledge_rate", 0, f"{IN_STATE} and {of_class(2026)}"),
    Expected("career_outcomes_rate", None, f"{IN_STATE} and {of_class(2026)}"),
    Expected("graduates", 12, f"{IN_STATE} and {by('graduate__class_status', 'closed')}"),
    # Without consent, and with the account closed.
    Expected("graduates", None, of_class(2019)),
]
