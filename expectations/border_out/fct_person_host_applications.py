"""One row per person and host with an application."""

from expectations.rows import ExpectRowsToHold, rows_hold

KEY = ("person_host_application_key",)


def rules() -> list[ExpectRowsToHold]:
    """Return what follows from the order of the steps."""
    return [
        rows_hold(
            "hired but not mature",
            "each.is_hired_545_days > each.is_selected_mature_545_days"
            " or each.is_selected_mature_545_days > each.is_mature_545_days",
            "Whoever was hired was selected, and whoever was selected had applied.",
            key=KEY,
            severity="critical",
        ),
        rows_hold(
            "mature although pre-existing",
            "each.is_mature_545_days + each.is_pre_existing > 1",
            "A pair that was there before is shown apart.",
            key=KEY,
            severity="critical",
        ),
    ]
