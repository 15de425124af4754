"""The Planner's start from an employer's own data, and what it says in every state."""

from collections.abc import Callable
from dataclasses import replace

import polars as pl
import pytest

from dashboards.database import Query, run
from dashboards.economics.planner import STAND_INS, Standing, outlook
from dashboards.findings import planner as findings
from dashboards.readings import read
from dashboards.scope import Filters, Scope, conditions, months_before
from dashboards.slices import peers, planning

ScopeOf = Callable[..., Scope]
PLACE = Standing(0.10, 40, 11, 0.75, 0.8, 500, 60)


@pytest.mark.parametrize("name", planning.RATES)
def test_the_plan_starts_from_the_own_rate_and_those_already_seen(employer: ScopeOf, name: str) -> None:
    scope = employer()
    found = planning.start(scope, name)
    own = read(scope, (name,))[name]
    assert found.have == own.denominator
    if found.have >= planning.LEAST_UNITS:
        assert found.rate.value == own.value
        assert found.rate.origin.startswith("ours")
    assert found.waiting >= 0


def test_those_waiting_are_the_immature_of_the_cohort(employer: ScopeOf) -> None:
    scope = employer()
    text = """
        select count(*) filter (where is_mature_365_days = 0) as waiting
        from analytics.marts.fct_person_host_outcomes where host_id = $host and is_eligible = 1
    """
    waiting = run(scope.generation, Query.of(text, scope.parameters()))["waiting"][0]
    assert planning.start(scope, "hire_through_matured").waiting == waiting > 0


def test_a_cohort_of_which_nobody_is_mature_waits_as_a_whole(employer: ScopeOf) -> None:
    """Two years after completing lie after any cohort of the last year: the share mature is 0, and all are waiting."""
    scope = employer(Filters("Last 12 months"))
    found = planning.start(scope, "hire_through_matured_730_days")
    text = f"""
        select count(*) as n from analytics.marts.fct_person_host_outcomes
        where is_eligible = 1 and {conditions(scope, "completed_date", ())}
    """
    whole = run(scope.generation, Query.of(text, scope.parameters()))["n"][0]
    assert (found.have, found.waiting) == (0, whole)
    assert whole > 0


def test_an_unknown_rate_is_refused(employer: ScopeOf) -> None:
    with pytest.raises(ValueError, match="hire_through_matured"):
        planning.start(employer(), "applications")


def test_the_pace_is_that_of_the_last_year_whatever_the_period(employer: ScopeOf) -> None:
    scope = employer()
    rows = run(scope.generation, Query("select host_id, category, posted_at from analytics.marts.fct_projects"))
    ago = months_before(scope.generation.as_of, 12)
    own = rows.filter((pl.col("host_id") == scope.host_id) & (pl.col("posted_at") >= ago))
    assert planning.projects_a_year(scope) == own.height > 0
    assert planning.projects_a_year(employer(Filters("Last 36 months"))) == own.height
    sales = employer(Filters(chosen=(("category", ("sales",)),)))
    assert planning.projects_a_year(sales) == own.filter(pl.col("category") == "sales").height


def test_peers_are_those_of_the_benchmarks_and_no_filter_makes_other_sums_of_them(employer: ScopeOf) -> None:
    """Pools under a period or several categories of the reader's choice could be taken from one another."""
    whole = planning.peer_rate(employer(), "completion_rate")
    told = dict(peers.compared(employer()).select("metric", "theirs").rows())
    assert whole == pytest.approx(told["completion_rate"])
    assert planning.peer_rate(employer(Filters("Last 12 months")), "completion_rate") == whole
    several = Filters(chosen=(("category", ("sales", "marketing")),))
    assert planning.peer_rate(employer(several), "completion_rate") == whole
    for category in peers.categories(employer()):
        told = dict(peers.compared(employer(), category).select("metric", "theirs").rows())
        found = planning.peer_rate(employer(Filters(chosen=(("category", (category,)),))), "completion_rate")
        assert found == (None if told["completion_rate"] is None else pytest.approx(told["completion_rate"]))
    assert planning.peer_rate(employer(), planning.FILL) is None


def test_an_employer_with_nothing_starts_from_peers_or_from_what_is_stated(
    employer: ScopeOf, monkeypatch: pytest.MonkeyPatch
) -> None:
    nobody = replace(employer(), host_id="nobody", employer_ids=())
    monkeypatch.setattr(planning, "peer_rate", lambda *_: 0.3)
    found = planning.start(nobody, "hire_through_matured")
    assert (found.have, found.waiting, found.projects_a_year) == (0, 0, 0)
    assert "peers" in found.fill_rate.origin
    assert found.cost_usd.value == STAND_INS["cost_usd"].value
    monkeypatch.setattr(planning, "peer_rate", lambda *_: None)
    alone = planning.start(nobody, "hire_through_matured")
    assert (alone.rate.value, alone.fill_rate.origin) == (0.5, STAND_INS["fill_rate"].source)
    place = planning.standing(alone, alone.rate.value, alone.fill_rate.value, alone.completion_rate.value, 500)
    told = planning.readings(nobody, alone, place, outlook(place, 0.05), 0.1)
    assert all(each.value is not None or each.notes for each in told)
    assert planning.marks(place, outlook(place, 0.05))["word"].to_list() == ["target"]


def test_completing_is_certain_where_it_is_the_rate_itself(employer: ScopeOf) -> None:
    found = planning.start(employer(), "completion_rate")
    assert planning.standing(found, 0.9, 0.7, 0.5, 400).completion_rate == 1
    other = planning.start(employer(), "offer_through")
    assert planning.standing(other, 0.9, 0.7, 0.5, 400).completion_rate == 0.5


def test_the_table_is_the_plan_at_each_margin() -> None:
    rows = planning.table(PLACE, 0.1)
    assert rows["margin_points"].to_list() == pytest.approx([3, 5, 7, 10])
    five = rows.row(1, named=True)
    assert (five["needed"], five["still_to_come"], five["projects"], five["cost_usd"]) == (141, 90, 150, 45_000)
    assert rows["needed"].is_sorted(descending=True)
    assert rows["detectable_points"].is_sorted()
    assert "141 needed, 150 projects, $45.0k" in findings.table(rows).summary


def test_the_curve_reaches_beyond_every_mark() -> None:
    target = outlook(PLACE, 0.05)
    drawn, marks = planning.curve(PLACE, target), planning.marks(PLACE, target)
    assert marks["word"].to_list() == ["now", "with those waiting", "target"]
    assert marks["completers"].to_list() == [40, 51, 141]
    assert marks["margin"].to_list()[-1] <= 0.05
    assert drawn["completers"].to_list()[-1] > 141
    assert planning.marks(replace(PLACE, waiting=0), target)["word"].to_list() == ["now", "target"]


@pytest.mark.parametrize(
    ("place", "words"),
    [
        (PLACE, "150 more projects until hire-through is known to within 5 points: about $45.0k"),
        (replace(PLACE, have=141), "is already known to within 5 points"),
        (replace(PLACE, have=100, waiting=41), "once those waiting"),
    ],
)
def test_the_title_says_what_is_left_to_do(place: Standing, words: str) -> None:
    assert words in findings.plan(place, outlook(place, 0.05), "Hire-through", "completers").title


def test_a_plan_without_a_pace_says_so() -> None:
    still = replace(PLACE, projects_a_year=0)
    assert "no pace" in findings.plan(still, outlook(still, 0.05), "Hire-through", "completers").summary
    said = findings.plan(PLACE, outlook(PLACE, 0.05), "Hire-through", "completers").summary
    assert "30 months" in said
