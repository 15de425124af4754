"""Employers: repeats, departments, trailing spend, retention by term, concentration."""

from collections import defaultdict
from datetime import datetime, timedelta
from functools import cache
from typing import Any

from tests.recount import figure, ratio
from tests.recount.applications import applications
from tests.recount.engagements import approved, engagements
from tests.recount.terms import last_complete, term_of
from tests.recount.world import World


@cache
def completions(world: World) -> dict[str, list[datetime]]:
    """Return, by employer, when each of its projects was first completed; segments of one project count once."""
    firsts: dict[tuple[str, str], datetime] = {}
    for row in approved(world):
        key = (row["employer_id"], row["root"])
        firsts[key] = min(row["approved_at"], firsts.get(key, row["approved_at"]))
    found: dict[str, list[datetime]] = defaultdict(list)
    for (employer, _), at in sorted(firsts.items(), key=lambda each: each[1]):
        found[employer].append(at)
    return found


def completers_mature(world: World) -> list[list[datetime]]:
    return [times for times in completions(world).values() if times[0] + timedelta(days=180) <= world.as_of]


def repeated(world: World) -> float:
    return sum(len(times) > 1 and times[1] <= times[0] + timedelta(days=180) for times in completers_mature(world))


figure("employers_mature_180_days")(lambda world: len(completers_mature(world)))
figure("employers_repeated_180_days")(repeated)
figure("repeat_rate")(lambda world: ratio(repeated(world), len(completers_mature(world))))


@cache
def postings(world: World) -> dict[str, list[tuple[datetime, str]]]:
    found: dict[str, list[tuple[datetime, str]]] = defaultdict(list)
    for row in world.projects.values():
        found[row["employer_id"]].append((row["posted_at"], row["department"]))
    return {employer: sorted(each, key=lambda posting: posting[0]) for employer, each in found.items()}


def posters_mature(world: World) -> list[list[tuple[datetime, str]]]:
    return [each for each in postings(world).values() if each[0][0] + timedelta(days=365) <= world.as_of]


def has_adopted(each: list[tuple[datetime, str]]) -> bool:
    """Tell whether a department beside the one that came first followed the first posting, within a year of it."""
    began = each[0][0]
    known = {department for _, department in each if department}
    firsts = sorted(min(at for at, department in each if department == name) for name in known)
    return len(firsts) > 1 and began < firsts[1] <= began + timedelta(days=365)


def adopted(world: World) -> float:
    return sum(has_adopted(each) for each in posters_mature(world))


figure("employers_mature_365_days")(lambda world: len(posters_mature(world)))
figure("employers_adopted_365_days")(adopted)
figure("department_adoption_rate")(lambda world: ratio(adopted(world), len(posters_mature(world))))


@cache
def spend(world: World) -> dict[str, list[tuple[datetime, float]]]:
    """Return moment and fee of each accepted engagement by employer."""
    found: dict[str, list[tuple[datetime, float]]] = defaultdict(list)
    for row in engagements(world):
        found[row["employer_id"]].append((row["accepted_at"], float(row["fee_usd"] or 0)))
    return found


def within(world: World, employer: str, days_ago: int) -> float:
    """Return an employer's spend in the 365 days that end so many days before as_of."""
    first, last = world.before(days_ago + 365), world.before(days_ago)
    return sum(fee for at, fee in spend(world)[employer] if first < at <= last)


def active(world: World) -> float:
    return sum(within(world, employer, 0) > 0 for employer in list(spend(world)))


def trailing(world: World) -> float:
    return sum(within(world, employer, 0) for employer in list(spend(world)))


def prior(world: World) -> float:
    return sum(within(world, employer, 365) for employer in list(spend(world)))


def retained(world: World) -> float:
    return sum(within(world, employer, 0) for employer in list(spend(world)) if within(world, employer, 365) > 0)


