"""One row per project."""

from expectations.rows import ExpectRowsToHold, rows_hold

KEY = ("project_id",)


def rules() -> list[ExpectRowsToHold]:
    """Return the identities between a project's numbers, and with its applications."""
    return [
        rows_hold(
            "applications disagree",
            "each.application_count <> coalesce(counted.application_count, 0)",
            "A project counts as many applications as there are rows for it.",
            key=KEY,
            severity="critical",
            column="application_count",
            joins="left join (select project_id, count(*) as application_count "
            'from "current".fct_applications group by project_id) as counted on counted.project_id = each.project_id',
        ),
        rows_hold(
            "filled but not mature",
            "each.is_filled_14_days > each.is_mature_14_days or each.is_filled_30_days > each.is_mature_30_days "
            "or each.is_filled_60_days > each.is_mature_60_days",
            "A numerator's projects are among the denominator's.",
            key=KEY,
            severity="critical",
        ),
    ]
