"""Cases worked out by hand, all in one small marketplace that is built once; as_of is 1 January 2026."""

from collections.abc import Iterator
from datetime import date, datetime, timedelta

import pytest

from tests.dbt_project.marketplace import AS_OF, Built, Marketplace, build_marketplace

OBSERVED = (date(2020, 1, 1), None)
DONE = datetime(2024, 3, 1)
LATER = datetime(2026, 2, 1)


def day(number: int) -> date:
    """Return the day so many days after the completion at DONE."""
    return (DONE + timedelta(days=number)).date()


@pytest.fixture(scope="module")
def golden(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Built]:
    built = build_marketplace(marketplace(), tmp_path_factory.mktemp("golden"))
    yield built
    built.connection.close()


def marketplace() -> Marketplace:
    market = Marketplace()
    for case in (
        people_and_merges,
        outcomes_of_pairs,
        class_of_2025,
        versions_and_the_two_clocks,
        applications_in_every_state,
        fills_and_completions,
        hires_and_offers,
        consents,
    ):
        case(market)
    return market


def people_and_merges(market: Marketplace) -> None:
    market.employer("merge-parent", observed=OBSERVED)
    market.employer("merge-child", parent_employer_id="merge-parent")
    market.employer("merge-grandchild", parent_employer_id="merge-child")
    market.student("merged", emails=(" Ann@College.edu ", "ann@home.net"))
    market.completion("merged", "merge-grandchild", "merged", DONE)
    market.candidate("c-old", "merge-parent", emails=("ANN@college.edu",), merged_into_candidate_id="c-new")
    market.candidate("c-new", "merge-parent", emails=("ann@work.com",), merged_into_candidate_id="c-newest")
    market.candidate("c-newest", "merge-parent")
    market.employment("merged-hire", day(100), employer_id="merge-parent", system="ats", candidate_id="c-newest")

    market.student("twin-a", emails=("shared@home.net",))
    market.student("twin-b", emails=("shared@home.net",))
    market.candidate("c-twin", "merge-parent", emails=("shared@home.net",))
    market.employment("twin-hire", day(100), employer_id="merge-parent", system="ats", candidate_id="c-twin")
    market.employment("stranger-hire", day(100), employer_id="merge-parent", email="Stranger@home.net")


def outcomes_of_pairs(market: Marketplace) -> None:
    market.employer("seen", observed=OBSERVED)
    market.employer("late", observed=(day(200), None))
    market.employer("unseen")
    market.employer("ended", observed=(date(2020, 1, 1), day(100)))
    for host in ("seen", "late", "unseen", "ended"):
        market.student(f"{host}-plain", emails=(f"{host}@home.net",))
        market.completion(f"{host}-plain", host, f"{host}-plain", DONE)
    market.employment("ended-too-late", day(150), employer_id="ended", email="ended@home.net")

    for name in ("host", "elsewhere", "known", "hired-before", "tie", "young"):
        market.student(name, emails=(f"{name}@home.net",))
        done = datetime(2025, 10, 1) if name == "young" else DONE
        market.completion(name, "seen", name, done)
    market.employment("host-hire", day(365), employer_id="seen", email="host@home.net")
    market.employment("elsewhere-first", day(100), email="elsewhere@home.net")
    market.employment("elsewhere-then-host", day(200), employer_id="seen", email="elsewhere@home.net")
    market.employment("tie-host", day(50), employer_id="seen", email="tie@home.net")
    market.employment("tie-elsewhere", day(50), email="tie@home.net")
    market.candidate("c-known", "seen", emails=("known@home.net",))
    market.job_application("known", "c-known", "seen", DONE - timedelta(days=31))
    market.employment("known-hire", day(90), employer_id="seen", system="ats", candidate_id="c-known")
    market.employment("hired-before-1", date(2023, 1, 1), employer_id="seen", email="hired-before@home.net")
    market.employment("hired-before-2", day(60), employer_id="seen", email="hired-before@home.net")


