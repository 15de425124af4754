"""One row per scope, period, stage and group."""

from expectations.rows import ExpectRowsToHold, rows_hold

KEY = ("cell_key",)


def rules() -> list[ExpectRowsToHold]:
    """Return what holds of every cell: nobody advances who was not there, and a leading group is known."""
    return [
        rows_hold(
            "more advanced than there were",
            "each.advanced_count > each.unit_count",
            "Whoever advanced was there.",
            key=KEY,
            severity="critical",
        ),
        rows_hold(
            "leads unknown",
            "each.is_leading = 1 and each.group_value is null",
            "Groups are compared with a known group.",
            key=KEY,
            severity="critical",
            column="is_leading",
        ),
    ]
