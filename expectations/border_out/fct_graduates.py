"""One row per consenting student who graduated."""

from expectations.rows import ExpectRowsToHold, rows_hold

KEY = ("person_key",)


def rules() -> list[ExpectRowsToHold]:
    """Return how the parts of NACE's rates lie within each other."""
    return [
        rows_hold(
            "positive but not known",
            "each.is_positive > each.is_known_seeking or each.is_known_seeking > each.is_known",
            "A career outcome is a known one, of somebody who sought one.",
            key=KEY,
            severity="critical",
        )
    ]
