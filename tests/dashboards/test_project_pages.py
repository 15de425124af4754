"""The Projects page: one employer's projects, and nothing of another's."""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from typing import Any

import polars as pl
import pytest

from dashboards.charts import project_pages as charts
from dashboards.charts.style import Mode
from dashboards.database import Generation, Query, run
from dashboards.extract.cutting import extract_of
from dashboards.findings import project_pages as findings
from dashboards.metrics import values
from dashboards.scope import Filters, Scope
from dashboards.slices import project_list, project_pages, project_tiles
from dashboards.slices.people import hosts

ScopeOf = Callable[..., Scope]
MODES: list[Mode] = ["light", "dark"]


def mart(scope: Scope, name: str) -> pl.DataFrame:
    return run(scope.generation, Query(f"select * from analytics.marts.{name}"))


@pytest.fixture
def stranger(generation: Generation, employer: ScopeOf) -> Scope:
    """Return the scope of another host than the fixture's."""
    row = next(row for row in hosts(generation).iter_rows(named=True) if row["host_id"] != employer().host_id)
    own = extract_of(generation, row["host_id"])
    return Scope(own, "employer", row["host_id"], row["host_name"], tuple(row["employer_ids"]))


def completed(scope: Scope) -> str:
    """Return a project of the host with two approved engagements, or as many as there are."""
    found = project_list.table(scope).sort("approved", "project", descending=[True, False])
    return str(found["project"][0])


def facts(**changed: Any) -> dict[str, Any]:
    """Return a project's row as the slice returns it."""
    row = {
        "project_id": "P1",
        "root_project_id": "P1",
        "title": "Plan a campaign",
        "department": None,
        "category": "hr",
        "term_label": "Fall 2025",
        "funded_by": "employer",
        "slots": 1,
        "hours_estimated": 20.0,
        "fee_usd": 400.0,
        "posted_at": datetime(2025, 9, 1),
        "application_deadline_at": datetime(2025, 9, 10),
        "closed_at": None,
        "application_count": 3,
        "first_application_at": datetime(2025, 9, 2),
        "as_of": datetime(2025, 10, 1),
    }
    return row | changed


WORK = {
    "person_key": pl.String,
    "accepted_at": pl.Datetime,
    "started_at": pl.Datetime,
    "due_at": pl.Datetime,
    "submitted_at": pl.Datetime,
    "approved_at": pl.Datetime,
    "cancelled_at": pl.Datetime,
    "employer_rating": pl.Int64,
    "would_hire": pl.Boolean,
    "student_rating": pl.Int64,
}
DONE = {
    "person_key": "abcdef99",
    "accepted_at": datetime(2025, 9, 5),
    "started_at": datetime(2025, 9, 8),
    "due_at": datetime(2025, 9, 20),
    "submitted_at": datetime(2025, 9, 18),
    "approved_at": datetime(2025, 9, 22),
    "employer_rating": 4,
    "would_hire": True,
}
UNDER_WAY = {"person_key": "123456ff", "accepted_at": datetime(2025, 9, 6), "started_at": datetime(2025, 9, 9)}
STOPPED = UNDER_WAY | {"cancelled_at": datetime(2025, 9, 12)}
PEOPLE = pl.DataFrame({"selected_at": [datetime(2025, 9, 4), None], "days_to_decision": [3.0, 5.0]})


def work(*rows: dict[str, Any]) -> pl.DataFrame:
    return pl.DataFrame(list(rows), schema=WORK)


def test_the_table_lists_every_project_of_the_slice(employer: ScopeOf) -> None:
    scope = employer()
    listed = project_list.table(scope)
    assert listed.height == values(scope, ["projects_posted"])["projects_posted"][0]
    assert listed["posted"].is_sorted(descending=True)
    sales = project_list.table(employer(Filters(chosen=(("category", ("sales",)),))))
    assert 0 < sales.height < listed.height
    assert set(sales["category"]) == {"Sales"}


def test_a_long_list_is_cut_searched_and_holds_what_is_asked_for(
    employer: ScopeOf, monkeypatch: pytest.MonkeyPatch
) -> None:
    scope = employer()
    whole = project_list.table(scope)
    assert not project_list.is_long(scope)
    monkeypatch.setattr(project_list, "LISTED", 3)
    oldest = str(whole["project"][-1])
    assert project_list.is_long(scope)
    assert project_list.table(scope)["project"].to_list() == whole["project"].to_list()[:3]
    assert project_list.table(scope, asked=oldest)["project"].to_list() == [*whole["project"].to_list()[:2], oldest]
    assert project_list.table(scope, f" {oldest.lower()} ")["project"].to_list() == [oldest]
    assert project_list.table(scope, "%").is_empty()
    cut = project_list.table(scope)
    assert findings.table(cut, whole.height).startswith(f"3 of {whole.height} projects")
    assert findings.table(whole, whole.height).startswith(f"{whole.height} projects in")


