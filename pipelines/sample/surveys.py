"""The first-destination survey, half a year after graduation: some answer, and say where they are."""

import numpy as np
import polars as pl

from pipelines.contract import FIRST_DESTINATIONS
from pipelines.sample.arrays import labels
from pipelines.sample.careers import Careers
from pipelines.sample.clock import DAY
from pipelines.sample.history import History
from pipelines.sample.people import People
from pipelines.sample.plan import Plan
from pipelines.sample.streams import normal_quantile, pick
from pipelines.sample.student_rows import student_ids
from pipelines.sample.words import ELSEWHERE_NAMES, JOB_TITLES, MAJORS

SURVEY = History("surveyed_at")
AFTER_GRADUATION = 182
OTHER_SHARES = np.array([0.0, 0.16, 0.03, 0.03, 0.34, 0.34, 0.04, 0.06])
"""Answers of those who have not started full-time, in the order of FIRST_DESTINATIONS."""


def survey_frame(plan: Plan, people: People, careers: Careers, begins: int, ends: int) -> pl.DataFrame:
    """Return the answers given in [begins, ends) by students who applied at least once."""
    asked = people.graduation + AFTER_GRADUATION + plan.between("survey day", 0, 45, people.numbers)
    due = (asked >= begins // DAY) & (asked < ends // DAY) & (people.person == people.numbers) & careers.has_applied
    students = np.flatnonzero(due & plan.chance("outcomes.survey_response_share", people.numbers))
    employed = careers.left_day[students] <= asked[students]
    outcome = np.where(employed, 0, pick(plan.level("destination", students), OTHER_SHARES))
    names = plan.between("destination employer", 0, len(ELSEWHERE_NAMES), students)
    titles = plan.between("destination title", 0, len(JOB_TITLES), students)
    pay = plan.calibration.table("money.starting_pay_usd")
    typical = np.array([pay.get(name, pay["other"]) for name in MAJORS])[people.group[students]]
    salary = np.round(typical * np.exp(0.13 * normal_quantile(plan.level("destination pay", students))) / 500) * 500
    works = pl.Series(employed, dtype=pl.Boolean)
    tells = works & pl.Series(plan.level("tells pay", students) < 0.7, dtype=pl.Boolean)
    return pl.DataFrame(
        {
            "response_id": labels("R", students, 8),
            "student_id": student_ids(students),
            "outcome": [FIRST_DESTINATIONS[index] for index in outcome.tolist()],
            "employer_name": pl.Series([ELSEWHERE_NAMES[i] for i in names.tolist()], dtype=pl.String).set(~works, None),
            "position": pl.Series([JOB_TITLES[i] for i in titles.tolist()], dtype=pl.String).set(~works, None),
            "salary_usd": pl.Series(salary, dtype=pl.Float64).set(~tells, None),
            "surveyed_at": asked[students] * DAY + plan.between("survey hour", 40_000, 80_000, students),
        }
    )
