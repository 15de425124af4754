"""One row per engagement."""

from expectations.rows import ExpectRowsToHold, rows_hold

KEY = ("engagement_id",)


def rules() -> list[ExpectRowsToHold]:
    """Return the identities of completion."""
    return [
        rows_hold(
            "completed but not mature",
            "each.is_completed_in_time > each.is_mature_completion",
            "A numerator's engagements are among the denominator's.",
            key=KEY,
            severity="critical",
        ),
        rows_hold(
            "approved without a time",
            "cast(each.is_approved as boolean) <> (each.approved_at is not null)",
            "An approval has its time.",
            key=KEY,
            severity="critical",
            column="is_approved",
        ),
    ]
