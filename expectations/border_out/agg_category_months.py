"""One row per category and month since the category's first posting."""

from expectations.rows import ExpectRowsToHold, rows_hold

KEY = ("category_month_key",)


def rules() -> list[ExpectRowsToHold]:
    """Return what a stock and a count of persons can be."""
    return [
        rows_hold(
            "stock below zero",
            "each.open_slots < 0 or each.applicants_30_days < 0",
            "No more slots are taken or closed than were posted.",
            key=KEY,
            severity="critical",
        )
    ]
