"""The order of a job application's steps."""

from expectations.border_in.contract import shown_key
from expectations.rows import ExpectRowsToHold, rows_hold
from pipelines.contract import Entity


def rules(entity: Entity) -> list[ExpectRowsToHold]:
    """Return the rules about job applications that the contract cannot say."""
    key = shown_key(entity)
    return [
        rows_hold(
            "hired before applied",
            "each.hired_at < each.applied_at",
            "Nobody is hired before applying.",
            key=key,
            column="hired_at",
        ),
    ]
