"""What the marts say of cases that were worked out by hand."""

from datetime import date, datetime

import pytest

from tests.dbt_project.golden import marketplace
from tests.dbt_project.golden.basics import day
from tests.dbt_project.marketplace import LONG_AGO, Built, build_untested


def student_key(golden: Built, student_id: str) -> str:
    (key,) = golden.one("select student_key from pseudonyms.students where student_id = ?", student_id)
    return str(key)


def pair(golden: Built, student_id: str, *columns: str) -> tuple[object, ...]:
    names = ", ".join(columns)
    sql = f"select {names} from marts.fct_person_host_outcomes where student_key = ?"
    return golden.one(sql, student_key(golden, student_id))


def test_a_merged_candidate_stays_one_person(golden: Built) -> None:
    person, student = golden.one("select person_key, student_key from marts.fct_hires where hire_id = 'merged-hire'")
    assert person == student == student_key(golden, "merged")


def test_a_hire_counts_at_the_ultimate_parent(golden: Built) -> None:
    columns = ("host_id", "employer_id", "event", "exit_days")
    assert pair(golden, "merged", *columns) == ("merge-parent", "merge-grandchild", "host", 100)


def test_an_address_of_two_students_links_nobody(golden: Built) -> None:
    person, student = golden.one("select person_key, student_key from marts.fct_hires where hire_id = 'twin-hire'")
    assert student is None
    assert person not in (student_key(golden, "twin-a"), student_key(golden, "twin-b"))
    assert golden.one("select count(*) from intermediate.int_candidates_identified where tier = 'ambiguous'") == (1,)


def test_a_hire_known_by_an_address_alone_is_a_person(golden: Built) -> None:
    (key,) = golden.one("select email_key from pseudonyms.emails where email = 'stranger@home.net'")
    assert golden.one("select person_key from marts.fct_hires where hire_id = 'stranger-hire'") == (key,)


def test_hired_elsewhere_first_is_no_hire_of_the_host(golden: Built) -> None:
    columns = ("event", "exit_days", "host_hired_date", "is_hired_365_days", "is_at_risk", "is_mature_completer")
    assert pair(golden, "elsewhere", *columns) == ("elsewhere", 100, day(200), 0, 1, 1)


def test_on_one_day_the_host_comes_before_elsewhere(golden: Built) -> None:
    assert pair(golden, "tie", "event", "exit_days") == ("host", 50)


def test_day_365_is_within_a_year(golden: Built) -> None:
    columns = ("event", "exit_days", "is_hired_365_days", "is_hired_180_days")
    assert pair(golden, "host", *columns) == ("host", 365, 1, 0)


@pytest.mark.parametrize("name", ["known", "hired-before"])
def test_a_pre_existing_pair_leaves_numerator_and_denominator(golden: Built, name: str) -> None:
    columns = ("is_pre_existing", "is_at_risk", "is_hired_365_days", "is_mature_completer", "is_hired")
    assert pair(golden, name, *columns) == (1, 0, 0, 0, 0)


def test_an_immature_pair_is_at_risk_but_in_no_matured_denominator(golden: Built) -> None:
    columns = ("is_mature_365_days", "is_mature_completer", "is_at_risk", "event", "exit_days")
    assert pair(golden, "young", *columns) == (0, 0, 1, "none", 92)


def test_a_pair_seen_late_enters_the_curve_late(golden: Built) -> None:
    columns = ("entry_days", "exit_days", "is_at_risk", "is_mature_365_days")
    assert pair(golden, "late-plain", *columns) == (200, 671, 1, 0)


def test_a_host_without_feed_tells_nothing(golden: Built) -> None:
    columns = ("observable_to", "exit_days", "is_at_risk", "is_mature_180_days", "event")
    assert pair(golden, "unseen-plain", *columns) == (None, None, 0, 0, "none")