figure("active_employers")(active)
figure("gmv_trailing_12_months")(trailing)
figure("gmv_per_active_employer")(lambda world: ratio(trailing(world), active(world)))
figure("gmv_prior_12_months")(prior)
figure("gmv_retained_12_months")(retained)
figure("spend_retention")(lambda world: ratio(retained(world), prior(world)))


def shares(world: World) -> list[float]:
    """Return each spending employer's share of the last 365 days' fees, greatest first."""
    amounts = sorted((each for each in (within(world, name, 0) for name in list(spend(world))) if each), reverse=True)
    return [amount / sum(amounts) for amount in amounts]


figure("gmv_hhi")(lambda world: sum((100 * share) ** 2 for share in shares(world)) if shares(world) else None)
figure("gmv_top_10_share")(lambda world: sum(shares(world)[:10]) if shares(world) else None)


@cache
def employer_terms(world: World) -> list[dict[str, Any]]:
    """Return one row per employer and complete term from the one that it joined in."""
    fees: dict[tuple[str, int], list[float]] = defaultdict(list)
    for row in engagements(world):
        fees[(row["employer_id"], term_of(row["accepted_at"].date()))].append(float(row["fee_usd"] or 0))
    found = []
    for employer in world.dicts("employers"):
        key, joined = employer["employer_id"], term_of(employer["joined_at"].date())
        for term in range(joined, last_complete(world.today) + 1):
            found.append(
                {
                    "is_active": bool(fees.get((key, term))),
                    "fee": sum(fees.get((key, term), [])),
                    "joining_fee": sum(fees.get((key, joined), [])),
                    "last_year_fee": sum(fees.get((key, term - 3), [])) if term - 3 >= joined else None,
                }
            )
    return found


def of_term(world: World, name: str, *, with_last_year: bool = False) -> float:
    rows = [row for row in employer_terms(world) if row["last_year_fee"] is not None or not with_last_year]
    return sum(row[name] for row in rows)


figure("employer_terms")(lambda world: len(employer_terms(world)))
figure("employer_terms_active")(lambda world: of_term(world, "is_active"))
figure("logo_retention")(lambda world: ratio(of_term(world, "is_active"), len(employer_terms(world))))
figure("gmv_of_term_usd")(lambda world: of_term(world, "fee"))
figure("gmv_of_joining_term_usd")(lambda world: of_term(world, "joining_fee"))
figure("gmv_retention")(lambda world: ratio(of_term(world, "fee"), of_term(world, "joining_fee")))
figure("gmv_with_term_last_year_usd")(lambda world: of_term(world, "fee", with_last_year=True))
figure("gmv_of_same_term_last_year_usd")(lambda world: of_term(world, "last_year_fee", with_last_year=True))
figure("gmv_same_term_retention")(
    lambda world: ratio(
        of_term(world, "fee", with_last_year=True), of_term(world, "last_year_fee", with_last_year=True)
    )
)


@cache
def student_terms(world: World) -> tuple[int, int, int]:
    """Return student-terms since joining that are over, those with an application, those with a completion."""
    applied = {(row["student_id"], term_of(row["applied_at"].date())) for row in applications(world)}
    done = {(row["student_id"], term_of(row["approved_at"].date())) for row in approved(world)}
    cells = [
        (key, term)
        for key, row in world.students.items()
        for term in range(term_of(row["joined_at"].date()), last_complete(world.today) + 1)
    ]
    return len(cells), sum(cell in applied for cell in cells), sum(cell in done for cell in cells)


figure("student_terms")(lambda world: student_terms(world)[0])
figure("student_terms_applied")(lambda world: student_terms(world)[1])
figure("student_terms_completed")(lambda world: student_terms(world)[2])
figure("student_retention_applied")(lambda world: ratio(student_terms(world)[1], student_terms(world)[0]))
figure("student_retention_completed")(lambda world: ratio(student_terms(world)[2], student_terms(world)[0]))
