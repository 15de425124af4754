"""The Hire-through pages' slices, against a plain recount of the marts, and the marts against the macros' answer."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date, datetime

import duckdb
import numpy as np
import polars as pl
import pytest

from dashboards.bands import Units
from dashboards.database import Query, run
from dashboards.intervals import CLUSTERS_NEEDED, design_effect, wilson
from dashboards.metrics import values
from dashboards.readings import read
from dashboards.rows import COLUMNS
from dashboards.scope import WINDOWS, Clock, Filters, Scope
from dashboards.slices import coverage, hiring, maturity, outcome_groups, outcome_tiles, outcomes, retention
from dashboards.slices.courses import COURSES
from pipelines.sample.scenario import curve_of

ScopeOf = Callable[..., Scope]

CLOCKS: list[Clock] = ["completed", "graduated"]
HIDDEN = ("elsewhere_hired_date", "event", "event_code", "exit_days", "school_type", "institution_unitid")


def mart(scope: Scope, name: str) -> pl.DataFrame:
    """Return a mart whole, or the rows of one host."""
    found = run(scope.generation, Query.of(f"select * from analytics.marts.{name}"))
    return found if scope.host_id is None else found.filter(pl.col("host_id") == scope.host_id)


def sliced(scope: Scope) -> Scope:
    """Return the same scope under a filter that every row passes, so that the macro answers in place of the mart."""
    terms = run(scope.generation, Query.of("select distinct term_label from analytics.marts.dim_terms"))["term_label"]
    return replace(scope, filters=replace(scope.filters, chosen=(("term_label", tuple(terms)),)))


def same(left: pl.DataFrame, right: pl.DataFrame, columns: tuple[str, ...]) -> None:
    assert left.height == right.height > 0
    for column in columns:
        ours, theirs = (each[column].cast(pl.Float64).fill_null(-1.0).to_numpy() for each in (left, right))
        np.testing.assert_allclose(ours, theirs, atol=1e-9, err_msg=column)


CURVE = ("day", "at_risk_count", "host_incidence", "host_lower", "host_upper", "elsewhere_incidence")


@pytest.mark.parametrize("clock", CLOCKS)
@pytest.mark.parametrize("whose", ["employer", "platform"])
def test_the_mart_s_curve_is_the_macro_s(whose: str, clock: Clock, request: pytest.FixtureRequest) -> None:
    scope = request.getfixturevalue(whose)(Filters(clock=clock))
    assert outcomes.curve_query(scope).slice_text is None
    assert outcomes.curve_query(sliced(scope)).slice_text is not None
    if whose == "platform":
        same(outcomes.curve(scope), outcomes.curve(sliced(scope)), CURVE)
        return
    own = scope_rows(scope, clock)
    same(outcomes.curve(scope), run(scope.generation, Query.of(outcomes.CURVE, scope.parameters(), own)), CURVE[:5])


def scope_rows(scope: Scope, clock: Clock) -> str:
    """Return the statement of an employer's pairs as its extract has them."""
    found = COURSES[clock]
    return f"""
        select {found.entry} as entry_days, {found.exit} as exit_days, {found.event} as event_code, 'all' as group_key
        from analytics.marts.fct_person_host_outcomes where {found.is_at_risk} = 1
    """


@pytest.mark.parametrize("clock", CLOCKS)
def test_a_filter_that_all_pass_leaves_an_employer_s_curve_but_for_starts_elsewhere(
    clock: Clock, employer: ScopeOf, platform: ScopeOf
) -> None:
    """Who starts elsewhere is watched until the watch ends, as if nobody knew; the share hired by the host is near."""
    scope = employer(Filters(clock=clock))
    own, filtered = outcomes.curve(scope), outcomes.curve(sliced(scope))
    assert filtered["elsewhere_incidence"].null_count() == filtered.height
    same(own, filtered, CURVE[:5])
    known = replace(scope, generation=platform().generation, knows_elsewhere=True)
    told = run(known.generation, Query.of(outcomes.CURVE, known.parameters(), outcomes.followed(known)))
    for day in (365, 730):
        ours, theirs = (outcomes.incidence_at(each, day) for each in (own, told))
        if ours is not None and theirs is not None:
            assert ours.host == pytest.approx(theirs.host, abs=0.04)
            assert ours.elsewhere is None or ours.elsewhere == pytest.approx(theirs.elsewhere, abs=0.04)