def test_a_hire_after_the_feed_ended_is_no_event(golden: Built) -> None:
    columns = ("event", "exit_days", "is_mature_180_days", "host_hired_date")
    assert pair(golden, "ended-plain", *columns) == ("none", 100, 0, day(150))


def test_20_accepted_of_50_eligible_is_40_percent_whatever_the_others_do(golden: Built) -> None:
    sums = "sum(is_nace_converted), sum(is_nace_eligible), sum(is_nace_unknown), count(*)"
    assert golden.one(f"select {sums} from marts.fct_person_host_outcomes where host_id = 'nace'") == (20, 50, 5, 80)


def test_a_correction_after_as_of_is_not_seen(golden: Built) -> None:
    assert golden.one("select title from marts.fct_projects where project_id = 'clock'") == ("corrected",)


def test_rows_known_or_events_happening_after_as_of_are_not_seen(golden: Built) -> None:
    assert golden.rows("select project_id from marts.fct_projects where employer_id = 'clock'") == [("clock",)]
    sql = "select selected_at, current_state from marts.fct_applications where application_id = 'clock'"
    assert golden.one(sql) == (None, "open")


def test_every_application_stands_in_one_state(golden: Built) -> None:
    sql = "select application_id, current_state, furthest_stage from marts.fct_applications where project_id = 'states'"
    states = {name: (state, stage) for name, state, stage in golden.rows(sql)}
    assert states == {
        "open": ("open", "shortlisted"),
        "selected": ("selected", "selected"),
        "selected-late": ("selected", "selected"),
        "rejected": ("rejected", "shortlisted"),
        "expired": ("expired", "applied"),
        "withdrawn": ("withdrawn", "selected"),
        "reopened": ("open", "applied"),
        "recent": ("selected", "selected"),
        "tied": ("rejected", "shortlisted"),
    }


def test_selection_counts_within_30_days_of_applications_that_are_30_days_old(golden: Built) -> None:
    sums = "sum(is_selected_30_days), sum(is_mature_30_days), sum(is_open), sum(is_selected_ever), count(*)"
    assert golden.one(f"select {sums} from marts.fct_applications where project_id = 'states'") == (2, 8, 2, 4, 9)


def test_a_project_is_filled_when_a_student_accepts_within_the_window(golden: Built) -> None:
    sums = "sum(is_filled_14_days), sum(is_filled_30_days), sum(is_filled_60_days), sum(is_mature_30_days), count(*)"
    assert golden.one(f"select {sums} from marts.fct_projects where employer_id = 'fills'") == (1, 2, 3, 4, 5)


def test_a_project_without_hands_says_why(golden: Built) -> None:
    sql = "select zero_reason from marts.fct_projects where project_id in ('fills-never', 'fills-young') order by 1"
    assert golden.rows(sql) == [("closed without applications",), ("open",)]


def test_completion_is_approval_by_two_weeks_after_due(golden: Built) -> None:
    sums = "sum(is_completed_in_time), sum(is_mature_completion), sum(is_on_time), sum(is_approved)"
    assert golden.one(f"select {sums} from marts.fct_engagements where employer_id = 'fills'") == (1, 3, 1, 2)


def test_hires_are_full_time_starts_and_offers_stand_in_where_there_is_no_employment(golden: Built) -> None:
    sql = "select hire_id, evidence, is_new_hire, salary_usd from marts.fct_hires where host_id = 'jobs' order by 1"
    assert [(name, evidence, new) for name, evidence, new, _ in golden.rows(sql)] == [
        ("employed", "employment", 1),
        ("employed-again", "employment", 0),
        ("mapped", "employment", 1),
        ("offer:ats:offer-standing", "offer", 1),
    ]
    assert golden.one("select salary_usd from marts.fct_hires where hire_id = 'employed'") == (60000,)


def test_a_hire_that_ended_within_a_year_is_not_retained(golden: Built) -> None:
    sql = "select hire_id, is_retained_1_year from marts.fct_hires where host_id in ('jobs', 'seen')"
    retained = dict(golden.rows(sql))
    assert retained["employed"] == 0
    assert retained["mapped"] == 1
    assert retained["offer:ats:offer-standing"] is None
    assert retained["employed-again"] is None