def class_of_2025(market: Marketplace) -> None:
    """20 accepted of 50 eligible is 40 %; 30 who are not eligible change nothing (METRICS, golden test a)."""
    market.employer("nace", observed=OBSERVED)
    for number in range(80):
        name = f"nace-{number}"
        market.student(name, emails=(f"{name}@home.net",), graduation_date=date(2025, 5, 15))
        market.completion(name, "nace", name, datetime(2025, 3, 1))
        if number < 20:
            market.candidate(f"c-{name}", "nace", emails=(f"{name}@home.net",))
            market.job_application(name, f"c-{name}", "nace", datetime(2025, 4, 1))
            market.offer(name, name, datetime(2025, 12, 31, 18), starts_at=date(2026, 3, 1))
        elif number < 45:
            answer(market, name, "seeking_employment")
        elif number >= 50:
            answer(market, name, "continuing_education")


def answer(market: Marketplace, student_id: str, outcome: str) -> None:
    row = {"response_id": student_id, "student_id": student_id, "outcome": outcome}
    market.add("first_destinations", {**row, "surveyed_at": datetime(2025, 11, 1)})


def versions_and_the_two_clocks(market: Marketplace) -> None:
    market.employer("clock", observed=OBSERVED)
    market.student("clock")
    market.project("clock", "clock", DONE, title="first title")
    known = {"fee_usd": 500, "funded_by": "employer", "slots": 1, "posted_at": DONE, "employer_id": "clock"}
    corrected = {"project_id": "clock", **known, "title": "corrected", "_delivered_at": datetime(2025, 6, 1)}
    market.add("projects", corrected)
    market.add("projects", {**corrected, "title": "corrected after as_of", "_delivered_at": LATER})
    market.project("clock-late", "clock", DONE, _delivered_at=LATER)
    market.project("clock-ahead", "clock", LATER)
    market.project("clock-gone", "clock", DONE)
    market.add("projects", {"project_id": "clock-gone", **known, "_delivered_at": AS_OF, "_is_deleted": True})
    market.application("clock", "clock", "clock", datetime(2025, 12, 1), selected=LATER)


def applications_in_every_state(market: Marketplace) -> None:
    market.employer("states")
    market.student("states")
    market.project("states", "states", DONE, slots=4)
    applied, then = datetime(2025, 6, 1), datetime(2025, 6, 15)
    market.application("open", "states", "states", applied, shortlisted=then)
    market.application("selected", "states", "states", applied, selected=datetime(2025, 7, 1))
    market.application("selected-late", "states", "states", applied, selected=datetime(2025, 7, 2))
    market.application("rejected", "states", "states", applied, interviewed=then, rejected=datetime(2025, 6, 16))
    market.application("expired", "states", "states", applied, expired=then)
    market.application("withdrawn", "states", "states", applied, selected=then, withdrawn=datetime(2025, 6, 20))
    market.application("reopened", "states", "states", applied, rejected=then, reopened=datetime(2025, 6, 20))
    market.application("recent", "states", "states", datetime(2025, 12, 3), selected=datetime(2025, 12, 4))
    market.application("tied", "states", "states", applied)
    market.event("tied", "rejected", then, sequence=2)
    market.event("tied", "shortlisted", then, sequence=1)


def fills_and_completions(market: Marketplace) -> None:
    market.employer("fills", industry_naics="541511")
    market.student("fills")
    posted = datetime(2025, 3, 1)
    for name, filled_after in {"in-14": 14, "in-30": 30, "in-31": 31, "never": None}.items():
        market.project(f"fills-{name}", "fills", posted, closed_at=datetime(2025, 9, 1))
        if filled_after is not None:
            accepted = posted + timedelta(days=filled_after)
            market.application(f"fills-{name}", f"fills-{name}", "fills", posted, selected=accepted)
            market.add("engagements", work(f"fills-{name}", accepted, filled_after))
    market.project("fills-young", "fills", datetime(2025, 12, 20))


