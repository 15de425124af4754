"""The ROI page's slices against plain recounts from the marts, and its tiles in every state."""

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import polars as pl
import pytest

from dashboards.audition import LEAST_HIRES
from dashboards.database import Query, run
from dashboards.economics.assumptions import ASSUMPTIONS
from dashboards.economics.effects import Effect
from dashboards.economics.roi import Distribution, Programme, Swing
from dashboards.economics.worth import Worth, worth
from dashboards.findings import hires as findings
from dashboards.findings.roi import distribution as said_of_draws
from dashboards.findings.roi import incremental, tornado
from dashboards.readings import read
from dashboards.rivals import BETTER, NOT_SURELY_BETTER, TOO_FEW
from dashboards.scope import Filters, Scope
from dashboards.slices import hires, money_tiles, roi

ScopeOf = Callable[..., Scope]


def mart(scope: Scope, name: str) -> pl.DataFrame:
    """Return a whole mart; the recounts filter it by themselves."""
    return run(scope.generation, Query(f"select * from analytics.marts.{name}"))


def test_the_programme_is_the_host_s_mature_months_within_the_period(employer: ScopeOf) -> None:
    for filters in (Filters(), Filters("Last 36 months"), Filters("Last 12 months")):
        scope = employer(filters)
        months = mart(scope, "agg_programme_months").filter(
            (pl.col("host_id") == scope.host_id) & (pl.col("is_mature_365_days") == 1)
        )
        since = scope.since()
        if since is not None:
            months = months.filter(pl.col("month_start_date") >= since.date())
        found = roi.of_programme(scope)
        assert found.chosen == months["chosen_count"].sum()
        assert found.cost_usd == pytest.approx(float(months["programme_cost_usd"].sum()))
        assert found.hires == months["hire_count"].sum()


def test_persons_of_young_months_are_not_mature(employer: ScopeOf) -> None:
    scope = employer()
    months = mart(scope, "agg_programme_months").filter(pl.col("host_id") == scope.host_id)
    young = months.filter(pl.col("is_mature_365_days") == 0)["chosen_count"].sum()
    share = roi.mature_share(scope)
    assert share is not None
    assert 0 < share < 1
    assert share == pytest.approx(1 - young / months["chosen_count"].sum())
    assert roi.mature_share(replace(scope, host_id="nobody")) is None


def test_only_the_host_s_own_choices_are_compared(employer: ScopeOf) -> None:
    scope = employer()
    rows = mart(scope, "fct_selection_outcomes").filter(
        (pl.col("host_id") == scope.host_id) & (pl.col("is_compared") == 1)
    )
    both = rows.filter(pl.col("is_selected").max().over("project_id") > pl.col("is_selected").min().over("project_id"))
    effect = roi.of_effect(scope)
    assert effect is not None
    assert (effect.treated, effect.passed_over) == (
        both["is_selected"].sum(),
        len(both) - both["is_selected"].sum(),
    )
    assert effect.projects == both["project_id"].n_unique()
    hired = both.filter(pl.col("is_selected") == 1)["is_hired_365_days"].mean()
    assert effect.treated_rate == pytest.approx(hired)
    behind = dict(roi.rows_compared(scope))
    chosen = behind["The chosen"]
    assert chosen is not None
    assert chosen.counts() == (
        rows["is_selected"].sum(),
        rows.filter((pl.col("is_selected") == 1) & (pl.col("is_hired_365_days") == 1)).height,
    )


def test_the_same_question_is_answered_the_same_and_another_viewer_is_not_given_it(employer: ScopeOf) -> None:
    scope = employer()
    first, again = (roi.of_worth(scope, ASSUMPTIONS) for _ in range(2))
    assert first is again
    elsewhere = replace(scope, host_id="nobody", employer_ids=())
    assert roi.of_worth(elsewhere, ASSUMPTIONS).effect is None
    roi._worth.cache_clear()
    roi._effect.cache_clear()
    anew = roi.of_worth(scope, ASSUMPTIONS)
    assert anew.distribution is not None
    assert first.distribution is not None
    assert np.array_equal(anew.distribution.draws, first.distribution.draws)


