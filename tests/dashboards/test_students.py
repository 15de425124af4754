"""The students' slices against a plain recount, their findings for every state, their charts against their frames."""

from collections.abc import Callable
from datetime import date

import polars as pl
import pytest

from dashboards.charts import student_months as month_charts
from dashboards.charts import students as charts
from dashboards.database import Generation, Query, run
from dashboards.findings import students as findings
from dashboards.intervals import Z_95
from dashboards.metrics import values
from dashboards.scope import Filters, Scope
from dashboards.slices import destinations, student_months, students

ScopeOf = Callable[..., Scope]
BUSINESS = "Business, Management, Marketing, and Related Support Services"
NARROW = Filters("Last 24 months", (("major_family", (BUSINESS,)),))
SINCE = date(2024, 7, 1)


def mart(generation: Generation, name: str) -> pl.DataFrame:
    return run(generation, Query(f"select * from analytics.marts.{name}"))


def persons(generation: Generation, filters: Filters) -> pl.DataFrame:
    found = mart(generation, "fct_persons")
    if filters is NARROW:
        return found.filter(pl.col("major_family") == BUSINESS, pl.col("first_applied_date") >= SINCE)
    return found


@pytest.mark.parametrize("filters", [Filters(), NARROW])
def test_each_student_is_in_one_cohort_and_came_as_far_as_they_came(
    filters: Filters, platform: ScopeOf, generation: Generation
) -> None:
    found, known = students.cohorts(platform(filters)), persons(generation, filters)
    reached = dict(found.group_by("reach").agg(pl.col("students").sum()).iter_rows())
    assert sum(reached.values()) == known.height > 0
    assert reached.get("Completed", 0) == known.filter(is_completer=1).height
    assert reached["Applied"] == known.filter(selection_count=0, is_completer=0).height
    assert found.group_by("term").agg(pl.col("share").sum())["share"].to_list() == pytest.approx(
        [1.0] * found["term"].n_unique()
    )


@pytest.mark.parametrize("filters", [Filters(), NARROW])
def test_students_are_counted_by_how_often_they_take_part(
    filters: Filters, platform: ScopeOf, generation: Generation
) -> None:
    found, known = students.participation(platform(filters)), persons(generation, filters)
    taken = {(what, bucket): n for what, bucket, n in found.select("what", "bucket", "students").iter_rows()}
    assert taken["applications", "3-5"] == known.filter(pl.col("application_count").is_between(3, 5)).height
    assert taken["projects", "1"] == known.filter(project_count=1).height
    assert taken["industries", "2"] == known.filter(industry_count=2).height
    by_what = dict(found.group_by("what").agg(pl.col("students").sum()).iter_rows())
    assert by_what == {
        "applications": known.height,
        "projects": known.filter(pl.col("project_count") > 0).height,
        "industries": known.filter(pl.col("industry_count") > 0).height,
    }


def test_the_share_selected_is_that_of_who_applied_so_often(platform: ScopeOf, generation: Generation) -> None:
    found, known = students.selection_by_applications(platform()), persons(generation, Filters())
    assert found["students"].sum() == known.height
    assert found["selected"].sum() == known.filter(pl.col("selection_count") > 0).height
    once = found.filter(applications="1").row(0, named=True)
    assert once["share"] == once["selected"] / once["students"]
    assert once["low"] <= once["share"] <= once["high"]


@pytest.mark.parametrize("filters", [Filters(), NARROW])
def test_pay_is_that_of_completers_of_whom_it_is_known(
    filters: Filters, platform: ScopeOf, generation: Generation
) -> None:
    found, known = students.pay(platform(filters)), persons(generation, filters)["pay_usd"].drop_nulls()
    assert found["from_usd"].to_list() == list(students.PAY_EDGES)
    counted = dict(found.select("from_usd", "students").iter_rows())
    assert sum(counted.values()) == known.len()
    assert counted[500] == known.filter((known >= 500) & (known < 750)).len()
    assert counted[8000] == known.filter(known >= 8000).len()