def work(name: str, accepted: datetime, filled_after: int) -> dict[str, object]:
    """Return an engagement due 20 days after acceptance: approved just in time, a day too late, or never."""
    due = accepted + timedelta(days=20)
    approved = {14: due + timedelta(days=14), 30: due + timedelta(days=15), 31: None}[filled_after]
    submitted = {14: due, 30: due + timedelta(seconds=1), 31: None}[filled_after]
    steps = {"accepted_at": accepted, "started_at": accepted, "due_at": due, "submitted_at": submitted}
    return {"engagement_id": name, "application_id": name, **steps, "approved_at": approved}


def hires_and_offers(market: Marketplace) -> None:
    market.employer("jobs", observed=OBSERVED)
    market.add(
        "employment_type_map",
        {"employer_id": "jobs", "system": "*", "value": "associate", "is_full_time": True, "is_internship": False},
        {"employer_id": "*", "system": "*", "value": "associate", "is_full_time": False, "is_internship": False},
    )
    for name in ("standing", "reneged", "future", "employed"):
        market.candidate(f"c-{name}", "jobs", emails=(f"{name}@home.net",))
        market.job_application(f"job-{name}", f"c-{name}", "jobs", DONE)
        start = date(2027, 1, 1) if name == "future" else date(2025, 1, 1)
        market.offer(f"offer-{name}", f"job-{name}", DONE, starts_at=start, salary_usd=60000)
    market.offer("offer-reneged", "job-reneged", DONE, version=2, status="rejected", starts_at=date(2025, 1, 1))
    market.candidate("c-left", "jobs")
    market.job_application("job-left", "c-left", "jobs", DONE)
    market.rows["ats_applications"][-1]["rejected_at"] = DONE + timedelta(days=20)
    market.offer("offer-left", "job-left", DONE, starts_at=date(2025, 1, 1))
    started = {"employer_id": "jobs", "system": "ats", "candidate_id": "c-employed"}
    market.employment("employed", date(2024, 6, 1), end_date=date(2024, 12, 1), **started)
    market.employment("employed-again", date(2025, 2, 1), **started)
    market.employment("mapped", date(2024, 6, 1), employer_id="jobs", email="a@b.c", employment_type=" Associate ")
    market.employment("unmapped", date(2024, 6, 1), employer_id="jobs", email="d@e.f", employment_type="wizard")
    market.employment("planned", date(2026, 1, 2), employer_id="jobs", email="g@h.i")


def consents(market: Marketplace) -> None:
    market.employer("consent", observed=OBSERVED)
    person = {"degree_level": "bachelor", "state": "KS", "institution_unitid": "100654", "major_cip": "11.0701"}
    for name in ("willing", "withdrawn-consent", "never-willing"):
        market.student(name, consent_analytics=name != "never-willing", **person)
        market.completion(name, "consent", name, DONE)
    withdrawn = {"student_id": "withdrawn-consent", "joined_at": datetime(2020, 1, 1), **person}
    refusal = {"consent_analytics": False, "consent_contact": True}
    market.add("students", {**withdrawn, **refusal, "_delivered_at": DONE + timedelta(days=30)})


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
    assert golden.one(sql, student_key(golden, "withdrawn-consent")) == (None, None, None, False)


def known_major(golden: Built) -> tuple[object, ...]:
    return golden.one("select distinct family_title from staging.majors where family_code = '11'")


def test_follow_up_ends_when_consent_is_withdrawn(golden: Built) -> None:
    assert pair(golden, "withdrawn-consent", "exit_days", "is_at_risk") == (30, 1)
    assert pair(golden, "never-willing", "is_at_risk", "is_mature_180_days") == (0, 0)


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
    builds = [build_marketplace(each, tmp_path_factory.mktemp("as_of")) for each in (whole, then)]
    marts = [name for (name,) in builds[0].rows("select table_name from duckdb_tables() where schema_name = 'marts'")]
    for mart in marts:
        first, second = (each.rows(f"select * from marts.{mart} order by all") for each in builds)
        assert first == second, mart
    assert "fct_hires" in marts
    for each in builds:
        each.connection.close()
