"""Employers: repetition, departments, retention by term, activity and spend by month."""

from datetime import datetime, timedelta
from typing import Any

from tests.dbt_project.golden import Expected, at_employer, by
from tests.dbt_project.marketplace import AS_OF, Marketplace

FIRST = datetime(2024, 3, 1)
JOINED = datetime(2023, 1, 15)
"""Spring 2023."""

TRAILING_YEAR = AS_OF - timedelta(days=365)
"""1 January 2025: what is accepted after it lies in the 365 days up to as_of."""

YEAR_BEFORE = TRAILING_YEAR - timedelta(days=365)
"""2 January 2024, since 2024 has 366 days."""


def completed(market: Marketplace, employer_id: str, name: str, approved_at: datetime, **project: Any) -> None:
    """Add a project of a student of its own, approved at a moment."""
    market.student(name)
    market.project(name, employer_id, datetime(2024, 1, 1), **project)
    market.application(name, name, name, datetime(2024, 1, 2))
    done = {"accepted_at": datetime(2024, 1, 3), "approved_at": approved_at}
    market.add("engagements", {"engagement_id": name, "application_id": name, **done})


def repetition(market: Marketplace) -> None:
    """Six employers of state ER, whose first project was completed on 1 March 2024 unless said.

    er-last-moment: a second on the last moment of 180 days. er-too-late: a second later. er-segments: a second segment
    of the same parent at once, another project never. er-once: one project. er-young: completed 180 days less a second
    before as_of, and again. er-none: posted, never completed.
    """
    young = AS_OF - timedelta(days=180) + timedelta(seconds=1)
    for name, first, second, more in (
        ("er-last-moment", FIRST, FIRST + timedelta(days=180), {}),
        ("er-too-late", FIRST, FIRST + timedelta(days=180, seconds=1), {}),
        ("er-segments", FIRST, FIRST + timedelta(days=1), {"parent_project_id": "er-segments-1"}),
        ("er-once", FIRST, None, {}),
        ("er-young", young, young + timedelta(days=1), {}),
    ):
        market.employer(name, state="ER")
        completed(market, name, f"{name}-1", first)
        if second is not None:
            completed(market, name, f"{name}-2", second, **more)
    market.employer("er-none", state="ER")
    market.project("er-none", "er-none", FIRST)


def departments(market: Marketplace) -> None:
    """Six employers of state ED, first posting on 1 March 2024 unless said; the second department comes after.

    ed-last-moment: on day 365 to the second. ed-too-late: a second later. ed-same: the same department again.
    ed-unnamed: the first posting names none, so that only one is known. ed-young: a year is not over by a second.
    ed-both: two departments with the first posting, so that none follows.
    """
    young = AS_OF - timedelta(days=365) + timedelta(seconds=1)
    for name, first, after, names in (
        ("ed-last-moment", FIRST, timedelta(days=365), ("Sales", "Finance")),
        ("ed-too-late", FIRST, timedelta(days=365, seconds=1), ("Sales", "Finance")),
        ("ed-same", FIRST, timedelta(days=1), ("Sales", "Sales")),
        ("ed-unnamed", FIRST, timedelta(days=1), (None, "Sales")),
        ("ed-both", FIRST, timedelta(0), ("Sales", "Finance")),
        ("ed-young", young, timedelta(days=1), ("Sales", "Finance")),
    ):
        market.employer(name, state="ED")
        for number, (posted, department) in enumerate(zip((first, first + after), names, strict=True)):
            market.project(f"{name}-{number}", name, posted, department=department)


def accepted(market: Marketplace, employer_id: str, when: datetime, fee_usd: int) -> None:
    """Add an accepted engagement of a fee; nothing is said of its completion."""
    number = sum(row["employer_id"] == employer_id for row in market.rows.get("projects", []))
    name = f"{employer_id}-{number}"
    market.student(name)
    market.project(name, employer_id, when - timedelta(days=2), fee_usd=fee_usd)
    market.application(name, name, name, when - timedelta(days=1))
    market.add("engagements", {"engagement_id": name, "application_id": name, "accepted_at": when})