@pytest.mark.parametrize("whose", ["employer", "platform"])
def test_the_mart_s_retention_is_the_macro_s(whose: str, request: pytest.FixtureRequest) -> None:
    scope = request.getfixturevalue(whose)()
    stored, fresh = retention.curves(scope), retention.curves(sliced(scope))
    assert retention.curves_query(sliced(scope)).slice_text is not None
    assert stored["came_by"].to_list() == fresh["came_by"].to_list()
    same(stored, fresh, ("day", "at_risk_count", "retained_share", "retained_lower", "retained_upper"))


def test_the_mart_s_curve_of_any_employer_is_the_macro_s(platform: ScopeOf) -> None:
    scope = platform()
    assert hiring.anywhere_query(sliced(scope)).slice_text is not None
    same(hiring.anywhere(scope), hiring.anywhere(sliced(scope)), ("day", "at_risk_count", "hired_incidence"))


def test_filters_of_employers_leave_the_curve_of_persons_alone(platform: ScopeOf) -> None:
    narrow = platform(Filters(chosen=(("category", ("no such",)), ("host_id", ("no such",)))))
    assert hiring.anywhere(narrow).equals(hiring.anywhere(platform()))


def curve_of_employers(employers: int) -> tuple[pl.DataFrame, Units]:
    """Return the macro's curve of pairs of which every second employer hires all and the others none, and the pairs."""
    pairs = pl.DataFrame(
        [(0, 10 + row, int(row < 8 and name % 2), name, "all") for name in range(employers) for row in range(10)],
        schema=["entry_days", "exit_days", "event_code", "employer", "group_key"],
        orient="row",
    )
    with duckdb.connect() as connection:
        curve = curve_of(connection, "cumulative_incidence", pairs.drop("employer"))
    return curve, Units.of(pairs["entry_days"], pairs["exit_days"], pairs["event_code"], pairs["employer"])


def test_completers_who_share_their_employer_s_fate_widen_the_band() -> None:
    curve, units = curve_of_employers(20)
    found = outcomes.with_clustered_band(curve, units)
    edges = ("host_lower", "host_upper")
    assert found.drop(edges).equals(curve.drop(edges))
    assert found["host_lower"].is_null().to_list() == curve["host_lower"].is_null().to_list()
    last, plain = found.row(5, named=True), curve.row(5, named=True)
    assert last["host_upper"] - last["host_lower"] > 1.5 * (plain["host_upper"] - plain["host_lower"])


def test_fewer_than_ten_employers_keep_the_plain_band() -> None:
    curve, units = curve_of_employers(9)
    assert outcomes.with_clustered_band(curve, units).equals(curve)


def test_the_platform_s_curve_is_the_macro_s_with_the_band_of_its_employers(platform: ScopeOf) -> None:
    scope = platform()
    plain = run(scope.generation, outcomes.curve_query(scope))
    drawn = outcomes.curve(scope)
    edges = ("host_lower", "host_upper")
    assert drawn.drop(edges).equals(plain.drop(edges))
    assert not (drawn["host_upper"] - drawn["host_lower"] < plain["host_upper"] - plain["host_lower"] - 1e-12).any()


def test_a_long_curve_of_many_employers_is_banded_on_some_days_the_windows_among_them() -> None:
    days = pl.Series(range(1, 2001))
    kept = outcomes.band_days(days, 4_000)
    assert len(kept) <= 100 + len(WINDOWS)
    assert {180, 365, 730, 1, 2000} <= set(kept)
    assert kept == sorted(kept)
    assert outcomes.band_days(days, 40) == days.to_list()


