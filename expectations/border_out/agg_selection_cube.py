"""One row per scope, period, stage and group."""

from expectations.rows import ExpectRowsToHold, rows_hold

KEY = ("cell_key",)


def rules() -> list[ExpectRowsToHold]:
    """Return what holds of every cell: nobody advances who was not there, leaders are known, little is shown of few."""
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
        rows_hold(
            "shown though small",
            "each.status_alone <> 'hidden' and each.unit_count < 10 or each.status_alone = 'shown' "
            "and (each.advanced_count <= 3 or each.unit_count - each.advanced_count <= 3)",
            "Of fewer than ten nothing is shown, of three or fewer who advanced, or did not, a band.",
            key=KEY,
            severity="critical",
            column="status_alone",
        ),
    ]
