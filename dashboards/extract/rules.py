"""What an employer's extract holds, table by table and column by column: all else is left out.

A table that no rule names is in the extract with its columns and without a row; a column that its table's rule does not
name is NULL in every row. So a new mart tells employers nothing until somebody decides here what it may.
"""

from dataclasses import dataclass, field, replace
from typing import Literal

from dashboards.extract.outcomes import FIRST, HIRED_OF_APPLICANTS, WORKED_OUT

Kind = Literal["own", "scope", "employers", "public", "made", "empty"]
"""Whose rows: those with the host's id, those with it as their scope, those of one of the host's employers, all, those
that ``dashboards.extract.tables`` works out, none."""


@dataclass(frozen=True)
class Rule:
    """Which rows of a table an extract holds, and which of its columns.

    ``kept`` are copied; ``keys`` say who a person is and are derived again; ``withheld`` are decided to be NULL, as is
    every column that stands nowhere; ``worked_out`` are expressions over the table's columns and ``before``. ``only``
    is a condition on the rows besides the kind's.
    """

    kind: Kind
    kept: tuple[str, ...] = ()
    keys: tuple[str, ...] = ()
    withheld: tuple[str, ...] = ()
    worked_out: dict[str, str] = field(default_factory=dict)
    before: dict[str, str] = field(default_factory=dict)
    only: str = ""

    @property
    def named(self) -> frozenset[str]:
        """Name the columns that somebody decided on."""
        return frozenset((*self.kept, *self.keys, *self.withheld, *self.worked_out))


def own(kept: str, keys: str = "", withheld: str = "", kind: Kind = "own") -> Rule:
    """Return the rule of a table whose rows have an owner, from lists of columns as text."""
    return Rule(kind, tuple(kept.split()), tuple(keys.split()), tuple(withheld.split()))


PUBLIC = Rule("public")
EMPTY = Rule("empty")
MADE = Rule("made")
PERSON = "person_key student_key"
SCHOOL = "institution_unitid school_type"

OUTCOMES = replace(
    own(
        """
        host_id employer_id first_engagement_id project_id category is_contactable major_family graduation_date
        years_to_graduation first_selected_at first_completed_at completed_date completed_month term term_year
        term_label completion_count ats_applied_at is_pre_existing observable_from observable_to follow_up_ends_at
        entry_days readiness_date readiness_entry_days host_hired_date first_full_time_offer_at
        first_internship_offer_at first_internship_start_date is_mature_180_days is_mature_365_days is_mature_730_days
        is_reengagement_mature_180_days is_reengaged_180_days is_offered is_offer_accepted is_hired
        is_retained_1_year class_year class_ended_date nace_status is_nace_eligible is_nace_converted is_nace_unknown
        """,
        f"{PERSON} person_host_key",
        f"{SCHOOL} is_employed_elsewhere elsewhere_hired_date",
    ),
    before=FIRST,
    worked_out=WORKED_OUT,
)

PEERS = """
    category in ('all', 'unknown')
    or category in (select shown.category from whole.marts.agg_peer_benchmarks as shown where shown.is_shown = 1)
    or category in (select own.category from whole.marts.fct_projects as own where own.host_id = $host)
"""
"""A kind of work that a few others alone post is theirs, its name too: it may say what they are about."""

