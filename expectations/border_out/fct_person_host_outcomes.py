"""One row per person and host with an approved engagement."""

from typing import Any

from expectations.rows import in_set, rows_hold

KEY = ("person_host_key",)


def rules() -> list[Any]:
    """Return the identities of follow-up and of the windows."""
    hired = " or ".join(f"each.is_hired_{days}_days > each.is_mature_{days}_days" for days in (180, 365, 730))
    return [
        in_set("event_code", (0, 1, 2), "event", "1 is the host, 2 elsewhere, 0 neither yet.", "critical"),
        rows_hold(
            "hired but not mature",
            hired,
            "A numerator's pairs are among the denominator's.",
            key=KEY,
            severity="critical",
        ),
        rows_hold(
            "at risk for no time",
            "cast(each.is_at_risk as boolean) and (each.exit_days is null or each.exit_days <= each.entry_days)",
            "A pair in the curve is followed for some time.",
            key=KEY,
            severity="critical",
        ),
        rows_hold(
            "at risk although pre-existing",
            "cast(each.is_at_risk as boolean) and cast(each.is_pre_existing as boolean)",
            "A pair that was there before is shown apart.",
            key=KEY,
            severity="critical",
        ),
    ]