def spend_by_term_and_month(market: Marketplace) -> None:
    """Two employers of state EM join in spring 2023.

    em-stays: 100 in spring 2023, 40 in summer 2023, 200 and 60 in the first seconds of the year before and of the
    trailing year. em-leaves: 100 in spring 2023, 300 on the last moment before the trailing year and nothing in it.
    em-free, of state EZ: an engagement in the trailing year that costs nothing.
    """
    for name in ("em-stays", "em-leaves"):
        market.employer(name, state="EM", joined_at=JOINED)
        accepted(market, name, datetime(2023, 4, 30, 23), 100)
    accepted(market, "em-stays", datetime(2023, 5, 1), 40)
    accepted(market, "em-stays", YEAR_BEFORE + timedelta(seconds=1), 200)
    accepted(market, "em-stays", TRAILING_YEAR + timedelta(seconds=1), 60)
    accepted(market, "em-leaves", TRAILING_YEAR, 300)
    market.employer("em-free", state="EZ")
    accepted(market, "em-free", datetime(2025, 2, 1), 0)


CASES = (repetition, departments, spend_by_term_and_month)


def in_state(state: str) -> str:
    """Return the filter for employers of a state that no other family uses."""
    return by("employer__state", state)


def in_term(label: str) -> str:
    """Return the filter for the employers of spend_by_term_and_month in one term."""
    return f"{in_state('EM')} and {by('employer_term__term_label', label)}"


NOBODY = at_employer("nobody")
BEFORE_AS_OF = "{{ TimeDimension('metric_time', 'day') }} < '2026-01-01'"

EXPECTED = [
    # All that completed but er-young; repeated: er-last-moment.
    Expected("employers_mature_180_days", 4, in_state("ER")),
    Expected("employers_repeated_180_days", 1, in_state("ER")),
    Expected("repeat_rate", 1 / 4, in_state("ER")),
    Expected("repeat_rate", 0, at_employer("er-too-late")),
    Expected("repeat_rate", 0, at_employer("er-segments")),
    Expected("repeat_rate", None, at_employer("er-none")),
    # All but ed-young; adopted: ed-last-moment.
    Expected("employers_mature_365_days", 5, in_state("ED")),
    Expected("employers_adopted_365_days", 1, in_state("ED")),
    Expected("department_adoption_rate", 1 / 5, in_state("ED")),
    Expected("department_adoption_rate", 0, at_employer("ed-both")),
    Expected("department_adoption_rate", 0, at_employer("ed-too-late")),
    Expected("department_adoption_rate", None, NOBODY),
    # Spring 2023 to fall 2025 are 9 terms, for each of 2 employers.
    Expected("employer_terms", 18, in_state("EM")),
    # em-stays in four terms, em-leaves in spring 2023 and spring 2025.
    Expected("employer_terms_active", 6, in_state("EM")),
    Expected("logo_retention", 6 / 18, in_state("EM")),
    Expected("logo_retention", 1 / 2, in_term("Spring 2024")),
    Expected("logo_retention", None, NOBODY),
    # In spring 2024: 200 of em-stays, 0 of em-leaves; both had 100 in the term they joined in, a year before.
    Expected("gmv_of_term_usd", 200, in_term("Spring 2024")),
    Expected("gmv_of_joining_term_usd", 200, in_term("Spring 2024")),
    Expected("gmv_retention", 200 / 200, in_term("Spring 2024")),
    Expected("gmv_retention", 40 / 200, in_term("Summer 2023")),
    # In spring 2025: 60 + 300, over 200 + 0 in spring 2024.
    Expected("gmv_with_term_last_year_usd", 360, in_term("Spring 2025")),
    Expected("gmv_of_same_term_last_year_usd", 200, in_term("Spring 2025")),
    Expected("gmv_same_term_retention", 360 / 200, in_term("Spring 2025")),
    # A year before summer 2023 nobody had joined: unknown, not 0.
    Expected("gmv_with_term_last_year_usd", None, in_term("Summer 2023")),
    Expected("gmv_same_term_retention", None, in_term("Summer 2023")),
    # In the 365 days up to as_of: 60 of em-stays; em-free spent nothing.
    Expected("active_employers", 1, in_state("EM")),
    Expected("gmv_trailing_12_months", 60, in_state("EM")),
    Expected("gmv_per_active_employer", 60, in_state("EM")),
    Expected("gmv_per_active_employer", None, at_employer("em-leaves")),
    Expected("active_employers", 0, in_state("EZ")),
    # In the 365 days before those: 200 of em-stays, 300 of em-leaves; retained are 60 of em-stays.
    Expected("gmv_prior_12_months", 500, in_state("EM")),
    Expected("gmv_retained_12_months", 60, in_state("EM")),
    Expected("spend_retention", 60 / 500, in_state("EM")),
    Expected("spend_retention", None, at_employer("ed-same")),
    # Over all employers: the arithmetic of 30, 30, 20, 20 stands at agg_concentration and in test_concentration.py.
    Expected("gmv_hhi", None, BEFORE_AS_OF),
    Expected("gmv_top_10_share", None, BEFORE_AS_OF),
]