TABLES: dict[str, Rule] = {
    "marts.agg_any_employer_curve": EMPTY,
    "marts.agg_category_months": EMPTY,
    "marts.agg_concentration": EMPTY,
    "marts.agg_employer_month": own("""
        employer_month_key employer_id host_id month_start_date engagement_count fee_usd engagement_count_12_months
        fee_12_months_usd fee_prior_12_months_usd fee_retained_12_months_usd is_active
    """),
    "marts.agg_first_application_curve": own(
        """
        scope_id day at_risk_count first_application_count closed_count first_application_incidence
        first_application_lower first_application_upper closed_incidence waiting_share
        """,
        kind="scope",
    ),
    "marts.agg_hire_through_curve": MADE,
    "marts.agg_identity_tiers": EMPTY,
    "marts.agg_peer_benchmarks": replace(
        own("""
            peer_benchmark_key host_id metric category size_band is_shown hidden_reason peer_count numerator denominator
        """),
        only=PEERS,
    ),
    "marts.agg_programme_months": own("""
        programme_month_key employer_id host_id month_start_date chosen_count engagement_count completion_count
        hire_count fee_usd time_cost_usd programme_cost_usd hours_worked work_value_usd is_time_reported is_concluded
        is_mature_365_days
    """),
    "marts.agg_recruiting_months": own("""
        recruiting_month_key employer_id host_id month_start_date external_costs_usd internal_costs_usd
        recruiting_costs_usd comparable_costs_usd hire_count known_pay_hire_count first_year_pay_usd is_observed
        employer_hire_count employer_known_pay_hire_count
    """),
    "marts.agg_retention_curve": own(
        "scope_id came_by day at_risk_count left_count retained_share retained_lower retained_upper", kind="scope"
    ),
    "marts.agg_selection_cube": EMPTY,
    "marts.agg_selection_strata": EMPTY,
    "marts.agg_state_months": EMPTY,
    "marts.agg_student_months": EMPTY,
    "marts.agg_student_terms": EMPTY,
    "marts.dim_benchmarks": PUBLIC,
    "marts.dim_dates": PUBLIC,
    "marts.dim_employers": own("""
        employer_id name parent_employer_id host_id host_name industry_naics industry size_band state joined_at
        joined_month
    """),
    "marts.dim_institutions": EMPTY,
    "marts.dim_students": EMPTY,
    "marts.dim_terms": PUBLIC,
    "marts.fct_applications": own(
        """
        application_id project_id employer_id host_id category major_family applied_at applied_date applied_month term
        term_year term_label reviewed_at shortlisted_at interviewed_at selected_at rejected_at withdrawn_at expired_at
        accepted_at started_at submitted_at approved_at furthest_stage furthest_stage_rank current_state is_open
        is_mature_30_days is_selected_30_days is_selected_ever days_to_shortlist days_to_start days_to_submit
        days_to_approve days_to_select days_to_decision is_pre_existing is_offered is_offer_accepted is_hired
        is_retained_1_year
        """,
        f"{PERSON} person_host_key",
        SCHOOL,
    ),
    "marts.fct_competency_scores": EMPTY,
    "marts.fct_costs": own("""
        cost_id employer_id host_id month_start_date cost_type side is_comparable hours hourly_rate_usd amount_usd
    """),
    "marts.fct_employer_lifecycles": own("""
        employer_lifecycle_key employer_id host_id project_count first_posted_at first_posted_date second_department_at
        completed_project_count first_completed_at first_completed_date second_completed_at is_mature_180_days
        is_repeated_180_days is_mature_365_days is_adopted_365_days
    """),
    "marts.fct_employer_terms": own("""
        employer_term_key employer_id host_id joined_term_label term_label term term_start_date terms_since_joining
        engagement_count is_active fee_usd joining_term_fee_usd same_term_last_year_fee_usd
    """),
    "marts.fct_engagements": own(
        """
        engagement_id application_id project_id root_project_id employer_id host_id category funded_by major_family
        accepted_at accepted_date accepted_month started_at due_at due_date submitted_at approved_at approved_date
        approved_month paid_at cancelled_at cancelled_by cancel_phase term term_year term_label due_term_label
        approved_term_label fee_usd platform_fee_usd is_started is_approved is_mature_accepted is_completed_of_accepted
        is_mature_completion is_completed_in_time is_timed is_on_time days_to_approve days_to_pay amount_paid_usd
        hours_reported is_hourly_pay_known floor_usd_per_hour is_under_floor employer_rating would_hire student_rating
        is_rated_by_employer is_rated_by_student is_would_hire_answered is_would_hire employer_prior_mean
        employer_prior_weight student_prior_mean student_prior_weight
        """,
        PERSON,
        SCHOOL,
    ),
    "marts.fct_graduates": EMPTY,
    "marts.fct_hire_attribution": own(
        """
        hire_credit_key hire_id engagement_id credit_model employer_id host_id project_id category department funded_by
        term_label start_date start_month days_before_start is_strict_host weight weight_180_days weight_365_days
        weight_730_days strict_weight strict_weight_180_days strict_weight_365_days strict_weight_730_days
        """,
        PERSON,
    ),
    "marts.fct_hires": own(
        """
        hire_id employer_id host_id start_date start_month term_label end_date left_date end_reason performance_rating
        evidence hire_number is_new_hire came_by is_pre_existing is_attributable is_by_strict_host
        days_since_first_completion days_since_last_completion is_influenced_180_days is_influenced_365_days
        is_influenced_730_days project_rating ats_source_name salary_usd is_retained_1_year retention_entry_days
        retention_exit_days retention_event_code
        """,
        PERSON,
    ),
    "marts.fct_offers": own(
        """
        offer_key system offer_id application_id employer_id host_id job_department sent_at sent_date term_label status
        resolved_at accepted_at starts_at employment_type is_full_time is_internship offer_kind salary_usd
        is_new_position is_accepted is_reneged is_resolved is_position_known is_accepted_new_position days_to_offer
        job_days_to_fill days_to_hire
        """,
        PERSON,
    ),
    "marts.fct_person_host_applications": replace(
        own(
            """
            host_id first_applied_at first_applied_date term term_year term_label application_count first_selected_at
            is_selected is_pre_existing is_selected_pre_existing is_mature_545_days is_selected_mature_545_days
            """,
            f"{PERSON} person_host_application_key",
        ),
        worked_out={"is_hired_545_days": HIRED_OF_APPLICANTS},
    ),
    "marts.fct_person_host_outcomes": OUTCOMES,
    "marts.fct_person_outcomes": EMPTY,
    "marts.fct_persons": EMPTY,
    "marts.fct_projects": own("""
        project_id employer_id host_id root_project_id department title category funded_by is_remote hours_estimated
        slots fee_usd platform_fee_usd posted_at posted_date posted_month term term_year term_label
        application_deadline_at closed_at closed_date closed_term_label close_reason application_count
        application_count_7_days shortlisted_count selected_count accepted_count approved_count first_application_at
        first_accepted_at days_to_first_application days_to_fill first_application_exit_days
        first_application_event_code is_mature_7_days is_deep_7_days is_mature_14_days is_filled_14_days
        slots_filled_14_days is_mature_30_days is_filled_30_days slots_filled_30_days is_mature_60_days
        is_filled_60_days slots_filled_60_days is_decided viable_candidate_count is_mature_multi_slot
        multi_slot_hire_count zero_reason
    """),
    "marts.fct_school_reach": EMPTY,
    "marts.fct_selection_outcomes": own(
        """
        application_id project_id employer_id host_id category major_family years_to_graduation first_selected_at
        first_selected_date term term_year term_label is_selected is_completed prior_completion_count
        chosen_employer_id chosen_month is_chosen is_eligible is_observed_365_days is_compared
        is_chosen_elsewhere_365_days is_hired_365_days
        """,
        PERSON,
    ),
    "marts.metric_catalog": PUBLIC,
    "meta.build_facts": PUBLIC,
    "meta.deliveries": EMPTY,
    "meta.drift_findings": EMPTY,
    "meta.erasures": EMPTY,
    "meta.lineage": PUBLIC,
    "meta.mart_rows": EMPTY,
    "meta.outcome_feeds": own("employer_id system observable_from observable_to last_synced_at", kind="employers"),
    "meta.quarantined_rows": EMPTY,
    "meta.semantic_manifest": PUBLIC,
    "meta.validation_results": EMPTY,
    "meta.withdrawals": EMPTY,
    "meta.worked_queries": PUBLIC,
}
