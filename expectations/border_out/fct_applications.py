"""One row per application."""

from expectations.rows import TOLERATED_ORPHANS, ExpectRowsToHold, rows_hold

KEY = ("application_id",)


def rules() -> list[ExpectRowsToHold]:
    """Return the identities of the funnel, and of the sum over employers."""
    return [
        rows_hold(
            "employer without a row",
            'not exists (select 1 from "current".dim_employers as employers '
            "where employers.employer_id = each.employer_id)",
            "The sum over all employers is the whole, less the applications for unknown projects.",
            key=KEY,
            severity="critical",
            column="employer_id",
            where="each.employer_id is not null",
        ),
        rows_hold(
            "unknown employer above 1 %",
            "each.employer_id is null",
            "That remainder is small.",
            key=KEY,
            severity="critical",
            column="employer_id",
            tolerated_share=TOLERATED_ORPHANS,
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