def test_a_curve_of_few_employers_says_so(platform: ScopeOf, employer: ScopeOf) -> None:
    pairs = mart(platform(), outcomes.MART).filter(pl.col("is_at_risk") == 1)
    few = pairs["employer_id"].n_unique() < CLUSTERS_NEEDED
    assert outcomes.employers_behind(platform()) == pairs["employer_id"].n_unique()
    assert ("fewer than 10 employers" in " ".join(outcomes.band_notes(platform()))) == few
    narrow = platform(Filters(chosen=(("category", ("no such",)),)))
    assert "fewer than 10 employers" in " ".join(outcomes.band_notes(narrow))
    assert outcomes.band_notes(employer()) == ()


def test_a_curve_is_drawn_only_while_ten_are_at_risk() -> None:
    rows = pl.DataFrame(
        {
            "day": [30, 60, 90],
            "at_risk_count": [12, 10, 9],
            "host_incidence": [0.1, 0.2, 0.3],
            "host_lower": [0.0, 0.1, 0.1],
            "host_upper": [0.2, 0.3, 0.6],
            "elsewhere_incidence": [0.0, 0.0, 0.1],
        }
    )
    assert outcomes.drawn(rows)["day"].to_list() == [0, 30, 60]
    assert outcomes.drawn(rows)["host_upper"].to_list() == [None, 0.2, 0.3]
    assert outcomes.incidence_at(rows, 45) == outcomes.Incidence(45, 0.1, 0.0, 0.2, 0.0, 10)
    assert outcomes.incidence_at(rows, 75) is None
    assert outcomes.incidence_at(rows, 120) is None


@pytest.mark.parametrize("clock", CLOCKS)
def test_the_pairs_of_the_groups_are_those_of_the_curve(clock: Clock, employer: ScopeOf) -> None:
    scope = employer(Filters(clock=clock))
    column = "is_at_risk" if clock == "completed" else "is_at_risk_from_readiness"
    pairs = mart(scope, outcomes.MART).filter(pl.col(column) == 1)
    groups = outcome_groups.by_group(scope, "category")
    assert groups["pairs"].sum() == maturity.maturity(scope)["in_curve"][0] == pairs.height > 0
    few = groups.filter(pl.col("pairs") < outcomes.LEAST_AT_RISK)
    assert few["value"].null_count() == few.height


@pytest.mark.parametrize("window", list(WINDOWS))
def test_a_group_is_read_as_the_curve_of_its_rows_alone(window: int, platform: ScopeOf) -> None:
    scope = platform(Filters(window=window))
    for row in outcome_groups.by_group(scope, "category").drop_nulls("value").head(3).iter_rows(named=True):
        code = row["group"].lower().replace(" ", "_")
        alone = outcomes.curve(replace(scope, filters=replace(scope.filters, chosen=(("category", (code,)),))))
        read_alone = outcomes.incidence_at(alone, window)
        assert read_alone is not None
        assert (row["value"], row["low"]) == pytest.approx((read_alone.host, read_alone.low))


def test_groups_of_an_employer_s_facts_hold_every_pair(platform: ScopeOf) -> None:
    pairs = mart(platform(), outcomes.MART).filter(pl.col("is_at_risk") == 1)
    sizes = mart(platform(), "dim_employers").select("employer_id", "size_band")
    counted = dict(pairs.join(sizes, on="employer_id").group_by("size_band").len().iter_rows())
    groups = outcome_groups.by_group(platform(), "size_band")
    assert dict(groups.select("group", "pairs").iter_rows()) == counted
    assert groups["group"].to_list() == [each for each in outcome_groups.ORDERED["size_band"] if each in counted]


def test_a_sophomore_is_counted_apart(employer: ScopeOf) -> None:
    groups = outcome_groups.by_group(employer(), "years_to_graduation")
    assert set(groups["group"]) <= {"Graduated", "Within 1 year", "1 to 2 years", "Over 2 years"}
    assert groups.height > 1


@pytest.mark.parametrize("dimension", ["gender", "school_type"])
def test_a_fact_of_the_student_or_the_school_makes_no_curve(dimension: str, employer: ScopeOf) -> None:
    with pytest.raises(ValueError, match=dimension):
        outcome_groups.by_group(employer(), dimension)


