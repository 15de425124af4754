"""Credit for hires, shared out over engagements by three models and three windows."""

from datetime import date, datetime

from tests.dbt_project.golden import Expected, at_employer, by
from tests.dbt_project.marketplace import Marketplace

OBSERVED = (date(2020, 1, 1), None)
START = date(2024, 12, 1)

WORK = {
    # Days before 1 December 2024: 641, 304, 91; after it; then 180 and 731.
    "credit-many": (
        ("credit-part", datetime(2023, 3, 1), "credit research"),
        ("credit", datetime(2024, 2, 1), "credit design"),
        ("credit", datetime(2024, 9, 1), "credit sales"),
        ("credit", datetime(2024, 12, 1), "credit sales"),
    ),
    "credit-one": (("credit", datetime(2024, 6, 4), "credit design"),),
    "credit-old": (("credit", datetime(2022, 12, 1), "credit research"),),
    "credit-known": (("credit", datetime(2024, 9, 1), "credit sales"),),
}
"""Student -> employer worked for, approval and category of each engagement."""


def shared_hires(market: Marketplace) -> None:
    market.employer("credit", observed=OBSERVED)
    market.employer("credit-part", parent_employer_id="credit")
    for student, engagements in WORK.items():
        market.student(student, emails=(f"{student}@home.net",))
        for number, (employer, approved_at, category) in enumerate(engagements):
            market.completion(f"{student}-{number}", employer, student, approved_at)
            market.rows["projects"][-1] |= {"category": category, "department": employer}
        market.employment(student, START, employer_id="credit", email=f"{student}@home.net")
    market.candidate("c-credit-known", "credit", emails=("credit-known@home.net",))
    market.job_application("credit-known", "c-credit-known", "credit", datetime(2024, 1, 1))


CASES = (shared_hires,)

AT_CREDIT = at_employer("credit")
DESIGN, RESEARCH, SALES = (by("hire_credit__category", f"credit {name}") for name in ("design", "research", "sales"))

EXPECTED = [
    # many, one and old; known was in the ATS before being selected.
    Expected("hires_by_micro_internship", 3, AT_CREDIT),
    # 365 days: many has design (304 days) then sales (91), one has design (180), old has nothing (731).
    Expected("hires_first_touch", 2, AT_CREDIT),
    Expected("hires_first_touch", 2, DESIGN),
    Expected("hires_first_touch", 0, SALES),
    Expected("hires_last_touch", 2, AT_CREDIT),
    Expected("hires_last_touch", 1, DESIGN),
    Expected("hires_last_touch", 1, SALES),
    Expected("hires_linear", 2, AT_CREDIT),
    Expected("hires_linear", 1 / 2 + 1, DESIGN),
    Expected("hires_linear", 1 / 2, SALES),
    Expected("hires_linear", 0, RESEARCH),
    Expected("hires_linear", 2, by("hire_credit__department", "credit")),
    # 180 days: many has sales only, one has design on the window's last day.
    Expected("hires_first_touch_180_days", 1, SALES),
    Expected("hires_first_touch_180_days", 2, AT_CREDIT),
    Expected("hires_last_touch_180_days", 1, DESIGN),
    Expected("hires_linear_180_days", 1, SALES),
    Expected("hires_linear_180_days", 1, DESIGN),
    # 730 days: many has research (641), design and sales.
    Expected("hires_first_touch_730_days", 1, RESEARCH),
    Expected("hires_first_touch_730_days", 1, DESIGN),
    Expected("hires_last_touch_730_days", 1, SALES),
    Expected("hires_linear_730_days", 1 / 3, RESEARCH),
    Expected("hires_linear_730_days", 1 / 3 + 1, DESIGN),
    Expected("hires_linear_730_days", 1 / 3, by("hire_credit__department", "credit-part")),
]
