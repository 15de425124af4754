"""One row per employer and month since the employer joined."""

from expectations.rows import ExpectRowsToHold, rows_hold

KEY = ("employer_month_key",)


def rules() -> list[ExpectRowsToHold]:
    """Return the identity between a month and the year that ends with it."""
    return [
        rows_hold(
            "month above its year",
            "each.engagement_count > each.engagement_count_12_months or each.fee_usd > each.fee_12_months_usd",
            "A month is a part of the 365 days that end with it.",
            key=KEY,
            severity="critical",
        )
    ]
