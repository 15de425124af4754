"""An employment's days, and whose it is."""

from expectations.border_in.contract import shown_key
from expectations.rows import ExpectRowsToHold, rows_hold
from pipelines.contract import Entity


def rules(entity: Entity) -> list[ExpectRowsToHold]:
    """Return the rules about employments that the contract cannot say."""
    key = shown_key(entity)
    return [
        rows_hold(
            "ended before started",
            "each.end_date < each.start_date",
            "The last day is not before the first.",
            key=key,
            column="end_date",
        ),
        rows_hold(
            "nobody's",
            "each.email is null and (each.candidate_id is null or each.system is null)",
            "An employment says whose it is, by candidate or by address.",
            key=key,
            column="candidate_id",
        ),
    ]
