"""Money: recruiting costs per hire, the programme's cost per hire and per completion."""

import csv
from collections import Counter, defaultdict
from datetime import date, timedelta
from functools import cache
from typing import Any

from tests.conftest import ROOT
from tests.recount import figure, ratio
from tests.recount.choices import newly_chosen
from tests.recount.engagements import engagements
from tests.recount.hires import new_hires, pair_of_person
from tests.recount.pairs import hired
from tests.recount.world import Start, World

PROGRAMME = {"internal_supervisor_time", "internal_screening_time"}
Month = tuple[str, date]


def month_of(day: date) -> date:
    return day.replace(day=1)


def last_day(month: date) -> date:
    return date(month.year + month.month // 12, month.month % 12 + 1, 1) - timedelta(days=1)


@cache
def seed(name: str) -> list[dict[str, str]]:
    with (ROOT / "dbt_project" / "seeds" / f"{name}.csv").open(newline="") as file:
        return list(csv.DictReader(file))


@cache
def lines(world: World) -> list[tuple[Month, str, float]]:
    """Return employer and month, kind and amount of each cost line of a month that has begun."""
    found = []
    for row in world.dicts("costs"):
        amount = row["amount_usd"]
        if amount is None:
            amount = (row["hours"] or 0) * (row["hourly_rate_usd"] or 0)
        if row["period_month"] <= world.today:
            found.append(((row["employer_id"], month_of(row["period_month"])), row["cost_type"], float(amount)))
    return found


figure("costs_reported_usd")(lambda world: sum(amount for _, _, amount in lines(world)))


def salary(world: World, hire: Start) -> float | None:
    """Return the pay of the latest full-time offer that the person accepted from the host by the start."""
    taken = [
        each
        for each in world.offers
        if each["person"] == hire.person
        and each["host"] == hire.host
        and each["is_full_time"]
        and each["status"] == "accepted"
        and each["accepted_at"]
        and each["accepted_at"].date() <= hire.day
    ]
    taken.sort(key=lambda each: each["offer_id"])
    last = max(taken, key=lambda each: each["accepted_at"], default=None)
    return None if last is None or last["salary_usd"] is None else float(last["salary_usd"])


@cache
def recruiting(world: World) -> list[dict[str, Any]]:
    """Return, by employer and month with recruiting costs, the costs, the starts and their pay."""
    comparable = {row["cost_type"] for row in seed("cost_types") if row["is_comparable"] == "1"}
    costs: dict[Month, list[tuple[str, float]]] = defaultdict(list)
    for month, kind, amount in lines(world):
        if kind not in PROGRAMME:
            costs[month].append((kind, amount))
    starts: dict[Month, list[Start]] = defaultdict(list)
    for hire in new_hires(world):
        if hire.employer:
            starts[(hire.employer, month_of(hire.day))].append(hire)
    found = []
    for (employer, month), theirs in costs.items():
        observed = world.observed.get(world.host.get(employer, employer))
        pay = [salary(world, hire) for hire in starts[(employer, month)]]
        found.append(
            {
                "employer": employer,
                "is_observed": observed is not None and observed[0] <= month and last_day(month) <= observed[1],
                "costs": sum(amount for _, amount in theirs),
                "comparable": sum(amount for kind, amount in theirs if kind in comparable),
                "hires": len(pay),
                "known": sum(each is not None for each in pay),
                "pay": sum(each for each in pay if each is not None),
            }
        )
    return found


def of_observed(world: World, name: str) -> float:
    return sum(row[name] for row in recruiting(world) if row["is_observed"])


def costs_with_known_pay(world: World) -> float:
    """Return each employer's observed costs at the share of its starts whose pay is known; all, where it has none."""
    rows: dict[str, list[dict[str, Any]]] = defaultdict(list)
    for row in recruiting(world):
        if row["is_observed"]:
            rows[row["employer"]].append(row)
    found = 0.0
    for theirs in rows.values():
        costs, hires, known = (sum(row[name] for row in theirs) for name in ("costs", "hires", "known"))
        found += costs * known / hires if hires else costs
    return found


figure("recruiting_costs_usd")(lambda world: of_observed(world, "costs"))
figure("recruiting_costs_comparable_usd")(lambda world: of_observed(world, "comparable"))
figure("recruiting_costs_unobserved_usd")(
    lambda world: sum(row["costs"] for row in recruiting(world) if not row["is_observed"])
)
figure("hires_with_costs")(lambda world: of_observed(world, "hires"))
figure("cost_per_hire")(lambda world: ratio(of_observed(world, "costs"), of_observed(world, "hires")))
figure("cost_per_hire_comparable")(lambda world: ratio(of_observed(world, "comparable"), of_observed(world, "hires")))
figure("recruiting_costs_with_known_pay_usd")(costs_with_known_pay)
figure("first_year_pay_usd")(lambda world: of_observed(world, "pay"))
figure("hire_cost_ratio")(lambda world: ratio(costs_with_known_pay(world), of_observed(world, "pay")))


@cache
def programme(world: World) -> list[dict[str, Any]]:
    """Return, by employer and month of acceptance, what the programme cost and what came of it."""
    wage = float(next(row["figure"] for row in seed("benchmarks") if row["benchmark_id"] == "intern-wage"))
    time: dict[Month, float] = defaultdict(float)
    for month, kind, amount in lines(world):
        if kind in PROGRAMME:
            time[month] += amount
    works: dict[Month, list[dict[str, Any]]] = defaultdict(list)
    for row in engagements(world):
        if row["employer_id"]:
            works[(row["employer_id"], month_of(row["accepted_at"].date()))].append(row)
    firsts, chosen = first_completions(world), Counter(each.month for each in newly_chosen(world))
    found = []
    for employer, month in {*time, *works, *chosen}:
        rows = works.get((employer, month), [])
        observed = world.observed.get(world.host.get(employer, employer))
        over = max([last_day(month), *(concluded(row) for row in rows)])
        fees = sum(float(row["fee_usd"]) for row in rows if row["funded_by"] == "employer")
        found.append(
            {
                "fees": fees,
                "time": time.get((employer, month), 0.0),
                "cost": fees + time.get((employer, month), 0.0),
                "has_time": (employer, month) in time,
                "engagements": len(rows),
                "completions": sum(bool(row["approved_at"]) for row in rows),
                "chosen": chosen[(employer, month)],
                "is_concluded": over < world.today,
                "hires": sum(firsts.get(row["engagement_id"], False) for row in rows),
                "value": sum(round(float(row["hours_reported"] or 0) * wage, 2) for row in rows if row["approved_at"]),
                "is_mature": observed is not None
                and observed[0] <= month
                and over + timedelta(days=365) <= observed[1],
            }
        )
    return found


def concluded(row: dict[str, Any]) -> date:
    """Return when an engagement was over: approved, called off, two weeks overdue, or half a year on."""
    if row["approved_at"] or row["cancelled_at"]:
        return (row["approved_at"] or row["cancelled_at"]).date()
    if row["due_at"]:
        return row["due_at"].date() + timedelta(days=14)
    return row["accepted_at"].date() + timedelta(days=180)


@cache
def first_completions(world: World) -> dict[str, bool]:
    """Tell of each engagement that was a pair's first completion whether the host hired within a year of it."""
    firsts: dict[Any, dict[str, Any]] = {}
    for row in sorted(engagements(world), key=lambda row: row["engagement_id"]):
        if row["approved_at"] and row["student_id"] and row["host"]:
            key = (world.people.find(("student", row["student_id"])), row["host"])
            if key not in firsts or row["approved_at"] < firsts[key]["approved_at"]:
                firsts[key] = row
    return {row["engagement_id"]: hired(pair_of_person(world)[key], 365) for key, row in firsts.items()}


def of_programme(world: World, name: str, flag: str | None = None) -> float:
    return sum(row[name] for row in programme(world) if flag is None or row[flag])


figure("programme_cost_usd")(lambda world: of_programme(world, "cost"))
figure("programme_fees_usd")(lambda world: of_programme(world, "fees"))
figure("programme_time_cost_usd")(lambda world: of_programme(world, "time"))
figure("programme_cost_mature_usd")(lambda world: of_programme(world, "cost", "is_mature"))
figure("programme_hires_365_days")(lambda world: of_programme(world, "hires", "is_mature"))
figure("cost_per_micro_hire")(
    lambda world: ratio(of_programme(world, "cost", "is_mature"), of_programme(world, "hires", "is_mature"))
)
figure("programme_completions")(lambda world: of_programme(world, "completions"))
figure("programme_cost_concluded_usd")(lambda world: of_programme(world, "cost", "is_concluded"))
figure("programme_completions_concluded")(lambda world: of_programme(world, "completions", "is_concluded"))
figure("cost_per_completed_project")(
    lambda world: ratio(of_programme(world, "cost", "is_concluded"), of_programme(world, "completions", "is_concluded"))
)
figure("programme_persons_chosen")(lambda world: of_programme(world, "chosen", "is_mature"))
figure("work_value_usd")(lambda world: of_programme(world, "value"))
figure("programme_engagements")(lambda world: of_programme(world, "engagements"))
figure("programme_engagements_with_time")(lambda world: of_programme(world, "engagements", "has_time"))
figure("programme_time_reporting_rate")(
    lambda world: ratio(of_programme(world, "engagements", "has_time"), of_programme(world, "engagements"))
)