@pytest.mark.parametrize("clock", CLOCKS)
def test_the_rows_behind_the_curve_are_its_pairs_and_hide_a_hire_elsewhere(clock: Clock, employer: ScopeOf) -> None:
    scope = employer(Filters(clock=clock))
    prefix = "" if clock == "completed" else "readiness_"
    pairs = mart(scope, outcomes.MART).filter(
        pl.col("is_at_risk" if clock == "completed" else "is_at_risk_from_readiness") == 1
    )
    hired = pairs.filter(pl.col(f"{prefix}event_code") == 1)
    ((_, behind),) = outcomes.curve_rows(scope)
    assert behind is not None
    assert behind.counts() == (pairs.height, hired.height)
    assert not set(HIDDEN) & set(behind.all().columns)
    for (_, each), days in zip(outcomes.standing_rows(scope), WINDOWS, strict=True):
        assert each is not None
        assert each.counts() == (pairs.height, hired.filter(pl.col(f"{prefix}exit_days") <= days).height)


def test_the_rows_behind_groups_sum_to_the_curve_s_and_students_facts_have_none(employer: ScopeOf) -> None:
    scope = employer()
    ((_, whole),) = outcomes.curve_rows(scope)
    for dimension in ("term_label", "category"):
        counts = [each.counts()[0] for _, each in outcome_groups.group_rows(scope, dimension) if each is not None]
        assert whole is not None
        assert sum(counts) == whole.counts()[0]
    assert outcome_groups.group_rows(scope, "years_to_graduation") == []


def test_no_column_that_may_be_opened_tells_of_a_hire_elsewhere_or_of_a_school() -> None:
    for name in (outcomes.MART, "fct_hires", "fct_offers"):
        assert not set(HIDDEN) & set(COLUMNS[name])


@pytest.mark.parametrize("clock", CLOCKS)
@pytest.mark.parametrize("window", list(WINDOWS))
def test_a_mature_term_is_a_plain_share_and_a_watched_one_a_floor(window: int, clock: Clock, platform: ScopeOf) -> None:
    scope = platform(Filters(clock=clock, window=window))
    ready = clock == "graduated"
    entry, is_in = ("readiness_", "is_at_risk_from_readiness") if ready else ("", "is_at_risk")
    start = "readiness_date" if ready else "completed_date"
    mature = f"is_ready_mature_{window}_days" if ready else f"is_mature_{window}_days"
    hit = f"is_hired_from_readiness_{window}_days" if ready else f"is_hired_{window}_days"
    pairs = mart(scope, outcomes.MART)
    found = coverage.by_term(scope)
    assert found.height > 3
    assert found["is_mature"].any() or ready or window > 365
    for row in found.iter_rows(named=True):
        term = pairs.filter(pl.col("term_label") == row["term"])
        is_waiting = pl.col(start) + pl.duration(days=window) > scope.generation.as_of.date()
        cohort = term.filter((pl.col(is_in) == 1) | (is_waiting & (pl.col("is_eligible") == 1)))
        assert row["pairs"] == cohort.height
        assert row["waiting"] == cohort.filter(is_waiting).height
        assert row["is_mature"] == (row["waiting"] <= cohort.height / 10)
        if row["value"] is None:
            continue
        if row["is_mature"]:
            over = term.filter((pl.col(mature) == 1) & (pl.col("is_eligible") == 1))
            assert row["value"] == pytest.approx(over[hit].sum() / over.height)
        else:
            hits_so_far = (pl.col(f"{entry}event_code") == 1) & (pl.col(f"{entry}exit_days") <= window)
            hired = cohort.filter((pl.col(is_in) == 1) & hits_so_far)
            assert row["value"] == pytest.approx(hired.height / cohort.height)
            assert row["low"] is None


@pytest.mark.parametrize("whose", ["employer", "platform"])
def test_a_term_s_interval_lets_its_clusters_share_their_fate(whose: str, request: pytest.FixtureRequest) -> None:
    scope = request.getfixturevalue(whose)()
    cluster = "employer_id" if whose == "platform" else "project_id"
    mature = mart(scope, outcomes.MART).filter((pl.col("is_mature_365_days") == 1) & (pl.col("is_eligible") == 1))
    parts = mature.group_by(cluster).agg(pl.col("is_hired_365_days").sum().alias("hits"), pl.len().alias("sizes"))
    effect = design_effect(parts["hits"].to_list(), parts["sizes"].to_list()) or 1.0
    for row in coverage.by_term(scope).drop_nulls("low").iter_rows(named=True):
        plain = wilson(row["hired"] / effect, row["mature"] / effect)
        assert plain is not None
        assert (row["low"], row["high"]) == pytest.approx((plain.low, plain.high))


