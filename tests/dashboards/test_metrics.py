from collections.abc import Callable

import polars as pl
import pytest

from dashboards import metrics
from dashboards.database import Generation, Query, run
from dashboards.definitions import UnknownMetricError, catalogue
from dashboards.intervals import clustered_wilson, clustered_wilson_of_sums
from dashboards.metrics import GROUP, PlatformMetricError, UnreachableGroupError, ignored_filters, values
from dashboards.scope import DIMENSIONS, Filters, Scope

ScopeOf = Callable[..., Scope]


@pytest.mark.parametrize("by", [None, "term_label"])
def test_a_ratio_is_what_metricflow_divides(by: str | None, platform: ScopeOf, employer: ScopeOf) -> None:
    for scope in (platform(), employer(Filters("Last 24 months", (("category", ("sales",)),)))):
        known = catalogue(scope.generation)
        for name, definition in known.metrics.items():
            model = known.model(name)
            is_asked = model.is_of_employers or scope.host_id is None
            if not definition.is_rate or not is_asked or (by and known.dimension_of(name, by) is None):
                continue
            theirs = run(scope.generation, metrics.query(scope, [name], by))
            group = next((column for column in theirs.columns if column != name), None)
            ours = values(scope, [name], by)
            if group is None:
                assert ours[name].to_list() == pytest.approx(theirs[name].cast(pl.Float64).to_list(), nan_ok=True), name
            else:
                told = dict(theirs.select(group, pl.col(name).cast(pl.Float64)).iter_rows())
                assert dict(ours.iter_rows()) == pytest.approx(told), name


def test_the_sums_over_clusters_are_those_of_the_clusters(platform: ScopeOf) -> None:
    scope, name = platform(), "selection_rate"
    parts = ("applications_selected", "applications_mature")
    clusters = values(scope, parts, by="employer").filter(pl.col(parts[1]) > 0)
    hits, sizes = (clusters[part].to_list() for part in parts)
    sums = metrics.cluster_sums(scope, [name], "employer")[name]
    assert (sums["clusters"], sums["hits"], sums["size"]) == (len(sizes), sum(hits), sum(sizes))
    assert clustered_wilson_of_sums(**sums) == clustered_wilson(hits, sizes)


def test_a_metric_of_the_platform_is_not_asked_of_an_employer(employer: ScopeOf) -> None:
    with pytest.raises(PlatformMetricError, match="ask it of the platform"):
        values(employer(), ["persons_applied"])


def test_every_metric_is_computed_by_every_dimension_that_it_reaches(platform: ScopeOf) -> None:
    scope = platform()
    known = catalogue(scope.generation)
    for name, definition in known.metrics.items():
        total = values(scope, [name])
        assert total.height == 1, name
        for dimension in DIMENSIONS:
            if known.dimension(known.models[definition.model], dimension):
                assert values(scope, [name], by=dimension).columns == [GROUP, name]


def test_a_count_equals_a_count_written_by_hand(employer: ScopeOf) -> None:
    scope = employer(Filters(chosen=(("category", ("sales",)),)))
    text = """
        select count(*) as n from analytics.marts.fct_applications
        where category = 'sales' and list_contains($employers, employer_id)
    """
    by_hand = run(scope.generation, Query.of(text, {"employers": scope.employer_ids}))["n"][0]
    assert by_hand > 0
    assert values(scope, ["applications"])["applications"][0] == by_hand


def test_counts_over_nothing_are_zero_and_rates_over_nothing_are_unknown(platform: ScopeOf) -> None:
    scope = platform(Filters(chosen=(("category", ("no such category",)),)))
    found = values(scope, ["applications", "applications_selected", "selection_rate"]).row(0, named=True)
    assert found == {"applications": 0.0, "applications_selected": 0.0, "selection_rate": None}