def test_hourly_pay_counts_the_metric_s_engagements_and_those_under_the_floor(platform: ScopeOf) -> None:
    for filters in (Filters(), NARROW, Filters(chosen=(("term_label", ("Spring 2025",)),))):
        scope = platform(filters)
        found = student_months.hourly_pay(scope)
        names = ("engagements_with_known_hourly_pay", "engagements_under_floor")
        known = values(scope, list(names)).row(0)
        assert (found["engagements"].sum(), found["under_floor"].sum()) == known
        (_, rows), *_ = student_months.behind_hourly_pay(scope)
        assert rows is not None
        assert rows.counts() == known


def test_the_first_selection_is_one_less_kaplan_meier_of_the_persons(platform: ScopeOf, generation: Generation) -> None:
    days = [
        (max(((selected or generation.as_of).date() - applied.date()).days, 0) + 1, selected is not None)
        for applied, selected in persons(generation, Filters()).select("first_applied_at", "first_selected_at").rows()
    ]
    waiting, told = 1.0, {}
    for day in sorted({day for day, _ in days}):
        at_risk = sum(each >= day for each, _ in days)
        waiting *= 1 - sum(each == day and chosen for each, chosen in days) / at_risk
        told[day] = 1 - waiting
    curve = students.first_selection(platform())
    assert curve.height > 0
    assert (curve["at_risk_count"] >= 10).all()
    assert curve["selected"].to_list() == pytest.approx([told[day] for day in curve["day"]])


def test_the_way_to_a_first_job_is_the_published_curve_and_the_same_macro_under_a_filter(
    platform: ScopeOf, generation: Generation
) -> None:
    stored = mart(generation, "agg_any_employer_curve").filter(pl.col("at_risk_count") >= 10).sort("day")
    drawn = destinations.first_job(platform())
    assert drawn["hired"].to_list() == stored["hired_incidence"].to_list()
    majors = tuple(sorted(set(mart(generation, "fct_person_outcomes")["major_family"].drop_nulls())))
    sliced = destinations.first_job(platform(Filters(chosen=(("major_family", majors),))))
    at = dict(sliced.select("day", "hired").iter_rows())
    known = mart(generation, "fct_person_outcomes")
    if known["major_family"].null_count() == 0:
        assert [at[day] for day in drawn["day"]] == pytest.approx(drawn["hired"].to_list())


def test_graduates_of_closed_classes_land_once(platform: ScopeOf, generation: Generation) -> None:
    known = mart(generation, "fct_graduates").filter(class_status="closed")
    found = destinations.landings(platform())
    assert found["graduates"].sum() == known.height > 0
    unknown = found.filter(destination="Not known")["graduates"].sum()
    assert unknown == known.filter(is_known=0).height
    landed = [destinations.LANDINGS[each] for each in destinations.POSITIVE]
    assert found.filter(pl.col("destination").is_in(landed))["graduates"].sum() == known["is_positive"].sum()


def test_career_outcomes_are_those_of_the_metric_s_rule(platform: ScopeOf, generation: Generation) -> None:
    known = mart(generation, "fct_graduates").filter(class_status="closed", participation="completed")
    row = destinations.career_outcomes(platform()).row(0, named=True)
    assert row["graduates"] == known.height
    assert row["known"] == known["is_known"].sum()
    assert row["share"] == pytest.approx(known["is_positive"].sum() / known["is_known_seeking"].sum())


def test_growth_is_a_student_s_last_score_less_the_first(platform: ScopeOf, generation: Generation) -> None:
    scores = mart(generation, "fct_competency_scores").sort("approved_date", "engagement_id")
    ends = scores.group_by("person_key", "competency", maintain_order=True).agg(
        pl.col("score").first().alias("first"), pl.col("score").last().alias("last"), pl.len()
    )
    several = ends.filter(pl.col("len") > 1).with_columns((pl.col("last") - pl.col("first")).alias("change"))
    whole = several.group_by("person_key").agg(pl.col("change").mean())["change"]
    row = students.growth(platform()).row(0, named=True)
    assert row["competency"] == students.ALL_COMPETENCIES
    assert row["students"] == whole.len() >= students.LEAST_COMPARED
    assert row["change"] == pytest.approx(whole.mean())
    assert row["high"] - row["change"] == pytest.approx(Z_95 * whole.std() / whole.len() ** 0.5)  # type: ignore[operator]
    (_, rows), *_ = students.behind_growth(platform())
    assert rows is not None
    assert rows.counts()[0] == several.height


