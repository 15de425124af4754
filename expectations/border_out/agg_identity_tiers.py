"""One row per tier of identity matching."""

from expectations.rows import ExpectRowsToHold, rows_hold

KEY = ("tier",)


def rules() -> list[ExpectRowsToHold]:
    """Return the order of the counts: several candidates may be one person, never the other way round."""
    return [
        rows_hold(
            "more persons than candidates",
            "each.person_count > each.candidate_count or each.student_count > each.person_count",
            "Candidates come to persons, and some of the persons are students.",
            key=KEY,
            severity="critical",
        )
    ]
