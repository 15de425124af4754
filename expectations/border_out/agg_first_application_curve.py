"""One row per scope and day of the curve of first applications."""

from expectations.rows import ExpectRowsToHold, rows_hold

KEY = ("scope_id", "day")

ROUNDING = "0.000000001"


def rules() -> list[ExpectRowsToHold]:
    """Return the identities of competing risks."""
    whole = "each.first_application_incidence + each.closed_incidence + each.waiting_share"
    return [
        rows_hold(
            "parts do not sum to one",
            f"abs({whole} - 1) > {ROUNDING}",
            "Applied to, closed without an application and still waiting are all projects.",
            key=KEY,
            severity="critical",
        ),
        rows_hold(
            "outside its band",
            f"each.first_application_incidence < each.first_application_lower - {ROUNDING} "
            f"or each.first_application_incidence > each.first_application_upper + {ROUNDING}",
            "The curve of first applications lies within its band.",
            key=KEY,
            severity="critical",
            column="first_application_incidence",
        ),
    ]