def test_a_filter_value_is_neither_template_nor_sql(platform: ScopeOf) -> None:
    scope = platform(Filters(chosen=(("category", ("{{ 1/0 }}", "') or ('1'='1", "$host")),)))
    assert values(scope, ["applications"])["applications"][0] == 0


def test_parts_by_term_sum_to_the_total(platform: ScopeOf) -> None:
    scope = platform()
    by_term = values(scope, ["projects_posted", "applications"], by="term_label")
    total = values(scope, ["projects_posted", "applications"]).row(0, named=True)
    assert by_term["projects_posted"].sum() == total["projects_posted"]
    assert by_term["applications"].sum() == total["applications"]


def test_a_rate_is_its_numerator_over_its_denominator(platform: ScopeOf) -> None:
    row = values(platform(), ["selection_rate", "applications_selected", "applications_mature"]).row(0, named=True)
    assert row["selection_rate"] == pytest.approx(row["applications_selected"] / row["applications_mature"])


def test_the_period_cuts_by_the_clock_of_the_metric(platform: ScopeOf) -> None:
    last = values(platform(Filters("Last 12 months")), ["projects_posted"])["projects_posted"][0]
    whole = values(platform(), ["projects_posted"])["projects_posted"][0]
    assert 0 < last < whole


def test_a_mart_that_is_kept_by_month_is_cut_by_month(platform: ScopeOf) -> None:
    assert catalogue(platform().generation).model("active_employers").grain(None) == "month"
    last, whole = (values(platform(Filters(each)), ["active_employers"]) for each in ("Last 12 months", "All time"))
    assert last.equals(whole)
    assert whole["active_employers"][0] > 0


def test_every_metric_can_be_asked_under_a_period_and_every_filter_by_either_role(
    platform: ScopeOf, employer: ScopeOf
) -> None:
    chosen = tuple((name, ("sales",)) for name in DIMENSIONS)
    known = catalogue(platform().generation)
    of_an_employer = [name for name in known.metrics if {"employer", "host"} & known.model(name).entities]
    assert len(of_an_employer) > 100
    asked = (
        (platform(Filters("Last 12 months", chosen)), known.metrics),
        (employer(Filters("Last 12 months")), of_an_employer),
    )
    for scope, names in asked:
        for name in names:
            assert values(scope, [name]).height == 1, name


def test_months_are_dates(platform: ScopeOf) -> None:
    assert values(platform(), ["gmv_booked"], by="month").schema[GROUP] == pl.Date


def test_a_dimension_outside_the_list_is_refused(platform: ScopeOf) -> None:
    with pytest.raises(UnreachableGroupError, match="gender"):
        values(platform(), ["applications"], by="gender")
    with pytest.raises(UnreachableGroupError, match="school_type"):
        values(platform(), ["projects_posted"], by="school_type")


def test_an_unknown_metric_is_named(platform: ScopeOf) -> None:
    with pytest.raises(UnknownMetricError, match="selection_rte"):
        values(platform(), ["selection_rte"])


def test_a_filter_that_a_mart_does_not_carry_is_said(employer: ScopeOf) -> None:
    scope = employer(Filters(chosen=(("school_type", ("HBCU",)), ("category", ("sales",)))))
    assert ignored_filters(scope, "projects_posted") == ["School type"]
    assert ignored_filters(scope, "applications") == []


def test_one_shape_of_question_is_compiled_once(employer: ScopeOf) -> None:
    metrics.statement.cache_clear()
    for category in ("sales", "marketing", "research"):
        metrics.query(employer(Filters(chosen=(("category", (category,)),))), ["applications"])
    assert metrics.statement.cache_info().misses == 1


def test_an_employer_sees_its_own_rows_alone(employer: ScopeOf, platform: ScopeOf, generation: Generation) -> None:
    own = values(employer(), ["applications"], by="employer")
    assert set(own[GROUP]) <= set(employer().employer_ids)
    assert own["applications"].sum() < values(platform(), ["applications"])["applications"][0]
