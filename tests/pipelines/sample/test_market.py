"""The small sample looks like the marketplace that the calibration describes."""

import polars as pl
import pytest

from tests.pipelines.sample.conftest import Written, latest


@pytest.fixture(scope="session")
def work(clean_small: Written) -> pl.DataFrame:
    """Engagements with their project and student."""
    landing = clean_small[0]
    applications = latest(landing, "applications", "application_id").select(
        "application_id", "project_id", "student_id"
    )
    projects = latest(landing, "projects", "project_id").select(
        "project_id", "employer_id", "parent_project_id", "posted_at"
    )
    return (
        latest(landing, "engagements", "engagement_id")
        .join(applications, on="application_id")
        .join(projects, on="project_id")
    )


def test_the_five_largest_employers_have_at_least_150_completions_each(work: pl.DataFrame) -> None:
    by_employer = work.drop_nulls("approved_at")["employer_id"].value_counts(sort=True)
    assert by_employer["count"][4] >= 150


def test_the_small_sample_has_the_promised_size(clean_small: Written) -> None:
    census = clean_small[2].census
    assert census["students"] == 8_000
    assert census["employers"] == pytest.approx(120, abs=2)
    assert census["projects"] == pytest.approx(6_000, rel=0.05)
    assert census["applications"] == pytest.approx(80_000, rel=0.08)


def test_postings_peak_in_january_may_and_september(clean_small: Written) -> None:
    projects = latest(clean_small[0], "projects", "project_id").filter(pl.col("parent_project_id").is_null())
    months = projects["posted_at"].str.slice(5, 2).value_counts(sort=True)
    assert set(months.head(3).to_series(0)) == {"01", "05", "09"}


def test_fill_and_completion_lie_in_the_calibrated_ranges(clean_small: Written, work: pl.DataFrame) -> None:
    projects = latest(clean_small[0], "projects", "project_id").filter(
        pl.col("posted_at") < "2026-03", pl.col("parent_project_id").is_null()
    )
    filled = projects.join(work, on="project_id", how="semi").height / projects.height
    old = work.filter(pl.col("accepted_at") < "2026-03")
    assert 0.5 <= filled <= 0.8
    assert 0.90 <= old["approved_at"].is_not_null().mean() <= 0.95  # type: ignore[operator]


def test_planted_hire_through_lies_in_the_calibrated_ranges(clean_small: Written) -> None:
    told = clean_small[2].truth["hire_through"]
    assert 0.04 <= told["host_365_days"] <= 0.10
    assert 0.40 <= told["elsewhere_365_days"] <= 0.60


def test_segments_belong_to_a_posted_project_of_the_same_employer(clean_small: Written) -> None:
    projects = latest(clean_small[0], "projects", "project_id")
    segments = projects.filter(pl.col("parent_project_id").is_not_null())
    parents = segments.join(projects, left_on="parent_project_id", right_on="project_id", suffix="_parent")
    assert segments.height == parents.height > 50
    assert (parents["employer_id"] == parents["employer_id_parent"]).all()
    assert parents["parent_project_id_parent"].null_count() == parents.height


def test_only_corrected_titles_change_between_deliveries(clean_small: Written) -> None:
    files = sorted(clean_small[0].glob("platform/*/projects.csv"))
    doubled = pl.concat([pl.read_csv(path, infer_schema_length=0) for path in files])["title"].str.contains("  ")
    assert 0 < doubled.mean() < 0.02  # type: ignore[operator]


def test_nobody_is_selected_before_applying_in_clean_data(clean_small: Written) -> None:
    events = latest(clean_small[0], "application_events", "event_id")
    first = events.group_by("application_id", "event_type").agg(pl.col("occurred_at").min())
    applied = first.filter(pl.col("event_type") == "applied")
    both = first.filter(pl.col("event_type") != "applied").join(applied, on="application_id", suffix="_applied")
    assert both.filter(pl.col("occurred_at") < pl.col("occurred_at_applied")).height == 0


def test_planted_identities_are_candidates_of_the_feed(clean_small: Written) -> None:
    landing, truth, _ = clean_small
    identities = pl.read_parquet(truth / "identities.parquet")
    candidates = latest(landing, "ats_candidates", "system", "candidate_id")
    unknown = identities.join(candidates, on=["system", "candidate_id"], how="anti")
    assert identities.height > 2_000
    assert unknown.height == 0


def test_merged_candidates_lead_to_a_candidate_of_the_same_person(clean_small: Written) -> None:
    landing, truth, _ = clean_small
    person = pl.read_parquet(truth / "identities.parquet").select("system", "candidate_id", "person_id")
    merged = latest(landing, "ats_candidates", "system", "candidate_id").drop_nulls("merged_into_candidate_id")
    pairs = merged.join(person, on=["system", "candidate_id"]).join(
        person, left_on=["system", "merged_into_candidate_id"], right_on=["system", "candidate_id"], suffix="_survivor"
    )
    assert pairs.height > 20
    assert (pairs["person_id"] == pairs["person_id_survivor"]).all()


def test_second_accounts_share_an_address_in_other_case(clean_small: Written) -> None:
    emails = latest(clean_small[0], "student_emails", "student_id", "email")
    owners = emails.group_by(pl.col("email").str.to_lowercase()).agg(pl.col("student_id").n_unique())
    assert (owners["student_id"] > 1).sum() > 20


def test_feeds_begin_late_end_early_and_fall_silent(clean_small: Written) -> None:
    feeds = sorted(clean_small[0].glob("outcomes/*/outcome_feeds.csv"))
    last = pl.read_csv(feeds[-1], infer_schema_length=0)
    assert 60 < last.height < 120
    assert last.filter(pl.col("observable_from") > "2022-12").height >= 5
    assert last["observable_to"].drop_nulls().len() >= 2
    assert last.filter(pl.col("observable_to").is_null(), pl.col("last_synced_at") < "2026-06-01").height >= 2


def test_offers_are_replaced_declined_accepted_and_reneged(clean_small: Written) -> None:
    landing = clean_small[0]
    offers = latest(landing, "ats_offers", "system", "offer_id", "version")
    assert set(offers["status"]) == {"unresolved", "accepted", "rejected", "deprecated"}
    events = latest(landing, "ats_application_events", "system", "event_id")
    unhired = events.filter(pl.col("event_type") == "unhired")["application_id"].n_unique()
    accepted = offers.filter(pl.col("status") == "accepted")["application_id"].n_unique()
    assert 0.05 < unhired / accepted < 0.16


def test_retention_is_ordered_by_how_people_came(clean_small: Written) -> None:
    jobs = latest(clean_small[0], "employments", "employment_id").filter(
        pl.col("employer_id").is_null(), pl.col("start_date") < pl.date(2025, 6, 1)
    )
    stays = (jobs["end_date"].is_null() | ((jobs["end_date"] - jobs["start_date"]).dt.total_days() >= 365)).mean()
    # Outside the platform people come as "neither": published 46.2 % after a year.
    assert stays == pytest.approx(0.462, abs=0.05)
