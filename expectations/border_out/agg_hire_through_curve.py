"""One row per clock, scope and day of the hire-through curve."""

from expectations.rows import ExpectRowsToHold, rows_hold

KEY = ("clock", "scope_id", "day")

ROUNDING = "0.000000001"


def rules() -> list[ExpectRowsToHold]:
    """Return the identities of competing risks."""
    whole = "each.host_incidence + each.elsewhere_incidence + each.survival"
    return [
        rows_hold(
            "parts do not sum to one",
            f"abs({whole} - 1) > {ROUNDING}",
            "Hired by the host, hired elsewhere and neither are everybody.",
            key=KEY,
            severity="critical",
        ),
        rows_hold(
            "outside its band",
            f"each.host_incidence < each.host_lower - {ROUNDING} or each.host_incidence > each.host_upper + {ROUNDING}",
            "The curve lies within its band.",
            key=KEY,
            severity="critical",
            column="host_incidence",
        ),
    ]