@pytest.mark.parametrize("filters", [Filters(), NARROW])
def test_months_count_students_once_and_applications_all(
    filters: Filters, platform: ScopeOf, generation: Generation
) -> None:
    found = student_months.months(platform(filters))
    applications = mart(generation, "fct_applications")
    if filters is NARROW:
        applications = applications.filter(major_family=BUSINESS)
    for row in found.tail(15).iter_rows(named=True):
        here = applications.filter(applied_month=row["month"])
        assert row["application_count"] == here.height
        assert row["student_count"] == here["person_key"].n_unique()
        chosen = applications.filter(pl.col("selected_at").dt.truncate("1mo").dt.date() == row["month"])
        assert row["selection_count"] == chosen.height
        assert row["selected_student_count"] == chosen["person_key"].n_unique()
    assert found["month"].max() < generation.as_of.date()  # type: ignore[operator]


@pytest.mark.parametrize("filters", [Filters(), NARROW])
def test_the_receipt_of_a_month_s_count_gives_it(filters: Filters, platform: ScopeOf) -> None:
    scope = platform(filters)
    for reading in student_months.activity_readings(scope, student_months.months(scope)):
        assert reading.value == run(scope.generation, reading.receipt).item()
        assert reading.value is not None
    nothing = student_months.activity_readings(scope, student_months.months(scope).clear())
    assert {run(scope.generation, each.receipt).item() for each in nothing} == {None}


def test_a_month_is_compared_with_the_same_month_a_year_before() -> None:
    months = pl.DataFrame(
        {"month": [date(2025, 6, 1), date(2026, 5, 1), date(2026, 6, 1)], "student_count": [50, 9, 60]}
    )
    found = student_months.latest(months, "student_count")
    assert found is not None
    assert (found.value, found.note) == (60, "June 2026, +20 % on a year before")
    alone = student_months.latest(months.tail(1), "student_count")
    assert alone is not None
    assert alone.note == "June 2026"
    assert student_months.latest(months.clear(), "student_count") is None


def test_rows_behind_students_are_the_metric_s(platform: ScopeOf) -> None:
    scope = platform(NARROW)
    known = values(scope, ["persons_with_3_applications", "persons_never_selected"]).row(0)
    (_, rows), *_ = students.behind_persons(scope, "is_applied_3_times = 1", "is_never_selected = 1")
    assert rows is not None
    assert rows.counts() == known


# Findings ------------------------------------------------------------------------------------------------------------

COHORTS = pl.DataFrame(
    {
        "term": ["Fall 2025", "Fall 2025", "Spring 2026"],
        "reach": ["Completed", "Applied", "Applied"],
        "students": [30, 50, 20],
        "share": [0.375, 0.625, 1.0],
    }
)


def test_the_finding_of_cohorts_says_who_completed_and_who_was_never_selected() -> None:
    assert findings.cohorts(COHORTS).title == "30 % of students completed a project; 70 % were never selected"
    assert "Fall 2025 37.5 %" in findings.cohorts(COHORTS).summary
    assert findings.cohorts(COHORTS.clear()).title == "Nobody has applied"
    assert "nobody" in findings.cohorts(COHORTS.tail(1)).summary


def buckets(*counts: int) -> pl.DataFrame:
    return pl.DataFrame({"bucket": [str(place + 1) for place in range(len(counts))], "students": counts})


def test_the_finding_of_a_distribution_says_who_has_more_than_one() -> None:
    assert findings.distribution(buckets(60, 30, 10), "industries").title == "40 % sample more than one industry"
    assert findings.distribution(buckets(0, 0), "projects").title == "No completed projects yet"


def test_the_finding_of_selections_is_right_for_one_bucket_and_for_none() -> None:
    several = pl.DataFrame({"applications": ["1", "41+"], "students": [100, 10], "share": [0.06, 0.84]})
    assert findings.selection(several).title == (
        "6 % of those who applied once were ever selected, 84 % of those with 41+ applications"
    )
    assert findings.selection(several.tail(1)).title == "84 % of students were selected at least once"
    assert findings.selection(several.clear()).title == "Nobody has applied"
    later = several.with_columns(applications=pl.Series(["2", "41+"]))
    assert findings.selection(later).title == "Between 6 % and 84 % were selected"


