from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest

from dashboards.database import current_generation
from dashboards.definitions import catalogue
from dashboards.intervals import CLUSTERS_NEEDED, newcombe
from dashboards.metrics import values
from dashboards.readings import read
from dashboards.scope import Filters, Scope
from dashboards.terms import is_over, term_key, year_before

ScopeOf = Callable[..., Scope]


def test_what_grows_with_a_cohort_s_age_is_not_held_against_an_older_one(platform: ScopeOf) -> None:
    found = read(platform(), ["persons_applied", "student_success_rate", "pay_per_student", "never_selected_rate"])
    assert {name for name, reading in found.items() if reading.change} == {"persons_applied", "student_success_rate"}


def test_a_rate_has_an_interval_around_it_and_money_has_none(platform: ScopeOf) -> None:
    found = read(platform(), ["selection_rate", "take_rate", "gmv_booked"])
    interval = found["selection_rate"].interval
    assert interval is not None
    assert interval.low < found["selection_rate"].value < interval.high  # type: ignore[operator]
    assert found["take_rate"].interval is None
    assert found["gmv_booked"].interval is None


def test_platform_figures_cluster_by_employer_and_projects_of_one_employer_stand_alone(
    platform: ScopeOf, employer: ScopeOf
) -> None:
    whole = read(platform(), ["fill_rate_30_days"])["fill_rate_30_days"]
    own = read(employer(), ["fill_rate_30_days", "selection_rate"])
    employers = values(platform(), ["projects_mature_30_days"], by="employer")
    assert ("clusters" in " ".join(whole.notes)) == (employers.height < CLUSTERS_NEEDED)
    assert "clusters" not in " ".join(own["fill_rate_30_days"].notes)
    interval = own["selection_rate"].interval
    assert interval is not None
    assert interval.design_effect is not None


def test_a_change_compares_a_term_that_is_over_with_the_same_term_a_year_before(platform: ScopeOf) -> None:
    change = read(platform(), ["applications"])["applications"].change
    assert change is not None
    assert change.base_term == year_before(change.term)
    assert is_over(change.term, platform().generation.as_of.date())


def test_a_change_is_as_uncertain_as_its_clusters_make_it(
    small_published: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Units of one employer share their fate: what is noise is judged by the deflated counts, as the interval is."""
    monkeypatch.setenv("THROUGHLINE_PUBLISHED", str(small_published))
    scope = Scope(current_generation(), "leadership")
    rate = read(scope, ["selection_rate"])["selection_rate"]
    change, effect = rate.change, rate.interval.design_effect  # type: ignore[union-attr]
    assert change is not None
    assert change.interval is not None
    assert effect is not None
    assert effect > 1.2
    known = catalogue(scope.generation).metric("selection_rate")
    parts = [str(known.numerator), str(known.denominator)]
    by_term = {row["group"]: row for row in values(scope, parts, by="term_label").iter_rows(named=True)}
    later, base = ([by_term[term][part] / effect for part in parts] for term in (change.term, change.base_term))
    assert change.interval == newcombe(*later, *base)


def test_a_change_follows_the_term_that_is_picked(platform: ScopeOf) -> None:
    known = read(platform(), ["applications"])["applications"].change
    assert known is not None
    picked = year_before(known.term)
    found = read(platform(Filters(chosen=(("term_label", (picked,)),))), ["applications"])["applications"].change
    assert found is None or (found.term, found.base_term) == (picked, year_before(picked))


def test_a_windowed_rate_says_how_much_of_its_cohort_is_mature(platform: ScopeOf) -> None:
    found = read(platform(), ["hire_through_matured", "gmv_booked"])
    assert 0 < found["hire_through_matured"].mature_share < 1  # type: ignore[operator]
    assert found["gmv_booked"].mature_share is None


def test_no_more_than_the_whole_cohort_is_mature(platform: ScopeOf, employer: ScopeOf) -> None:
    known = catalogue(platform().generation)
    all_rates = [each for each in known.metrics.values() if each.cohort]
    assert len(all_rates) > 20
    for make in (platform, employer):
        scope = make(Filters("Last 24 months"))
        rates = [each for each in all_rates if make is platform or "employer" in known.models[each.model].entities]
        counted = values(scope, sorted({name for each in rates for name in (*each.cohort, str(each.denominator))}))
        for each in rates:
            whole = counted[each.cohort[0]][0] - sum(counted[name][0] for name in each.cohort[1:])
            assert 0 <= counted[str(each.denominator)][0] <= whole, each.name


@pytest.mark.parametrize(
    ("rate", "mature", "whole"),
    [
        ("completion_rate_intent_to_treat", "engagements_mature_accepted", "engagements_accepted"),
        ("reengagement_rate", "pairs_mature_180_days", "completers"),
        ("student_success_rate", "persons_mature_90_days", "persons_applied"),
        ("repeat_rate", "employers_mature_180_days", "employers_completed"),
    ],
)
def test_the_share_that_is_mature_is_of_the_rate_s_own_cohort(
    rate: str, mature: str, whole: str, platform: ScopeOf
) -> None:
    counted = values(platform(), [mature, whole])
    assert read(platform(), [rate])[rate].mature_share == counted[mature][0] / counted[whole][0]


def test_a_rate_says_of_how_many_nothing_is_known(platform: ScopeOf) -> None:
    found = read(platform(), ["outcome_coverage", "nace_conversion_rate", "selection_rate"])
    coverage = found["outcome_coverage"]
    assert coverage.unknown == coverage.denominator - coverage.numerator  # type: ignore[operator]
    assert coverage.unknown > 0
    assert found["nace_conversion_rate"].unknown == values(platform(), ["nace_unknown"])["nace_unknown"][0]
    assert found["selection_rate"].unknown is None


def test_an_employer_s_completers_come_in_projects(employer: ScopeOf) -> None:
    reading = read(employer(), ["hire_through_matured"])["hire_through_matured"]
    projects = values(employer(), ["completers_mature_365_days"], by="project")
    clusters = projects.filter(projects["completers_mature_365_days"] > 0).height
    assert reading.interval is not None
    assert (reading.interval.design_effect is None) == (clusters < CLUSTERS_NEEDED)
    assert ("clusters" in " ".join(reading.notes)) == (clusters < CLUSTERS_NEEDED)


def test_a_reading_of_nothing_is_a_dash_and_not_a_zero(platform: ScopeOf) -> None:
    reading = read(platform(Filters(chosen=(("category", ("nothing",)),))), ["selection_rate"])["selection_rate"]
    assert reading.value is None
    assert reading.value_text == "–"  # noqa: RUF001
    assert reading.interval is None
    assert reading.change is None


def test_the_receipt_is_the_statement_that_was_run(platform: ScopeOf) -> None:
    reading = read(platform(), ["selection_rate"])["selection_rate"]
    assert "fct_applications" in reading.receipt.text


@pytest.mark.parametrize(
    ("label", "key"), [("Spring 2025", (2025, 1)), ("Summer 2025", (2025, 2)), ("Fall 2025", (2025, 3)), (None, (0, 0))]
)
def test_terms_are_ordered_by_time(label: str | None, key: tuple[int, int]) -> None:
    assert term_key(label) == key


@pytest.mark.parametrize(
    ("label", "day", "over"),
    [
        ("Spring 2025", date(2025, 4, 30), False),
        ("Spring 2025", date(2025, 5, 1), True),
        ("Fall 2024", date(2025, 1, 1), True),
        ("Fall 2025", date(2025, 12, 31), False),
    ],
)
def test_a_term_is_over_when_its_last_month_is(label: str, day: date, over: bool) -> None:
    assert is_over(label, day) is over
