"""Students and their addresses as the platform's rows."""

import numpy as np
import polars as pl

from pipelines.sample.arrays import labels
from pipelines.sample.clock import DAY, END, NEVER
from pipelines.sample.history import History
from pipelines.sample.people import GPA_BANDS, People
from pipelines.sample.plan import Plan
from pipelines.sample.streams import Ints, pick
from pipelines.sample.words import FAMILY_NAMES, GIVEN_NAMES, MAJORS

STUDENTS = History(
    "joined_at",
    {
        "_corrected_at": {
            "gpa_band": pl.col("_was_gpa_band"),
            "graduation_date": pl.col("_was_graduation_date"),
            "consent_analytics": pl.col("_was_consent_analytics"),
        },
        "deleted_at": {"deleted_at": None},
    },
)
STUDENT_EMAILS = History("added_at")
RACES = ("Asian", "Black or African American", "Hispanic or Latino", "White", "Two or more", "Another", "")
RACE_SHARES = np.array([0.12, 0.15, 0.22, 0.37, 0.05, 0.02, 0.07])
RACE_SHARES_HBCU = np.array([0.02, 0.72, 0.05, 0.06, 0.04, 0.02, 0.09])
MAJOR_CODES = [code for majors in MAJORS.values() for code, _ in majors]
GROUP_DEGREES = ("certificate", "associate", "bachelor", "master", "doctorate")


def student_ids(students: Ints) -> pl.Series:
    """Return the platform's numbers of students."""
    return labels("S", students + 1, 8)


def names(plan: Plan, people: People, students: Ints) -> tuple[list[str], list[str]]:
    """Return given and family names."""
    person = people.person[students]
    given = plan.between("given name", 0, len(GIVEN_NAMES), person).tolist()
    family = plan.between("family name", 0, len(FAMILY_NAMES), person).tolist()
    return [GIVEN_NAMES[index] for index in given], [FAMILY_NAMES[index] for index in family]


def addresses(plan: Plan, people: People, students: Ints) -> tuple[list[str], list[str | None]]:
    """Return each student's address in use, and the other one if there is one, both in lower case."""
    given, family = names(plan, people, students)
    person = people.person[students]
    domains = people.institutions["email_domain"].gather(people.institution(students)).to_list()
    prefers_school = plan.level("primary address", person) < 0.65
    has_other = plan.level("other address", person) < 0.45
    primary: list[str] = []
    other: list[str | None] = []
    for first, last, number, domain, at_school, both in zip(
        given, family, person.tolist(), domains, prefers_school.tolist(), has_other.tolist(), strict=True
    ):
        personal = f"{first}.{last}{number}@mail.example".lower()
        school = f"{first[0]}{last}{number}@{domain}".lower() if domain else None
        in_use = school if school and at_school else personal
        primary.append(in_use)
        other.append((personal if in_use == school else school) if both else None)
    return primary, other


def student_frame(plan: Plan, people: People, students: Ints) -> pl.DataFrame:
    """Return the rows of ``students`` with their later corrections."""
    person, given_family = people.person[students], names(plan, people, students)
    institution = people.institution(students)
    table = people.institutions
    known = plan.level("unitid known", person) < 0.95
    graduation = people.graduation[students]
    gpa = people.gpa(students)
    joined = people.joined[students]
    corrected = plan.chance("students.corrected_share", students)
    corrected_at = np.where(corrected, joined + plan.between("corrected", 20, 700, students) * DAY, NEVER)
    what = np.where(corrected, plan.between("correction", 0, 3, students), -1)
    consents = plan.level("consent", person) < plan.number("students.consent_analytics_share")
    deleted = plan.chance("students.deleted_share", students)
    deleted_at = np.where(deleted, joined + plan.between("deleted", 60, 900, students) * DAY, NEVER)
    return pl.DataFrame(
        {
            "student_id": student_ids(students),
            "given_name": given_family[0],
            "family_name": given_family[1],
            "institution_unitid": table["unitid"].gather(institution).set(pl.Series(~known), None),
            "institution_name": table["name"].gather(institution),
            "degree_level": _degrees(plan, people, person, institution),
            "major_cip": [MAJOR_CODES[index] for index in people.major_code(students).tolist()],
            "graduation_date": graduation,
            "_was_graduation_date": np.where(what == 1, graduation - 365, graduation),
            "gpa_band": _band(gpa),
            "_was_gpa_band": _band(np.where(what == 0, np.maximum(gpa - 1, 0), gpa)),
            "first_generation": pl.Series(people.is_first_generation(students)).set(
                pl.Series(plan.level("first generation said", person) < 0.06), None
            ),
            "pell_recipient": _pell(plan, people, person, institution),
            "gender": _gender(plan, person),
            "race_ethnicity": _race(plan, people, students),
            "state": table["state"].gather(institution),
            "joined_at": joined,
            "consent_analytics": consents & (what != 2),
            "_was_consent_analytics": consents,
            "consent_contact": plan.level("contact", person) < plan.number("students.consent_contact_share"),
            "deleted_at": np.where(deleted_at < END, deleted_at, NEVER),
            "_corrected_at": corrected_at,
        }
    )


def _band(index: Ints) -> list[str]:
    return [GPA_BANDS[value] for value in index.tolist()]


def _degrees(plan: Plan, people: People, person: Ints, institution: Ints) -> list[str]:
    """Return the degree studied for: associate degrees at colleges that mostly grant them."""
    shares = np.array([plan.calibration.table("students.degree")[name] for name in GROUP_DEGREES])
    level = plan.level("degree", person)
    anywhere = pick(level, shares * np.array([0, 0.2, 1, 1, 1]))
    two_years = (people.institutions["predominant_degree"] != "bachelor").to_numpy()[institution]
    return [GROUP_DEGREES[index] for index in np.where(two_years, np.where(level < 0.03, 0, 1), anywhere).tolist()]


def _pell(plan: Plan, people: People, person: Ints, institution: Ints) -> pl.Series:
    receives = plan.level("pell", person) < people.share_of("pell_share")[institution]
    return pl.Series(receives).set(pl.Series(plan.level("pell said", person) < 0.08), None)


def _gender(plan: Plan, person: Ints) -> list[str | None]:
    shares = plan.calibration.table("students.gender")
    words = list(shares)
    chosen = pick(plan.level("gender", person), np.array(list(shares.values())))
    return [words[index] or None for index in chosen.tolist()]


def _race(plan: Plan, people: People, students: Ints) -> list[str | None]:
    level = plan.level("race", people.person[students])
    chosen = np.where(people.is_hbcu(students), pick(level, RACE_SHARES_HBCU), pick(level, RACE_SHARES))
    return [RACES[index] or None for index in chosen.tolist()]


def email_frame(plan: Plan, people: People, students: Ints) -> pl.DataFrame:
    """Return every address of the students: a second one for some, the same in other case for a few."""
    primary, other = addresses(plan, people, students)
    is_second_account = people.person[students] != students
    shouts = plan.level("variant", students) < 0.06
    ids, joined = student_ids(students), people.joined[students].tolist()
    rows: list[tuple[str, str, bool, int]] = []
    for number, own, second, loud, key, moment in zip(
        is_second_account.tolist(), primary, other, shouts.tolist(), ids, joined, strict=True
    ):
        rows.append((key, own.capitalize() if number else own, True, moment))
        if second and not number:
            rows.append((key, second, False, moment + DAY))
        if loud and not number:
            rows.append((key, own.upper(), False, moment + 40 * DAY))
    return pl.DataFrame(rows, schema=["student_id", "email", "is_primary", "added_at"], orient="row")
