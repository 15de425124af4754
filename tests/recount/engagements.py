"""Engagements: completion, punctuality, pay, cancellation, feedback, GMV."""

from collections import defaultdict
from datetime import date, timedelta
from decimal import Decimal
from functools import cache
from statistics import mean, median
from typing import Any

from tests.recount import figure, ratio
from tests.recount.world import World

GRACE = timedelta(days=14)


@cache
def engagements(world: World) -> list[dict[str, Any]]:
    """Return each engagement with its project, and the student who did it."""
    applications = {row["application_id"]: row for row in world.dicts("applications")}
    found = []
    for row in world.dicts("engagements"):
        application = applications.get(row["application_id"], {})
        project = world.projects.get(application.get("project_id", ""), {})
        names = ("project_id", "employer_id", "host", "root", "category", "funded_by", "fee_usd", "platform_fee_usd")
        found.append(
            {**row, "student_id": application.get("student_id"), **{name: project.get(name) for name in names}}
        )
    return found


def days(later: Any, earlier: Any) -> float:
    """Return days between two moments, to the hundredth."""
    return round((later - earlier).total_seconds() / 86400 + 1e-9, 2)


def approved(world: World) -> list[dict[str, Any]]:
    return [row for row in engagements(world) if row["approved_at"]]


def due(world: World) -> list[dict[str, Any]]:
    """Return the engagements whose 14 days after the due date are over."""
    return [row for row in engagements(world) if row["due_at"] and row["due_at"] + GRACE <= world.as_of]


def started_and_due(world: World) -> list[dict[str, Any]]:
    return [row for row in due(world) if row["started_at"]]


def in_time(rows: list[dict[str, Any]]) -> float:
    return sum(bool(row["approved_at"]) and row["approved_at"] <= row["due_at"] + GRACE for row in rows)


figure("engagements_accepted")(lambda world: len(engagements(world)))
figure("engagements_started")(lambda world: sum(bool(row["started_at"]) for row in engagements(world)))
figure("engagements_approved")(lambda world: len(approved(world)))
figure("engagements_mature_completion")(lambda world: len(started_and_due(world)))
figure("engagements_completed_in_time")(lambda world: in_time(started_and_due(world)))
figure("completion_rate")(lambda world: ratio(in_time(started_and_due(world)), len(started_and_due(world))))
figure("engagements_mature_accepted")(lambda world: len(due(world)))
figure("engagements_completed_of_accepted")(lambda world: in_time(due(world)))
figure("completion_rate_intent_to_treat")(lambda world: ratio(in_time(due(world)), len(due(world))))


def timed(world: World) -> list[dict[str, Any]]:
    return [row for row in approved(world) if row["submitted_at"] and row["due_at"]]


def on_time(world: World) -> float:
    return sum(row["submitted_at"] <= row["due_at"] for row in timed(world))


figure("engagements_timed")(lambda world: len(timed(world)))
figure("engagements_on_time")(on_time)
figure("on_time_rate")(lambda world: ratio(on_time(world), len(timed(world))))


@figure("days_to_approve_median")
def days_to_approve_median(world: World) -> float | None:
    waits = [days(row["approved_at"], row["submitted_at"]) for row in approved(world) if row["submitted_at"]]
    return median(waits) if waits else None


@figure("days_to_pay_median")
def days_to_pay_median(world: World) -> float | None:
    waits = [days(row["paid_at"], row["approved_at"]) for row in approved(world) if row["paid_at"]]
    return median(waits) if waits else None


def paid_hours(world: World) -> list[dict[str, Any]]:
    """Return approved work whose pay and hours are both known."""
    return [row for row in approved(world) if row["amount_paid_usd"] is not None and (row["hours_reported"] or 0) > 0]


def under_floor(world: World) -> float:
    """Count work paid below 15 USD an hour if accepted before 2024, below 20 since."""
    return sum(
        row["amount_paid_usd"] / row["hours_reported"] < (15 if row["accepted_at"].date() < date(2024, 1, 1) else 20)
        for row in paid_hours(world)
    )


def pay(world: World) -> float:
    return float(sum((row["amount_paid_usd"] for row in paid_hours(world)), Decimal(0)))


def hours(world: World) -> float:
    return float(sum((row["hours_reported"] for row in paid_hours(world)), Decimal(0)))


figure("pay_with_known_hours_usd")(pay)
figure("hours_with_known_pay")(hours)
figure("effective_hourly_pay")(lambda world: ratio(pay(world), hours(world)))
figure("engagements_with_known_hourly_pay")(lambda world: len(paid_hours(world)))
figure("engagements_under_floor")(under_floor)
figure("under_floor_rate")(lambda world: ratio(under_floor(world), len(paid_hours(world))))


def cancelled(world: World) -> list[dict[str, Any]]:
    return [row for row in engagements(world) if row["cancelled_at"]]


def cancelled_by(world: World, side: str) -> float:
    return sum(row["cancelled_by"] == side for row in cancelled(world))


def after_start(world: World) -> float:
    return sum(bool(row["started_at"]) and row["started_at"] <= row["cancelled_at"] for row in cancelled(world))


def of_accepted(world: World, count: float) -> float | None:
    return ratio(count, len(engagements(world)))