def test_every_benchmark_of_a_hire_s_cost_is_offered_with_year_and_source(employer: ScopeOf) -> None:
    scope = employer()
    offered = roi.benchmarks(scope)
    theirs = mart(scope, "dim_benchmarks").filter(pl.col("quantity") == "cost per hire")
    assert set(offered["benchmark_id"]) == set(theirs["benchmark_id"])
    assert offered.null_count().sum_horizontal().item() == 0


def test_the_bins_hold_the_draws_and_none_is_both_gain_and_loss() -> None:
    draws = np.random.default_rng(1).normal(0.1, 0.5, 10_000)
    bins = roi.histogram(Distribution(0.1, -0.5, 0.7, 0.58, draws))
    assert 0.985 * 10_000 <= bins["draws"].sum() <= 10_000
    for low, high, count in bins.iter_rows():
        assert low >= -1e-9 or high <= 1e-9
        assert count == ((draws >= low) & (draws < high)).sum()
    alike = roi.histogram(Distribution(0.1, 0.1, 0.1, 1.0, np.full(10, 0.1)))
    assert alike["draws"].to_list() == [10]


def test_swings_are_named_with_the_ends_of_their_inputs() -> None:
    found = roi.swings(
        (Swing("incremental_rate", -0.5, 0.4, 0.02, 0.11), Swing("first_year_pay", -0.2, 0.1, 65276, 78731)),
        ASSUMPTIONS,
    )
    assert found.rows() == [
        ("Lift of being chosen", -0.5, 0.4, "2.0 %", "11.0 %"),
        ("First-year pay of a hire", -0.2, 0.1, "$65.3k", "$78.7k"),
    ]
    assert tornado(found).title == "Lift of being chosen moves ROI most; 2 inputs alone could turn the sign"
    still = roi.swings((Swing("first_year_pay", -1.0, -1.0 + 1e-6, 1, 2),), ASSUMPTIONS)
    assert still.is_empty()
    same = found.with_columns(at_high=pl.lit(-0.1))
    assert tornado(same).title.endswith("no input alone turns the sign")


def test_attribution_counts_the_same_hires_under_each_rule(employer: ScopeOf) -> None:
    scope = employer()
    own = mart(scope, "fct_hires").filter((pl.col("host_id") == scope.host_id) & (pl.col("is_attributable") == 1))
    counts = dict(hires.attribution(scope).select("rule", "hires").rows())
    assert counts["Any time before"] == own.height > 0
    assert counts["Influenced within 12 months"] == own["is_influenced_365_days"].sum()
    assert counts["Influenced within 6 months"] == own["is_influenced_180_days"].sum()
    strict = own.filter(pl.col("is_by_strict_host") == 1)
    assert counts["Any time before, this employer alone"] == strict.height
    for rule in ("First touch, 12 months", "Last touch, 12 months", "Linear, 12 months"):
        assert counts[rule] == pytest.approx(counts["Influenced within 12 months"])
    behind = {word: rows.counts()[0] for word, rows in hires.rows_hired(scope) if rows is not None}
    assert behind["Any time before"] == counts["Any time before"]
    assert behind["Within 6 months"] == counts["Influenced within 6 months"]


def test_what_stands_on_no_hire_is_not_drawn(employer: ScopeOf) -> None:
    nobody = replace(employer(), host_id="nobody", employer_ids=())
    assert hires.known(hires.attribution(nobody)).is_empty()
    assert hires.known(hires.attrition(nobody)).is_empty()
    assert hires.known(hires.signals(hires.of_audition(nobody, "performance_rating"))).is_empty()
    assert hires.known(hires.attribution(employer())).height == len(hires.RULES)


def test_the_credit_of_each_category_sums_to_the_hires(employer: ScopeOf) -> None:
    scope = employer()
    shares = hires.credit(scope)
    counts = dict(hires.attribution(scope).select("rule", "hires").rows())
    for name in ("first", "last", "linear"):
        assert shares[name].sum() == pytest.approx(counts["First touch, 12 months"])


