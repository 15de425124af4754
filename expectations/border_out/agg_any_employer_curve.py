"""One row per scope and day of the curve of any full-time start."""

from expectations.rows import ExpectRowsToHold, rows_hold

KEY = ("scope_id", "day")

ROUNDING = "0.000000001"


def rules() -> list[ExpectRowsToHold]:
    """Return the identity of one risk."""
    return [
        rows_hold(
            "parts do not sum to one",
            f"abs(each.hired_incidence + each.survival - 1) > {ROUNDING}",
            "Started full-time and not started are everybody.",
            key=KEY,
            severity="critical",
        )
    ]
