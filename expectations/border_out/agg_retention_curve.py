"""One row per scope, way in and day of the curve of retention."""

from expectations.rows import ExpectRowsToHold, rows_hold

KEY = ("scope_id", "came_by", "day")

ROUNDING = "0.000000001"


def rules() -> list[ExpectRowsToHold]:
    """Return what a survival curve cannot break."""
    return [
        rows_hold(
            "more left than were employed",
            "each.left_count > each.at_risk_count",
            "Only who is employed and seen can leave.",
            key=KEY,
            severity="critical",
            column="left_count",
        ),
        rows_hold(
            "outside its band",
            f"each.retained_share < each.retained_lower - {ROUNDING} "
            f"or each.retained_share > each.retained_upper + {ROUNDING}",
            "The curve of retention lies within its band.",
            key=KEY,
            severity="critical",
            column="retained_share",
        ),
    ]