@pytest.mark.parametrize("clock", CLOCKS)
def test_the_rows_behind_a_term_s_bar_are_its_parts(clock: Clock, employer: ScopeOf) -> None:
    scope = employer(Filters(clock=clock))
    found = coverage.by_term(scope)
    assert found.height > 3
    for row, (label, behind) in zip(found.iter_rows(named=True), coverage.term_rows(scope, found), strict=True):
        assert behind is not None
        assert label.startswith(row["term"])
        assert behind.counts() == (row["mature"] if row["is_mature"] else row["pairs"], row["hired"])


def test_the_bounds_hold_the_known_and_every_unknown(platform: ScopeOf) -> None:
    found = coverage.bounds(platform())
    due = mart(platform(), outcomes.MART).filter(pl.col("is_due_365_days") == 1)
    assert found.height > 0
    for row in found.iter_rows(named=True):
        term = due.filter(pl.col("term_label") == row["term"])
        known, hires = term["is_known_365_days"].sum(), term["is_known_hire_365_days"].sum()
        assert row["low"] == pytest.approx(hires / term.height)
        assert row["high"] == pytest.approx((hires + term.height - known) / term.height)
        assert row["coverage_share"] == pytest.approx(known / term.height)


@pytest.mark.parametrize("whose", ["employer", "platform"])
def test_hires_by_month_are_the_metric_s_hires_of_months_that_are_over(
    whose: str, request: pytest.FixtureRequest
) -> None:
    given = request.getfixturevalue(whose)()
    scope = replace(given, generation=replace(given.generation, as_of=datetime(2026, 6, 15)))
    if whose == "platform":
        starts = mart(scope, "fct_hires")["start_date"]
        assert (starts >= date(2026, 6, 1)).any(), "a month that is not over holds a hire"
    found = hiring.hires_by_month(scope)
    metric = values(scope, ["hires"], by="month").filter(pl.col("group") < scope.generation.as_of.date().replace(day=1))
    by_month = found.group_by("month").agg(pl.col("hires").sum()).filter(pl.col("hires") > 0).sort("month")
    assert by_month["hires"].to_list() == metric.filter(pl.col("hires") > 0)["hires"].to_list()
    assert found["hires"].sum() > 0
    opened = [each.counts()[1] for _, each in hiring.hire_rows(scope) if each is not None]
    assert sum(opened) == found["hires"].sum()


def test_offers_by_month_are_the_metric_s_offers_of_months_that_are_over(employer: ScopeOf) -> None:
    scope = employer()
    found = hiring.offers_by_month(scope)
    this_month = scope.generation.as_of.date().replace(day=1)
    metric = values(scope, ["offers"], by="month").filter(pl.col("group") < this_month)
    assert found["offers"].sum() == metric["offers"].sum() > 0
    assert found["month"].max() < this_month
    ((_, behind),) = hiring.offer_rows(scope)
    assert behind is not None
    assert behind.counts() == (found["offers"].sum(), found.filter(pl.col("answer") == "accepted")["offers"].sum())


def test_every_month_between_the_first_and_the_last_is_there(platform: ScopeOf) -> None:
    found = hiring.hires_by_month(platform())
    months = found["month"].unique().sort()
    assert months.to_list() == pl.date_range(months[0], months[-1], "1mo", eager=True).to_list()
    assert found.height == months.len() * len(retention.WAYS)


def test_days_to_hire_are_the_quartiles_of_the_offers(platform: ScopeOf) -> None:
    scope = platform()
    offers = mart(scope, "fct_offers").drop_nulls("days_to_hire")
    found = hiring.days_to_hire(scope).drop_nulls("median")
    assert found.height > 0
    for row in found.iter_rows(named=True):
        days = offers.filter(pl.col("sent_date").dt.truncate("1q") == row["quarter"])["days_to_hire"].cast(pl.Float64)
        assert row["n"] == days.len() >= 10
        assert row["median"] == pytest.approx(days.median())
        assert row["lower_quartile"] == pytest.approx(days.quantile(0.25, "linear"))