@pytest.mark.parametrize(("offer", "status"), [("offer-reneged", "rejected"), ("offer-left", "accepted")])
def test_an_offer_accepted_and_then_withdrawn_from_is_reneged(golden: Built, offer: str, status: str) -> None:
    sql = "select is_accepted, is_reneged, status from marts.fct_offers where offer_id = ?"
    assert golden.one(sql, offer) == (1, 1, status)


def test_a_student_without_consent_keeps_the_row_and_loses_the_attributes(golden: Built) -> None:
    sql = "select school_type, major_family, state, has_analytics_consent from marts.dim_students where student_key = ?"
    assert golden.one(sql, student_key(golden, "willing")) == ("HBCU", *known_major(golden), "KS", True)
    assert golden.one(sql, student_key(golden, "never-willing")) == (None, None, None, False)
    assert golden.one(sql, student_key(golden, "returned")) == ("HBCU", *known_major(golden), "KS", True)


def known_major(golden: Built) -> tuple[object, ...]:
    return golden.one("select distinct family_title from staging.majors where family_code = '11'")


def test_nobody_follows_a_student_who_never_consented(golden: Built) -> None:
    columns = ("follow_up_ends_at", "is_at_risk", "is_mature_180_days")
    assert pair(golden, "never-willing", *columns) == (LONG_AGO.date(), 0, 0)
    assert pair(golden, "willing", *columns) == (date(2026, 1, 1), 1, 1)


def test_a_student_who_withdrew_the_consent_is_in_no_mart(golden: Built) -> None:
    """Under any of the keys that stand for the person: the student's, and those of two candidates."""
    hers = {str(student_key(golden, "withdrawn-consent")), *candidate_keys(golden, "c-withdrawn", "c-numbered")}
    others = {str(student_key(golden, "willing")), *candidate_keys(golden, "c-twin")}
    found = keys_in_marts(golden)
    assert len(hers) == 3
    assert others <= found
    assert hers & found == set()


def candidate_keys(golden: Built, *names: str) -> set[str]:
    sql = "select candidate_key from pseudonyms.candidates where list_contains(?, candidate_id)"
    return {str(key) for (key,) in golden.rows(sql, list(names))}


def keys_in_marts(golden: Built) -> set[str]:
    """Every text of every column of the marts."""
    columns = golden.rows("""
        select table_name, column_name from duckdb_columns() where schema_name = 'marts' and data_type = 'VARCHAR'
    """)
    return {
        str(text) for table, name in columns for (text,) in golden.rows(f"select distinct {name} from marts.{table}")
    }


def test_an_employer_s_industry_is_its_sector(golden: Built) -> None:
    sql = "select industry from marts.dim_employers where employer_id = 'fills'"
    assert golden.one(sql) == ("Professional, Scientific, and Technical Services",)


def test_the_curve_of_a_host_counts_its_pairs_at_risk(golden: Built) -> None:
    first = golden.rows(
        "select day, at_risk_count from marts.agg_hire_through_curve where scope_id = 'seen' order by 1"
    )[0]
    assert first == (50, 5)


@pytest.mark.slow
def test_as_of_moved_back_reproduces_the_older_report(tmp_path_factory: pytest.TempPathFactory) -> None:
    moment = datetime(2025, 5, 1)
    whole, then = marketplace(), marketplace().known_by(moment)
    whole.as_of = then.as_of = moment
    builds = [build_untested(each, tmp_path_factory.mktemp("as_of")) for each in (whole, then)]
    marts = [name for (name,) in builds[0].rows("select table_name from duckdb_tables() where schema_name = 'marts'")]
    for mart in marts:
        first, second = (each.rows(f"select * from marts.{mart} order by all") for each in builds)
        assert first == second, mart
    assert "fct_hires" in marts
    for each in builds:
        each.connection.close()