def test_attrition_is_that_of_new_hires_whose_year_is_over(employer: ScopeOf) -> None:
    scope = employer()
    own = mart(scope, "fct_hires").filter(
        (pl.col("host_id") == scope.host_id) & (pl.col("is_new_hire") == 1) & pl.col("is_retained_1_year").is_not_null()
    )
    found = {row["came_by"]: row for row in hires.attrition(scope).iter_rows(named=True)}
    micro = own.filter((pl.col("came_by") == "micro-internship") & (pl.col("is_attributable") == 1))
    others = own.filter(pl.col("came_by") != "micro-internship")
    for word, rows in (("Micro-internship with us", micro), ("All other hires", others)):
        assert found[word]["hires"] == rows.height
        assert found[word]["leavers"] == rows.height - rows["is_retained_1_year"].sum()
    parts = found["Another internship"]["hires"] + found["No internship"]["hires"]
    assert parts == others.height > 0


def test_a_micro_internship_that_may_not_be_credited_is_on_no_side(
    employer: ScopeOf, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Known to the host before the project: neither a micro-internship hire nor one who came otherwise."""
    rows = pl.DataFrame(
        [("micro-internship", 1, 1), ("micro-internship", 0, 0), ("other intern", 0, 0), ("neither", 0, 1)],
        schema=["came_by", "is_attributable", "is_retained_1_year"],
        orient="row",
    ).with_columns(is_new_hire=pl.lit(1))
    monkeypatch.setattr(hires, "frame", lambda *_: rows)
    found = hires.attrition(employer()).select("came_by", "leavers", "hires").rows()
    assert found == [
        ("Micro-internship with us", 0, 1),
        ("Another internship", 1, 1),
        ("No internship", 0, 1),
        ("All other hires", 1, 2),
    ]


@pytest.mark.parametrize("outcome", hires.OUTCOMES)
def test_the_audition_is_of_the_host_s_attributable_hires(employer: ScopeOf, outcome: str) -> None:
    scope = employer()
    own = mart(scope, "fct_hires").filter(
        (pl.col("host_id") == scope.host_id)
        & (pl.col("is_attributable") == 1)
        & pl.col("project_rating").is_not_null()
        & pl.col(outcome).is_not_null()
    )
    found = hires.of_audition(scope, outcome)
    assert hires.calibration(found)["hires"].sum() == own.height
    told = hires.signals(found)
    assert told["predictor"].to_list() == ["Project rating", "GPA band", "School type"]
    assert told.tail(2).drop("predictor", "rating_is").null_count().row(0) == (2, 2, 2, 2), "words alone"
    assert set(told["rating_is"][1:]) <= {BETTER, NOT_SURELY_BETTER, TOO_FEW}
    if own.height < LEAST_HIRES:
        assert told["c"][0] is None
        assert set(told["rating_is"][1:]) == {TOO_FEW}
        assert findings.audition(told, "performance").title.startswith("Too few rated hires")


def test_an_unknown_outcome_is_refused(employer: ScopeOf) -> None:
    with pytest.raises(ValueError, match="performance_rating"):
        hires.of_audition(employer(), "salary_usd")


EFFECT = Effect(0.06, 0.02, 0.10, 0.09, 170, 930, 148, 0, 4.0, 2.6, np.linspace(0.02, 0.10, 50), 93)
PROGRAMME = Programme(342, 187_880.0, 9_000.0, 93, hires=24)
BENCHMARK = {"label": "Cost per hire", "usd": 4700.0, "year": 2022, "source": "SHRM"}


def tile(scope: Scope, found: Worth, name: str, benchmark: dict[str, object] | None = BENCHMARK) -> money_tiles.Reading:
    return next(each for each in money_tiles.readings(scope, found, benchmark) if each.name == name)


def test_the_saving_is_against_the_benchmark_that_was_picked(employer: ScopeOf) -> None:
    """24 x (4,700 - 187,880 / 24) = -75,080."""
    found = worth(PROGRAMME, EFFECT, ASSUMPTIONS, seed=1)
    saving = tile(employer(), found, "saving_against_benchmark")
    assert saving.value == pytest.approx(-75_080)
    assert saving.value_text == "-$75.1k"
    assert "2022" in saving.notes[0]
    assert tile(employer(), found, "saving_against_benchmark", None).value is None


def test_the_saving_is_no_input_of_roi(employer: ScopeOf) -> None:
    found = worth(PROGRAMME, EFFECT, ASSUMPTIONS, seed=1)
    dear = {**BENCHMARK, "usd": 1e6}
    assert tile(employer(), found, "roi").value == tile(employer(), found, "roi", dear).value


@pytest.mark.parametrize(
    ("programme", "effect"),
    [
        (PROGRAMME, EFFECT),
        (PROGRAMME, None),
        (Programme(0, 0.0), None),
        (Programme(0, 900.0), EFFECT),
        (PROGRAMME, replace(EFFECT, projects=4, e_value=float("inf"), e_value_of_limit=float("inf"))),
        (replace(PROGRAMME, cost_usd=0.0, engagements_without_time=0, hires=0), EFFECT),
    ],
    ids=["usual", "no comparison", "nothing", "nobody new", "thin", "free"],
)
def test_every_tile_has_a_value_or_says_why_not(employer: ScopeOf, programme: Programme, effect: Effect | None) -> None:
    scope = employer()
    found = worth(programme, effect, ASSUMPTIONS, seed=1)
    told = [
        *money_tiles.readings(scope, found, BENCHMARK),
        money_tiles.misfits_reading(scope, found, Query("select 1")),
    ]
    assert len(told) == 7
    for each in told:
        assert each.value is not None or each.notes
        assert each.value is None or np.isfinite(each.value)
        assert each.explanation.text
        assert each.explanation.formula
        assert each.receipt.text


def test_each_cost_says_what_it_is_divided_by(employer: ScopeOf) -> None:
    told = money_tiles.costs(read(employer(), tuple(money_tiles.COSTS)))
    assert [each.name for each in told] == list(money_tiles.COSTS)
    for each in told:
        assert f"{each.denominator:,.0f}" in each.notes[0]


def test_a_thin_comparison_says_so_on_its_tiles(employer: ScopeOf) -> None:
    found = worth(PROGRAMME, replace(EFFECT, projects=4), ASSUMPTIONS, seed=1)
    for name in ("roi", "incremental_hires"):
        assert any("fewer than 10 projects" in note for note in tile(employer(), found, name).notes)


def test_a_measured_attrition_is_said_to_stand_in_for_the_assumption(employer: ScopeOf) -> None:
    scope = employer()
    words = roi.measured(scope)
    leavers = roi.of_programme(scope).leavers
    assert set(leavers) <= set(words)
    for name, count in leavers.items():
        assert f"{count.events} of {count.units}" in words[name]


def test_the_lift_is_said_with_its_sign() -> None:
    def said(difference: float, low: float, high: float) -> str:
        effect = replace(EFFECT, difference=difference, low=low, high=high)
        return incremental(worth(PROGRAMME, effect, ASSUMPTIONS, seed=1)).title

    assert said(0.06, 0.02, 0.10).startswith("The chosen were hired 6.0 points more often than")
    assert said(-0.06, -0.1, -0.02).startswith("The chosen were hired 6.0 points less often than")
    assert said(0.0001, -0.1, 0.1) == (
        "The chosen were hired as often as they would have been; the interval covers zero"
    )


def test_draws_are_said_as_a_share() -> None:
    drawn = Distribution(0.1, -0.2, 0.4, 0.6, np.zeros(2))
    assert said_of_draws(drawn).title == "ROI is above zero in 60 % of draws"
    assert said_of_draws(replace(drawn, probability_positive=1.0)).title.endswith("in every draw")
    assert said_of_draws(replace(drawn, probability_positive=0.9999)).title.endswith("in >99 % of draws")


def groups(micro: tuple[int, int], others: tuple[int, int]) -> pl.DataFrame:
    rows = [
        {"came_by": word, "leavers": k, "hires": n, "share": k / n if n else None, "low": None, "high": None}
        for word, (k, n) in (("Micro-internship with us", micro), ("All other hires", others))
    ]
    return pl.DataFrame(rows, schema_overrides={"share": pl.Float64})


def test_who_stays_is_said_with_its_doubt() -> None:
    """12 of 38 against 67 of 135: 18 points, Newcombe's interval 0.7 to 33; 6 of 19 against 9 of 18 may be noise."""
    assert findings.attrition(groups((12, 38), (67, 135))).title == (
        "Micro-internship hires leave less often: 32 % against 50 % within a year"
    )
    assert findings.attrition(groups((6, 19), (9, 18))).title.endswith("may be noise")
    assert "more often" in findings.attrition(groups((90, 100), (10, 100))).title
    assert findings.attrition(groups((1, 2), (2, 4))).title == "Both leave equally often"
    assert findings.attrition(groups((0, 0), (2, 4))).title.startswith("Too few")


def signals(
    c: float | None, low: float | None, high: float | None, gpa: str = TOO_FEW, school: str = TOO_FEW
) -> pl.DataFrame:
    kinds = {"predictor": pl.String, "hires": pl.Int64, **dict.fromkeys(("c", "low", "high"), pl.Float64)}
    rows = [
        ("Project rating", 30 if c else None, c, low, high, None),
        ("GPA band", None, None, None, None, gpa),
        ("School type", None, None, None, None, school),
    ]
    return pl.DataFrame(rows, schema=kinds | {"rating_is": pl.String}, orient="row")


@pytest.mark.parametrize(
    ("told", "words"),
    [
        (signals(None, None, None), "Too few rated hires"),
        (signals(0.6, 0.45, 0.7), "may tell nothing"),
        (signals(0.6, None, None), "may tell nothing"),
        (signals(0.3, 0.2, 0.4), "went with worse performance"),
        (signals(0.7, 0.6, 0.8, BETTER, BETTER), "foretells performance; surely better than GPA band or school type"),
        (signals(0.7, 0.6, 0.8, NOT_SURELY_BETTER), "; not surely better than GPA band; too few hires to compare it"),
    ],
)
def test_the_audition_is_said_with_its_doubt(told: pl.DataFrame, words: str) -> None:
    assert words in findings.audition(told, "performance").title


def test_the_audition_s_summary_has_the_rating_s_figures_and_words_for_the_rest() -> None:
    told = findings.audition(signals(0.71, 0.6, 0.82, BETTER, NOT_SURELY_BETTER), "performance").summary
    assert "Project rating: 0.71 (0.60 to 0.82), 30 hires. " in told
    assert "Surely better than GPA band; not surely better than school type. " in told


def test_the_strip_says_how_far_the_rules_are_apart() -> None:
    counts = pl.DataFrame({"rule": ["a", "b"], "kind": ["influenced", "credit"], "hires": [4.0, 9.0]})
    assert findings.attribution(counts).title == "The same hires count 4 to 9, depending on the rule"
    assert "under every rule" in findings.attribution(counts.with_columns(hires=pl.lit(4.0))).title


def test_the_rules_disagreement_is_named_where_there_is_one() -> None:
    shares = pl.DataFrame({"category": ["Sales", "HR"], "first": [3.0, 1.0], "last": [1.0, 3.0], "linear": [2.5, 1.5]})
    assert "disagree most on" in findings.credit(shares).title
    alike = shares.with_columns(last=pl.col("first"), linear=pl.col("first"))
    assert findings.credit(alike).title == "All three rules credit the same work"


def test_calibration_says_whether_the_outcome_rises() -> None:
    bins = pl.DataFrame({"rating": [3.0, 4.0], "hires": [15, 16], "outcome_mean": [3.1, 3.4]})
    few = bins.with_columns(hires=pl.Series([9, 16]))
    assert findings.calibration(few, "performance").title.startswith("Too few to say")
    assert "rises" in findings.calibration(bins, "performance").title
    assert "does not rise" in findings.calibration(bins.reverse(), "performance").title
    assert findings.calibration(bins.head(1), "performance").title == "All hires were rated alike"
