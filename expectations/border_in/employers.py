"""An employer's place among its owners."""

from expectations.border_in.contract import shown_key
from expectations.rows import ExpectRowsToHold, rows_hold
from pipelines.contract import Entity


def rules(entity: Entity) -> list[ExpectRowsToHold]:
    """Return the rules about ownership that the contract cannot say."""
    key = shown_key(entity)
    return [
        rows_hold(
            "owns itself",
            "each.parent_employer_id = each.employer_id",
            "An employer is not its own parent.",
            key=key,
            column="parent_employer_id",
        ),
    ]