def test_one_project_is_its_rows(employer: ScopeOf) -> None:
    scope = employer()
    number = completed(scope)
    found = project_pages.project(scope, number)
    assert found is not None
    people = project_pages.applicants(scope, number)
    own = mart(scope, "fct_applications").filter(pl.col("project_id") == number)
    assert people.height == own.height == found["application_count"]
    assert set(people["person_key"]) == set(own["person_key"])
    stages = project_pages.stages(people)
    assert stages["reached"].to_list() == [
        own.filter(pl.col("furthest_stage_rank") >= rank).height for rank in range(1, 7)
    ]
    assert [rows.counts()[0] for _, rows in project_pages.applicant_rows(scope, number) if rows] == stages[
        "reached"
    ].to_list()
    assert project_pages.engagements(scope, number)["approved_at"].count() == found["approved_count"] > 0
    assert (
        project_pages.completers(scope, project_pages.applicants(scope, number)).height
        == own.filter(pl.col("approved_at").is_not_null())["person_key"].n_unique()
    )


def test_only_a_year_that_runs_is_said_to_run(employer: ScopeOf) -> None:
    """A year that is over but was not seen to its end is neither awaited nor an outcome."""
    scope = employer()
    as_of = scope.generation.as_of.date()
    pairs = mart(scope, "fct_person_host_outcomes").filter(
        (pl.col("host_id") == scope.host_id) & (pl.col("is_pre_existing") == 0) & (pl.col("is_hired") == 0)
        & (pl.col("is_offered") == 0) & (pl.col("is_mature_365_days") == 0)
    )  # fmt: skip
    runs = dict(pairs.select("person_key", pl.col("completed_date").dt.offset_by("365d") > as_of).iter_rows())
    found = project_pages.completers(scope, pairs)
    said = dict(found.select("person_key", "came_of_it").iter_rows())
    assert said == {key: "Still in the first year" if run else "Not watched for a year" for key, run in runs.items()}
    late = replace(scope, generation=replace(scope.generation, as_of=datetime(2030, 1, 1)))
    assert set(project_pages.completers(late, pairs)["came_of_it"]) == {"Not watched for a year"}


def test_a_foreign_number_finds_nothing(employer: ScopeOf, stranger: Scope) -> None:
    number = completed(employer())
    assert project_pages.project(stranger, number) is None
    theirs = project_pages.applicants(employer(), number)
    assert theirs["person_host_key"].drop_nulls().len()
    assert project_pages.completers(stranger, theirs).is_empty()
    for found in (project_pages.applicants, project_pages.engagements, project_pages.costs):
        assert found(stranger, number).is_empty(), found.__name__
    assert [rows.counts() for _, rows in project_pages.applicant_rows(stranger, number) if rows] == [(0, 0)] * 6
    assert number not in set(project_list.table(stranger, asked=number)["project"])


def test_a_project_is_shown_whole_whatever_the_filters(employer: ScopeOf) -> None:
    number = completed(employer())
    narrow = employer(Filters(period="Last 12 months", chosen=(("category", ("no such",)),)))
    assert project_pages.project(narrow, number) == project_pages.project(employer(), number)
    assert project_pages.applicants(narrow, number).height > 0


def test_a_project_bears_its_share_of_each_month_s_hours(employer: ScopeOf) -> None:
    scope = employer()
    borne, fees = 0.0, 0.0
    for number in project_list.table(scope)["project"]:
        spent = project_pages.costs(scope, number)
        borne += spent.filter(pl.col("item").is_in(["Supervision", "Screening"]))["amount_usd"].sum()
        fees += spent.filter(pl.col("is_own"), pl.col("item").str.starts_with("Fees"))["amount_usd"].sum()
    work = mart(scope, "fct_engagements").filter(pl.col("host_id") == scope.host_id)
    months = work.select("employer_id", pl.col("accepted_month").alias("month_start_date")).unique()
    reported = (
        mart(scope, "fct_costs")
        .filter(pl.col("side") == "programme")
        .join(months, on=["employer_id", "month_start_date"])
    )
    assert borne == pytest.approx(float(reported["amount_usd"].sum()))
    assert borne > 0
    assert fees == pytest.approx(float(work.filter(pl.col("funded_by") == "employer")["fee_usd"].sum()))


