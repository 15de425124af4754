"""One row per application."""

from expectations.rows import ExpectRowsToHold, rows_hold

KEY = ("application_id",)


def rules() -> list[ExpectRowsToHold]:
    """Return the identities of the funnel, and of the sum over employers."""
    return [
        rows_hold(
            "belongs to no employer",
            'not exists (select 1 from "current".dim_employers as employers '
            "where employers.employer_id = each.employer_id)",
            "The sum over all employers is the whole.",
            key=KEY,
            severity="critical",
            column="employer_id",
        ),
        rows_hold(
            "selected but not mature",
            "each.is_selected_30_days > each.is_mature_30_days or each.is_selected_30_days > each.is_selected_ever",
            "A numerator's applications are among the denominator's.",
            key=KEY,
            severity="critical",
        ),
        rows_hold(
            "stage and rank disagree",
            "each.furthest_stage_rank <> list_position(['applied', 'shortlisted', 'selected', 'started', 'submitted', "
            "'approved'], each.furthest_stage)",
            "A furthest stage has its rank in the funnel.",
            key=KEY,
            severity="critical",
            column="furthest_stage_rank",
        ),
    ]