def test_the_finding_of_pay_names_the_amount_that_half_stay_below() -> None:
    paid = pl.DataFrame({"from_usd": [0, 500, 1000], "to_usd": [500, 1000, None], "students": [4, 3, 3]})
    assert findings.pay(paid).title == "70 % of completers earned less than $1,000 in all"
    assert findings.pay(paid.with_columns(students=pl.Series([0, 0, 3]))).title.startswith("Half of completers earned")
    assert findings.pay(paid.with_columns(students=0)).title == "Nobody's pay is known"


def test_the_finding_of_hourly_pay_says_the_share_under_the_floor() -> None:
    found = pl.DataFrame({"from_usd": [15.0, 20.0], "engagements": [40, 60], "under_floor": [25, 0]})
    assert findings.hourly_pay(found).title == "25 % of engagements came out under the floor per hour"
    assert findings.hourly_pay(found.clear()).title == "No hourly pay is known"


def curve(last: int, column: str, share: float) -> pl.DataFrame:
    return pl.DataFrame({"day": [1, last], "at_risk_count": [100, 10], column: [share / 2, share]})


def test_the_findings_of_curves_speak_of_the_last_day_that_was_watched() -> None:
    assert findings.first_selection(curve(400, "selected", 0.32)).title.startswith("16 % are selected within 365 days")
    assert findings.first_selection(curve(90, "selected", 0.3)).title.startswith("30 % are selected within 90 days")
    assert "30 days" in findings.first_selection(curve(20, "selected", 0.3)).title
    assert findings.first_selection(curve(9, "selected", 0.3).clear()).title == "Too few students to draw"
    assert findings.first_job(curve(730, "hired", 0.6)).title == (
        "60 % have a full-time job within 24 months of completing; half by month 24"
    )
    assert "half by" not in findings.first_job(curve(200, "hired", 0.4)).title
    assert "six months" in findings.first_job(curve(100, "hired", 0.1)).title
    assert findings.first_job(curve(9, "hired", 0.3).clear()).title == "Too few completers to draw"


def changes(*rows: tuple[str, float, float, float]) -> pl.DataFrame:
    names = ["competency", "change", "low", "high"]
    found = pl.DataFrame(rows, schema=dict(zip(names, (pl.String, *[pl.Float64] * 3), strict=True)), orient="row")
    return found.with_columns(first=pl.lit(3.0), last=pl.col("change") + 3.0, students=pl.lit(20))


def test_the_finding_of_growth_names_only_what_is_beyond_chance() -> None:
    chance = changes((students.ALL_COMPETENCIES, -0.03, -0.12, 0.05), ("Leadership", 0.1, -0.1, 0.3))
    assert findings.growth(chance).title == (
        "No competency moves beyond chance; all together -0.03 points (-0.12 to +0.05)"
    )
    told = changes(("Leadership", 0.3, 0.1, 0.5), ("Teamwork", -0.3, -0.5, -0.1))
    assert findings.growth(told).title == "Leadership grow; Teamwork fall"
    assert findings.growth(told.clear()).title == "Too few students were scored twice"


def test_the_finding_of_landings_compares_and_claims_no_cause() -> None:
    found = pl.DataFrame({"group": ["Completed a project"], "destination": ["Full-time work"], "graduates": [9]})
    outcomes = pl.DataFrame(
        {
            "group": ["Completed a project", "Applied only"],
            "graduates": [40, 60],
            "known": [30, 30],
            "share": [0.9, 0.8],
            "low": [0.8, 0.7],
            "high": [0.95, 0.9],
        }
    )
    assert findings.landings(found, outcomes).title == (
        "90 % of completers known and seeking have a career outcome, 80 % of those who only applied"
    )
    assert "no claim of cause" in findings.landings(found, outcomes).summary
    few = outcomes.with_columns(share=pl.lit(None, pl.Float64))
    assert "Too few" in findings.landings(found, few).title
    assert findings.landings(found.clear(), few).title == "No class is closed yet"
    assert "of applicants" in findings.landings(found, outcomes.tail(1)).title


