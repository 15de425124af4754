"""One row per host that looks, metric, category and size band."""

from expectations.rows import ExpectRowsToHold, rows_hold

KEY = ("peer_benchmark_key",)


def rules() -> list[ExpectRowsToHold]:
    """Return what holds of pooled peers: no employer sees too few, and none counts what was not there."""
    return [
        rows_hold(
            "too few peers shown",
            "each.is_shown = 1 and (each.peer_count is null or each.peer_count < 5)",
            "What is shown pools at least five other employers.",
            key=KEY,
            severity="critical",
            column="peer_count",
        ),
        rows_hold(
            "more counted than there were",
            "each.numerator > each.denominator",
            "A rate's numerator is part of its denominator.",
            key=KEY,
            severity="critical",
            column="numerator",
        ),
    ]
