from collections.abc import Callable, Iterator
from dataclasses import replace

import polars as pl
import pytest

from dashboards.charts import peers as charts
from dashboards.database import Generation, Query, run
from dashboards.definitions import catalogue
from dashboards.findings import peers as findings
from dashboards.intervals import Interval
from dashboards.readings import read
from dashboards.scope import Filters, Scope
from dashboards.slices import peers
from dashboards.slices.peers import ALL, HIDDEN, METRICS, SCHEMA, Share

ScopeOf = Callable[..., Scope]


def mart(generation: Generation) -> pl.DataFrame:
    return run(generation, Query("select * from analytics.marts.agg_peer_benchmarks"))


def cells(scope: Scope) -> Iterator[tuple[str, str]]:
    for category in (ALL, *peers.categories(scope)):
        for band in (ALL, str(peers.own_band(scope))):
            yield category, band


def test_the_others_are_those_of_the_mart(employer: ScopeOf, generation: Generation) -> None:
    scope = employer()
    rows = mart(generation).filter(pl.col("host_id") == scope.host_id)
    hidden = shown = 0
    for category, band in cells(scope):
        stored = {
            row["metric"]: row
            for row in rows.filter((pl.col("category") == category) & (pl.col("size_band") == band)).to_dicts()
        }
        for row in peers.compared(scope, category, band).iter_rows(named=True):
            cell = stored.get(row["metric"], {"is_shown": 0})
            if cell["is_shown"]:
                shown += 1
                assert (row["theirs"], row["peers"]) == (cell["numerator"] / cell["denominator"], cell["peer_count"])
                assert row["hidden"] is None
            else:
                hidden += 1
                assert (row["theirs"], row["peers"], row["their_units"], row["standing"]) == (None, None, None, None)
                assert row["hidden"] in HIDDEN.values()
    assert shown > 5
    assert hidden > 5


def test_our_side_is_the_dictionary_s(employer: ScopeOf) -> None:
    scope = employer()
    for category in (ALL, peers.categories(scope)[0]):
        narrowed = replace(scope, filters=Filters(chosen=() if category == ALL else (("category", (category,)),)))
        expected = read(narrowed, METRICS)
        for row in peers.compared(scope, category).iter_rows(named=True):
            reading = expected[row["metric"]]
            assert row["ours"] == pytest.approx(reading.value), row["metric"]
            assert row["our_units"] == (reading.denominator or 0)
            bounds = (reading.interval.low, reading.interval.high) if reading.interval else (None, None)
            assert (row["low"], row["high"]) == pytest.approx(bounds)


def test_every_metric_of_the_mart_is_on_the_page(generation: Generation) -> None:
    assert set(mart(generation)["metric"]) <= set(METRICS)
    assert set(METRICS) <= set(catalogue(generation).metrics)


def test_an_employer_that_does_not_exist_has_nobody_to_compare_with(employer: ScopeOf) -> None:
    nobody = replace(employer(), host_id="")
    assert peers.compared(nobody).is_empty()
    assert (peers.categories(nobody), peers.own_band(nobody)) == ([], None)


def test_published_figures_are_the_latest_of_their_kind_with_their_source(
    employer: ScopeOf, generation: Generation
) -> None:
    found = peers.published(employer())
    stored = run(generation, Query("select * from analytics.marts.dim_benchmarks"))
    latest = dict(stored.group_by("quantity").agg(pl.col("year").max()).iter_rows())
    assert set(found["quantity"].str.to_lowercase()) == set(peers.PUBLISHED)
    for row in found.iter_rows(named=True):
        assert row["year"] == str(latest[row["quantity"].lower()])
        assert row["source"]
        assert row["basis"]
    cost = found.filter(pl.col("quantity") == "Cost per hire")["published_figure"]
    assert all(text.startswith("$") for text in cost)
    expected = read(replace(employer(), filters=Filters()), ["renege_rate"])["renege_rate"]
    renege = found.filter(pl.col("quantity") == "Renege")["ours"][0]
    assert renege.startswith(expected.value_text)