def test_retention_is_drawn_from_the_start_and_read_only_with_ten_at_risk() -> None:
    rows = pl.DataFrame(
        {
            "came_by": ["micro-internship"] * 2 + ["neither"] * 2,
            "day": [100, 400, 100, 400],
            "at_risk_count": [20, 12, 15, 9],
            "retained_share": [0.9, 0.8, 0.7, 0.5],
            "retained_lower": [0.8, 0.6, 0.5, 0.3],
            "retained_upper": [0.95, 0.9, 0.85, 0.7],
        }
    )
    assert retention.drawn(rows).select("came_by", "day").rows() == [
        ("micro-internship", 0),
        ("micro-internship", 100),
        ("micro-internship", 400),
        ("neither", 0),
        ("neither", 100),
    ]
    assert retention.at_day(rows).rows() == [
        ("micro-internship", 12, 0.9, 0.8, 0.95),
        ("other intern", None, None, None, None),
        ("neither", None, None, None, None),
    ]


def test_the_rows_behind_retention_are_those_followed_and_those_who_left(employer: ScopeOf) -> None:
    scope = employer()
    hires = mart(scope, "fct_hires").filter((pl.col("is_new_hire") == 1) & pl.col("retention_exit_days").is_not_null())
    for way, (_, behind) in zip(retention.WAYS, retention.hire_rows(scope), strict=True):
        came = hires.filter(pl.col("came_by") == way)
        assert behind is not None
        assert behind.counts() == (came.height, came.filter(pl.col("retention_event_code") == 1).height)


def test_conversion_is_that_of_the_last_class_whose_year_is_decided(platform: ScopeOf) -> None:
    scope = platform()
    eligible = mart(scope, outcomes.MART).filter(pl.col("is_nace_eligible") == 1)
    last = eligible.filter(pl.col("class_year") == eligible["class_year"].max())
    found = outcome_tiles.rate_readings(scope, [outcome_tiles.CONVERSION])[outcome_tiles.CONVERSION]
    assert found.label.endswith(f"class of {last['class_year'][0]}")
    assert (found.numerator, found.denominator) == (last["is_nace_converted"].sum(), last.height)
    assert found.value == pytest.approx(last["is_nace_converted"].sum() / last.height)
    assert found.unknown == last["is_nace_unknown"].sum()
    assert outcome_tiles.POOLED in found.notes
    assert found.rows is not None
    assert found.rows.counts() == (last.height, last["is_nace_converted"].sum())


def test_no_class_whose_year_is_over_has_no_conversion(platform: ScopeOf) -> None:
    scope = platform(Filters(chosen=(("category", ("no such",)),)))
    found = outcome_tiles.rate_readings(scope, [outcome_tiles.CONVERSION])[outcome_tiles.CONVERSION]
    assert (found.value, found.rows) == (None, None)


@pytest.mark.parametrize("clock", CLOCKS)
@pytest.mark.parametrize("window", list(WINDOWS))
def test_the_matured_tile_is_that_of_the_window_and_the_clock(window: int, clock: Clock, employer: ScopeOf) -> None:
    scope = employer(Filters(clock=clock, window=window))
    name = outcome_tiles.metrics(scope)[0]
    found = read(scope, [name])[name]
    assert f"{window} days" in found.explanation.window
    assert ("readiness" in found.name) == (clock == "graduated")


def test_an_employer_s_curve_tile_says_us_and_the_platform_s_the_host(employer: ScopeOf, platform: ScopeOf) -> None:
    for scope, word in ((employer(), "by us"), (platform(), "by the host")):
        curve, meters = outcomes.curve(scope), maturity.meters(maturity.maturity(scope))
        tiles = outcome_tiles.curve_readings(scope, outcomes.incidences(curve), meters)
        assert [tile.label for tile in tiles] == [f"Hired {word} within {name}" for name in WINDOWS.values()]
        assert tiles[0].denominator == meters["in_curve"][0]