MONTHS = pl.DataFrame(
    {
        "month": [date(2026, 5, 1), date(2026, 6, 1)],
        "student_count": [50, 40],
        "new_student_count": [20, 10],
        "application_count": [100, 80],
        "selected_student_count": [5, 5],
        "selection_count": [5, 7],
    }
)


def test_the_findings_of_activity_speak_of_the_last_month_and_year() -> None:
    assert findings.active(MONTHS).title == "40 students applied in June 2026, 25 % for the first time"
    assert findings.volume(MONTHS).title.endswith("in the 2 months to June 2026: 15 applications for each selection")
    assert findings.volume(MONTHS.with_columns(selection_count=0)).title.endswith("in the 2 months to June 2026")
    assert findings.active(MONTHS.clear()).title == findings.volume(MONTHS.clear()).title == "No month is over"


# Charts --------------------------------------------------------------------------------------------------------------


def test_the_bars_of_cohorts_and_months_hold_the_frame_s_figures() -> None:
    by_name = {trace.name: list(trace.y) for trace in charts.cohorts(COHORTS, "light").data}
    assert by_name == {"Completed": [30], "Selected, not completed": [], "Applied, never selected": [50, 20]}
    again, new = month_charts.active(MONTHS, "dark").data
    assert (list(again.y), list(new.y)) == ([30, 30], [20, 10])
    bars, line = month_charts.volume(MONTHS, "light").data
    assert (list(bars.y), list(line.y)) == ([100, 80], [5, 7])


def test_hourly_pay_is_drawn_under_and_above_the_floor() -> None:
    found = pl.DataFrame({"from_usd": [15.0, 40.0], "engagements": [40, 60], "under_floor": [25, 0]})
    under, above = month_charts.hourly_pay(found, "light").data
    assert (list(under.y), list(above.y)) == ([25, 0], [15, 60])
    assert list(under.x) == ["15", "40+"]


def test_intervals_are_drawn_around_their_values() -> None:
    (points,) = charts.growth(changes(("Leadership", 0.3, 0.1, 0.5), ("Teamwork", -0.1, -0.3, 0.1)), "light").data
    assert list(points.error_x.array) == pytest.approx([0.2, 0.2])
    assert points.marker.color[0] != points.marker.color[1]
    rates = pl.DataFrame(
        {"applications": ["1"], "students": [10], "selected": [2], "share": [0.2], "low": [0.05], "high": [0.5]}
    )
    (dots,) = charts.selection(rates, "light").data
    assert (list(dots.error_y.array), list(dots.error_y.arrayminus)) == ([0.3], pytest.approx([0.15]))


def test_a_curve_starts_at_nothing_and_ends_at_its_last_day() -> None:
    drawn = charts.first_selection(curve(90, "selected", 0.3), "light").data[-1]
    assert (list(drawn.x), list(drawn.y)) == ([0, 1, 90], [0.0, 0.15, 0.3])
    job = curve(400, "hired", 0.5).with_columns(low=pl.Series([None, 0.4]), high=pl.Series([None, 0.6]))
    high, low, line = charts.first_job(job, "light").data
    assert (list(high.y), list(low.y), list(line.y)) == ([0.6], [0.4], [0.0, 0.25, 0.5])


def test_landings_draw_each_group_s_shares() -> None:
    found = pl.DataFrame(
        {
            "group": ["Completed a project", "Completed a project", "Applied only"],
            "destination": ["Full-time work", "Not known", "Full-time work"],
            "graduates": [6, 4, 9],
            "share": [0.6, 0.4, 1.0],
        }
    )
    by_name = {trace.name: list(trace.x) for trace in charts.landings(found, "dark").data}
    assert by_name == {"Full-time work": [0.6, 1.0], "Not known": [0.4]}
    assert list(
        charts.distribution(buckets(1, 3).with_columns(share=pl.Series([0.25, 0.75])), "light", "x").data[0].y
    ) == [
        0.25,
        0.75,
    ]
    paid = pl.DataFrame({"from_usd": [0, 500], "to_usd": [500, None], "students": [1, 1], "share": [0.5, 0.5]})
    assert list(charts.pay(paid, "light").data[0].y) == ["$0 to 500", "$500 and more"]