@pytest.mark.parametrize(
    ("metric", "low", "high", "units", "theirs", "expected"),
    [
        ("completion_rate", 0.8, 0.9, 50, 0.7, "better"),
        ("completion_rate", 0.8, 0.9, 50, 0.95, "worse"),
        ("completion_rate", 0.8, 0.9, 50, 0.85, "not told apart"),
        ("completion_rate", 0.8, 0.9, 50, 0.9, "not told apart"),
        ("cancellation_rate", 0.1, 0.2, 50, 0.05, "worse"),
        ("cancellation_rate", 0.1, 0.2, 50, 0.3, "better"),
        ("completion_rate", 0.8, 0.9, 9, 0.7, None),
        ("completion_rate", 0.8, 0.9, 50, None, None),
    ],
)
def test_where_we_stand(
    generation: Generation, metric: str, low: float, high: float, units: int, theirs: float | None, expected: str | None
) -> None:
    ours = Share(catalogue(generation).metric(metric), units, (low + high) / 2, Interval(low, high))
    assert peers.standing(ours, theirs) == expected


def rows(*given: dict[str, object]) -> pl.DataFrame:
    blank: dict[str, object] = dict.fromkeys(SCHEMA)
    return pl.DataFrame([blank | {"metric": "m", "label": "On-time rate"} | each for each in given], schema=SCHEMA)


SHOWN = {"ours": 0.8, "low": 0.7, "high": 0.9, "our_units": 60, "theirs": 0.6, "their_units": 90, "peers": 7}
BETTER = SHOWN | {"standing": "better"}
WORSE = SHOWN | {"theirs": 0.95, "standing": "worse"}
ALIKE = SHOWN | {"theirs": 0.85, "standing": "not told apart"}
FEW_OF_OURS = SHOWN | {"our_units": 3, "standing": None}
HIDDEN_ROW = SHOWN | {"theirs": None, "their_units": None, "peers": None, "hidden": HIDDEN["too few employers"]}


@pytest.mark.parametrize(
    ("given", "title"),
    [
        ([], "Too few other employers to compare with"),
        ([HIDDEN_ROW], "Too few other employers to compare with"),
        ([FEW_OF_OURS, HIDDEN_ROW], "Too few of your own to compare yet"),
        ([ALIKE], "You cannot be told from the others in 1 rate"),
        ([BETTER, WORSE, ALIKE, HIDDEN_ROW], "Against the others, you are better in 1 and worse in 1 of 3 rates"),
    ],
)
def test_the_finding_is_right_for_every_state(given: list[dict[str, object]], title: str) -> None:
    assert findings.benchmarks(rows(*given)).title == title


def test_the_summary_says_each_pair_and_why_one_is_not_there() -> None:
    summary = findings.benchmarks(rows(BETTER, HIDDEN_ROW, FEW_OF_OURS)).summary
    assert "On-time rate 80.0 % against 60.0 % of 7 others, better" in summary
    assert "On-time rate 80.0 %, others: fewer than 5 other employers" in summary
    assert "too few of ours to say" in summary


def test_the_finding_of_published_figures_says_how_they_are_counted(employer: ScopeOf) -> None:
    found = findings.published(peers.published(employer()))
    assert found.title == "Published figures are means over employers; ours are pooled"
    assert "NACE" in found.summary


@pytest.mark.parametrize("mode", ["light", "dark"])
def test_the_chart_shows_the_others_only_where_they_may_be_shown(mode: str) -> None:
    nothing_of_ours = {"hidden": HIDDEN["would tell of others"], "our_units": 0}
    drawn = charts.benchmarks(rows(BETTER, HIDDEN_ROW, nothing_of_ours), mode)  # type: ignore[arg-type]
    ours, theirs = drawn.data
    assert (list(ours.x), list(theirs.x)) == ([0.8, 0.8], [0.6])
    assert (list(ours.y), list(theirs.y)) == ([0, 1], [0])
    words = " ".join(note.text for note in drawn.layout.annotations)
    assert "60.0 %, 7 others" in words
    assert "fewer than 5 other<br>employers" in words
    assert "withheld to protect" in words
