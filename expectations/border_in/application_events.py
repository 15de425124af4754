"""The order of what happens to an application."""

from expectations.border_in.contract import shown_key
from expectations.rows import ExpectRowsToHold, rows_hold, stale
from pipelines.contract import Entity


def rules(entity: Entity) -> list[ExpectRowsToHold]:
    """Return the rules about events that the contract cannot say."""
    key = shown_key(entity)
    return [
        rows_hold(
            "selected before applied",
            "each.event_type = 'selected' and each.occurred_at < applications.applied_at",
            "Nobody is selected before applying.",
            key=key,
            column="occurred_at",
            joins='join "current".applications as applications on applications.application_id = each.application_id',
        ),
        stale("occurred_at"),
    ]
