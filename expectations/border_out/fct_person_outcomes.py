"""One row per person with an approved engagement."""

from expectations.rows import ExpectRowsToHold, rows_hold

KEY = ("person_key",)


def rules() -> list[ExpectRowsToHold]:
    """Return the identities of follow-up and of the windows."""
    hired = " or ".join(f"each.is_hired_{days}_days > each.is_mature_{days}_days" for days in (180, 365, 730))
    return [
        rows_hold(
            "hired but not mature",
            hired,
            "A numerator's persons are among the denominator's.",
            key=KEY,
            severity="critical",
        ),
        rows_hold(
            "at risk for no time",
            "cast(each.is_at_risk as boolean) and (each.exit_days is null or each.exit_days <= each.entry_days)",
            "A person in the curve is followed for some time.",
            key=KEY,
            severity="critical",
        ),
    ]
