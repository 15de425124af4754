"""One row per scope and group that met the leading group within projects."""

from expectations.rows import ExpectRowsToHold, rows_hold

KEY = ("scope_id", "group_dimension", "group_value")


def rules() -> list[ExpectRowsToHold]:
    """Return what holds of every comparison within projects."""
    return [
        rows_hold(
            "compared with itself",
            "each.group_value = each.leading_value",
            "A group is compared with another one.",
            key=KEY,
            severity="critical",
            column="leading_value",
        ),
        rows_hold(
            "more selected than applied",
            "each.observed > each.unit_count or each.unit_count < each.project_count",
            "Each project counts at least one application of the group, and selects none that was not made.",
            key=KEY,
            severity="critical",
        ),
    ]