figure("engagements_cancelled")(lambda world: len(cancelled(world)))
figure("cancellation_rate")(lambda world: of_accepted(world, len(cancelled(world))))
for _side in ("employer", "student", "platform"):
    figure(f"engagements_cancelled_by_{_side}")(lambda world, side=_side: cancelled_by(world, side))
    figure(f"cancellation_rate_by_{_side}")(lambda world, side=_side: of_accepted(world, cancelled_by(world, side)))
figure("engagements_cancelled_after_start")(after_start)
figure("cancellation_rate_after_start")(lambda world: of_accepted(world, after_start(world)))
figure("engagements_cancelled_before_start")(lambda world: len(cancelled(world)) - after_start(world))
figure("cancellation_rate_before_start")(lambda world: of_accepted(world, len(cancelled(world)) - after_start(world)))


@cache
def feedback(world: World, role: str) -> dict[str, dict[str, Any]]:
    """Return the last word of one side by engagement."""
    rows = [row for row in world.dicts("feedback") if row["author_role"] == role]
    rows.sort(key=lambda row: (row["submitted_at"], row["feedback_id"]))
    known = {row["engagement_id"] for row in engagements(world)}
    return {row["engagement_id"]: row for row in rows if row["engagement_id"] in known}


def ratings(world: World, role: str) -> list[int]:
    return [row["rating"] for row in feedback(world, role).values() if row["rating"] is not None]


def rated_of_approved(world: World, role: str) -> float:
    told = feedback(world, role)
    return sum((told.get(row["engagement_id"]) or {}).get("rating") is not None for row in approved(world))


def answers(world: World) -> list[bool]:
    return [row["would_hire"] for row in feedback(world, "employer").values() if row["would_hire"] is not None]


def ratings_by_employer(world: World, role: str) -> dict[str, list[int]]:
    groups: dict[str, list[int]] = defaultdict(list)
    employer = {row["engagement_id"]: row["employer_id"] for row in engagements(world)}
    for key, row in feedback(world, role).items():
        if row["rating"] is not None:
            groups[employer[key]].append(row["rating"])
    return groups


def shrunk(world: World, role: str) -> float | None:
    """Return the mean rating drawn toward the grand mean of employers: empirical Bayes by the method of moments."""
    grand = grand_mean(world, role)
    if grand is None:
        return None
    weight, everything = weight_of_prior(world, role), ratings(world, role)
    if weight is None:
        return grand
    return (sum(everything) + weight * grand) / (len(everything) + weight)


def prior_weight(groups: list[list[int]]) -> float | None:
    """Return how many ratings the prior is worth: variance within over variance between groups (one-way ANOVA).

    None where the groups differ by no more than chance.
    """
    total, count = sum(map(len, groups)), len(groups)
    grand = sum(map(sum, groups)) / total
    within = sum((rating - mean(group)) ** 2 for group in groups for rating in group) / (total - count)
    between_square = sum(len(group) * (mean(group) - grand) ** 2 for group in groups) / (count - 1)
    typical = (total - sum(len(group) ** 2 for group in groups) / total) / (count - 1)
    return within * typical / (between_square - within) if between_square > within else None


def grand_mean(world: World, role: str) -> float | None:
    return mean(ratings(world, role)) if ratings(world, role) else None


def weight_of_prior(world: World, role: str) -> float | None:
    return prior_weight(list(ratings_by_employer(world, role).values()))


for _role in ("employer", "student"):
    figure(f"{_role}_rating_sum")(lambda world, role=_role: sum(ratings(world, role)))
    figure(f"{_role}_rating_prior_mean")(lambda world, role=_role: grand_mean(world, role))
    figure(f"{_role}_rating_prior_weight")(lambda world, role=_role: weight_of_prior(world, role))
    figure(f"{_role}_rating_mean")(lambda world, role=_role: grand_mean(world, role))
    figure(f"engagements_rated_by_{_role}")(lambda world, role=_role: len(ratings(world, role)))
    figure(f"{_role}_rating_response_rate")(
        lambda world, role=_role: ratio(rated_of_approved(world, role), len(approved(world)))
    )
    figure(f"{_role}_rating_shrunk")(lambda world, role=_role: shrunk(world, role))
figure("would_hire_answers")(lambda world: len(answers(world)))
figure("would_hire_yes")(lambda world: sum(answers(world)))
figure("would_hire_rate")(lambda world: ratio(sum(answers(world)), len(answers(world))))
figure("would_hire_response_rate")(lambda world: ratio(len(answers(world)), len(approved(world))))


def money(rows: list[dict[str, Any]], name: str) -> float:
    return float(sum((row[name] for row in rows if row[name] is not None), Decimal(0)))


def with_known_share(world: World) -> list[dict[str, Any]]:
    return [row for row in engagements(world) if row["platform_fee_usd"] is not None]


figure("gmv_booked")(lambda world: money(engagements(world), "fee_usd"))
figure("gmv_recognised")(lambda world: money(approved(world), "fee_usd"))
figure("platform_fees")(lambda world: money(engagements(world), "platform_fee_usd"))
figure("gmv_with_known_fee")(lambda world: money(with_known_share(world), "fee_usd"))
figure("take_rate")(
    lambda world: ratio(money(engagements(world), "platform_fee_usd"), money(with_known_share(world), "fee_usd"))
)
