"""An application's place in time."""

from expectations.border_in.contract import shown_key
from expectations.rows import ExpectRowsToHold, rows_hold, stale
from pipelines.contract import Entity


def rules(entity: Entity) -> list[ExpectRowsToHold]:
    """Return the rules about applications that the contract cannot say."""
    key = shown_key(entity)
    return [
        rows_hold(
            "applied before posted",
            "each.applied_at < projects.posted_at",
            "Nobody applies for a project before it is posted.",
            key=key,
            column="applied_at",
            joins='join "current".projects as projects on projects.project_id = each.project_id',
        ),
        stale("applied_at"),
    ]