def test_the_tiles_of_a_project_have_rows_that_count_up_to_them(employer: ScopeOf) -> None:
    scope = employer()
    number = completed(scope)
    found = project_pages.project(scope, number)
    assert found is not None
    tiles = project_tiles.readings(
        scope,
        found,
        project_pages.engagements(scope, number),
        project_pages.costs(scope, number),
        project_pages.completers(scope, project_pages.applicants(scope, number)),
    )
    counted = {tile.name: (tile.value, tile.rows.counts()[0]) for tile in tiles if tile.rows and tile.unit == "count"}
    assert set(counted) == {"project_applications", "project_completed"}
    assert all(value == rows for value, rows in counted.values())


def test_the_course_has_a_bar_per_phase_and_runs_on_where_nothing_ended() -> None:
    spans = project_pages.course(facts(), PEOPLE, work(DONE, UNDER_WAY))
    lasting = spans.drop_nulls("ends_at").rows()
    assert ("Project", "Open", datetime(2025, 9, 1), datetime(2025, 10, 1), True) in lasting
    assert ("Person abcdef", "In review", datetime(2025, 9, 18), datetime(2025, 9, 22), False) in lasting
    assert ("Person 123456", "At work", datetime(2025, 9, 9), datetime(2025, 10, 1), True) in lasting
    assert set(spans.filter(pl.col("ends_at").is_null())["what"]) == {
        "First application",
        "First selection",
        "Deadline",
        "Due",
        "Approved",
    }


def test_cancelled_work_ends_where_it_was_cancelled() -> None:
    spans = project_pages.course(facts(), PEOPLE, work(STOPPED))
    assert ("Person 123456", "At work", datetime(2025, 9, 9), datetime(2025, 9, 12), False) in spans.rows()
    assert "Cancelled" in spans["what"].to_list()


@pytest.mark.parametrize("mode", MODES)
def test_the_timeline_draws_each_phase_from_its_start_for_as_long_as_it_lasted(mode: Mode) -> None:
    figure = charts.course(project_pages.course(facts(), PEOPLE, work(DONE, UNDER_WAY)), mode)
    bars = {trace.name: trace for trace in figure.data if trace.type == "bar"}
    assert list(bars["In review"].x) == [4 * 86_400_000]
    assert list(bars["In review"].base) == [datetime(2025, 9, 18)]
    assert bars["At work, not over"].marker.pattern.shape == "/"
    assert "deadline, due" in figure.layout.title.text
    assert "cancelled" not in figure.layout.title.text


def test_the_course_says_how_far_a_project_has_come() -> None:
    closed = datetime(2025, 9, 30)
    assert findings.course(facts(application_count=0), work()).title == "Posted on 1 Sep 2025; nobody has applied yet"
    assert findings.course(facts(closed_at=closed), work()).title == "Posted on 1 Sep 2025; nobody has accepted"
    assert findings.course(facts(), work(DONE, UNDER_WAY)).title == "1 of 2 engagements approved"
    assert findings.course(facts(), work(DONE)).title == "All work approved, the last on 22 Sep 2025"
    assert (
        "closed on 30 Sep 2025. abcdef: accepted 5 Sep 2025"
        in findings.course(facts(closed_at=closed), work(DONE)).summary
    )


def test_the_facts_leave_out_what_is_not_known() -> None:
    assert (
        findings.facts(facts())
        == "HR · Fall 2025 · 1 slot · 20 hours · $400 per engagement · funded by the employer · P1"
    )
    assert "a segment of P0" in findings.facts(facts(root_project_id="P0"))


def test_feedback_cost_and_outcomes_are_said_for_every_state() -> None:
    assert findings.feedback(work(UNDER_WAY)).title == "Nobody has rated this work"
    assert findings.feedback(work(DONE)).title == "Rated 4.0 by us; we would hire 1 of 1"
    spent = pl.DataFrame(
        {"item": ["Fees, paid by us", "Fees, paid by the state"], "amount_usd": [800.0, 400.0], "is_own": [True, False]}
    )
    assert findings.costs(spent, 2).title == "It has cost us $800 so far, $400 per completion"
    assert findings.costs(spent, 0).title == "It has cost us $800 so far"
    assert findings.costs(spent.clear(), 0).title == "It has cost nothing that is known"
    ends = pl.DataFrame({"came_of_it": ["Hired", "Offered", "Hired"]})
    assert findings.completers(ends).title == "2 of 3 completers hired by us so far"
    assert findings.completers(ends.clear()).title == "Nobody has completed it"
    assert findings.people(PEOPLE).title == "Decisions took 4 days at the median"
    assert findings.people(PEOPLE.clear()).title == "Nobody has been decided on yet"
