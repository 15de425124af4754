"""Engagements and the feedback on them as the platform's rows."""

import numpy as np
import polars as pl

from pipelines.contract import COMPETENCIES
from pipelines.sample.applications import Applications
from pipelines.sample.arrays import labels
from pipelines.sample.clock import DAY, NEVER
from pipelines.sample.engagements import Engagements
from pipelines.sample.history import History
from pipelines.sample.people import People
from pipelines.sample.plan import Plan
from pipelines.sample.project_rows import application_ids, lag
from pipelines.sample.streams import Floats, Ints, normal_quantile

ENGAGEMENTS = History(
    "accepted_at",
    {
        "_corrected_at": {"hours_reported": pl.col("_was_hours_reported")},
        "started_at": {"started_at": None},
        "submitted_at": {"submitted_at": None, "hours_reported": None},
        "approved_at": {"approved_at": None},
        "paid_at": {"paid_at": None, "amount_paid_usd": None},
        "cancelled_at": {"cancelled_at": None, "cancelled_by": None, "cancel_reason": None},
    },
)
FEEDBACK = History("submitted_at")
FEEDBACK_COMPETENCIES = History("_submitted_at")
SIDES = ("employer", "student", "platform")
CANCEL_REASONS = ("schedule", "scope", "budget", "no_response")
RATING_EDGES = np.array([-2.1, -1.5, -0.65, 0.45])


def engagement_ids(numbers: Ints) -> pl.Series:
    """Return the platform's numbers of engagements."""
    return labels("G", numbers, 8)


def engagement_frame(plan: Plan, applications: Applications, work: Engagements) -> pl.DataFrame:
    """Return the rows of ``engagements`` with everything that changes later."""
    corrected = plan.chance("engagements.corrected_share", work.number) & (work.submitted < NEVER)
    return pl.DataFrame(
        {
            "engagement_id": engagement_ids(work.number),
            "application_id": application_ids(applications.number[work.row]),
            "accepted_at": work.accepted,
            "started_at": work.started,
            "due_at": work.due,
            "submitted_at": work.submitted,
            "approved_at": work.approved,
            "paid_at": work.paid,
            "cancelled_at": work.cancelled,
            "cancelled_by": [SIDES[index] for index in work.cancelled_by.tolist()],
            "cancel_reason": [CANCEL_REASONS[index] for index in work.cancel_reason.tolist()],
            "hours_reported": work.hours_reported,
            "_was_hours_reported": np.where(corrected, work.hours_reported + 10, work.hours_reported),
            "amount_paid_usd": work.amount_paid_usd,
            "_corrected_at": np.where(corrected, work.submitted + 35 * DAY, NEVER),
            "_lag": lag(plan, "engagement", work.number),
        }
    )


def performance(plan: Plan, people: People, students: Ints, numbers: Ints, what: str, effect: str) -> Floats:
    """Return how well something went: planted effect of ability plus chance, standard normal."""
    weight = plan.number(effect) * min(plan.number("selection.ability"), 1.0)
    own = normal_quantile(plan.level(what, numbers))
    return np.asarray(weight * people.ability(students) + np.sqrt(1 - weight**2) * own)


def feedback_frames(
    plan: Plan, people: People, applications: Applications, work: Engagements
) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Return the rows of ``feedback`` and of ``feedback_competencies``, as late as the engagement that they rate."""
    done = np.flatnonzero(work.approved < NEVER)
    number, approved = work.number[done], work.approved[done]
    student = applications.student[work.row[done]]
    quality = performance(plan, people, student, number, "rating", "effects.rating_ability")
    ids = engagement_ids(number)
    frames = []
    for side, name in enumerate(SIDES[:2]):
        own = quality if side == 0 else normal_quantile(plan.level("student rating", number)) + 0.3
        given = plan.level(f"{name} feedback", number) < plan.number(f"engagements.{name}_feedback_share")
        rating = 1 + np.searchsorted(RATING_EDGES, own)
        frames.append(
            pl.DataFrame(
                {
                    "feedback_id": labels("F", number * 2 + side, 9),
                    "engagement_id": ids,
                    "author_role": [name] * len(done),
                    "rating": rating,
                    "would_hire": pl.Series(own > -0.4, dtype=pl.Boolean)
                    if side == 0
                    else pl.Series([None] * len(done), dtype=pl.Boolean),
                    "submitted_at": approved + plan.between(f"{name} feedback delay", 600, 9 * DAY, number),
                    "_number": number * 2 + side,
                    "_quality": own,
                    "_lag": lag(plan, "engagement", number),
                }
            ).filter(pl.Series(given, dtype=pl.Boolean))
        )
    feedback = pl.concat(frames)
    return feedback, _competency_frame(plan, feedback.filter(pl.col("author_role") == "employer"))


def _competency_frame(plan: Plan, feedback: pl.DataFrame) -> pl.DataFrame:
    """Return scores for about half of the competencies in three of five ratings."""
    number = feedback["_number"].to_numpy()
    which = np.arange(len(COMPETENCIES), dtype=np.int64)
    scored = (plan.level("scores", number) < 0.6)[:, None] & (plan.level("scored", number[:, None], which) < 0.55)
    row, competency = np.nonzero(scored)
    noise = normal_quantile(plan.level("score", number[row], competency))
    return pl.DataFrame(
        {
            "feedback_id": feedback["feedback_id"].gather(row),
            "competency": pl.Series(COMPETENCIES).gather(competency),
            "score": 1 + np.searchsorted(RATING_EDGES, 0.7 * feedback["_quality"].to_numpy()[row] + 0.6 * noise),
            "_submitted_at": feedback["submitted_at"].gather(row),
            "_lag": feedback["_lag"].gather(row),
        }
    )
