"""One row per student, with attributes only where the student agrees to be counted."""

from expectations.rows import ExpectRowsToHold, rows_hold

KEY = ("student_key",)

ASKED = ("gender", "race_ethnicity", "first_generation", "pell_recipient", "gpa_band", "state")


def rules() -> list[ExpectRowsToHold]:
    """Return the one promise of this mart that is about consent."""
    known = " or ".join(f'each."{column}" is not null' for column in ASKED)
    return [
        rows_hold(
            "attributes without consent",
            f"not cast(each.has_analytics_consent as boolean) and ({known})",
            "What a student said about themselves is there with their consent only.",
            key=KEY,
            severity="critical",
        )
    ]
