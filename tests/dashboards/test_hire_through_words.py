"""The Hire-through pages in words and in charts: findings right for every state, traces that hold the figures."""

from datetime import date

import plotly.graph_objects as go
import polars as pl
import pytest

from dashboards.charts import coverage as coverage_charts
from dashboards.charts import hiring as hiring_charts
from dashboards.charts import outcomes as outcome_charts
from dashboards.charts import retention as retention_charts
from dashboards.charts.style import HATCH, Mode
from dashboards.findings import coverage, hiring, outcomes, retention
from dashboards.slices.coverage import TERM_SCHEMA
from dashboards.slices.outcome_groups import GROUP_SCHEMA
from dashboards.slices.outcomes import Incidence

MODES: list[Mode] = ["light", "dark"]
NAMES = ["6 months", "12 months", "24 months"]


def terms(*rows: tuple[object, ...]) -> pl.DataFrame:
    return pl.DataFrame(list(rows), schema=TERM_SCHEMA, orient="row")


OVER = ("Fall 2023", 40, 40, 4, 0, True, 0.1, 0.04, 0.23)
LATER = ("Fall 2024", 50, 50, 3, 0, True, 0.06, 0.02, 0.16)
FEW = ("Summer 2022", 3, 3, 1, 0, True, None, None, None)
WATCHED = ("Fall 2025", 30, 0, 3, 30, False, 0.1, None, None)
NONE_YET = ("Spring 2026", 30, 0, 0, 30, False, 0.0, None, None)


def test_terms_that_are_over_are_said_and_the_watched_counted() -> None:
    found = coverage.by_term(terms(FEW, OVER, LATER, WATCHED, NONE_YET), "12 months")
    assert found.title == (
        "6.0 % to 10.0 % of a term are hired within 12 months, with intervals that overlap; 2 terms are still watched"
    )
    assert "Fall 2025: 10.0 % so far, still watching 30 of 30" in found.summary


@pytest.mark.parametrize(
    ("rows", "title"),
    [
        ((), "No term has 12 months behind it and 10 completers yet"),
        ((FEW,), "No term has 12 months behind it and 10 completers yet"),
        ((WATCHED,), "No term has 12 months behind it and 10 completers yet; 1 term is still watched"),
        ((OVER,), "Fall 2023: 10.0 % hired within 12 months"),
    ],
)
def test_terms_of_every_state_are_said(rows: tuple[tuple[object, ...], ...], title: str) -> None:
    assert coverage.by_term(terms(*rows), "12 months").title == title


def test_terms_without_a_hire_are_said_to_have_none() -> None:
    none = (0.0, 0.0, 0.1)
    found = coverage.by_term(terms((*OVER[:6], *none), (*LATER[:6], *none)), "6 months")
    assert found.title == "No term that is over has a hire within 6 months"


def test_terms_whose_intervals_part_are_not_said_to_overlap() -> None:
    apart = ("Fall 2024", 500, 500, 200, 0, True, 0.4, 0.36, 0.44)
    assert "overlap" not in coverage.by_term(terms(OVER, apart), "12 months").title


BOUNDS = pl.DataFrame(
    {
        "term": ["Fall 2023", "Spring 2024"],
        "due": [100, 100],
        "unknown": [10, 30],
        "coverage_share": [0.9, 0.7],
        "low": [0.05, 0.1],
        "value": [0.06, None],
        "high": [0.15, 0.4],
    }
)


def test_the_bounds_of_all_terms_are_weighed_by_their_pairs() -> None:
    found = coverage.bounds(BOUNDS)
    assert found.title == (
        "Outcomes are known of 80 %; whatever became of the rest, 7.5 % to 27.5 % were hired within a year"
    )
    assert "Spring 2024: 10.0 % to 40.0 %" in found.summary


def test_bounds_without_an_unknown_or_without_a_term_are_said() -> None:
    known = BOUNDS.head(1).with_columns(unknown=pl.lit(0), high=pl.col("low"))
    assert coverage.bounds(known).title == "Every outcome is known: 5.0 % were hired within a year"
    assert coverage.bounds(BOUNDS.clear()).title == "No term's year is over yet"


def reading(host: float, low: float | None, high: float | None, day: int = 365) -> Incidence:
    return Incidence(day, host, low, high, 0.3, 40)


def test_nobody_hired_is_said_and_that_there_is_no_band() -> None:
    found = outcomes.curve([None, reading(0.0, None, None), None], NAMES, "Hosts")
    assert found.title == "Hosts have hired no completer within 12 months; 30 % start elsewhere first"
    assert "There is no band" in found.summary


def test_no_completers_are_said_to_be_none() -> None:
    meters = pl.DataFrame({"window": NAMES, "mature": [0] * 3, "waiting": [0] * 3, "share": [None] * 3})
    assert outcomes.maturity(meters).title == "There are no completers to watch"
    assert outcomes.standing(pl.DataFrame(schema={"window": pl.String})).title.startswith("Too few")


def groups(*rows: tuple[object, ...]) -> pl.DataFrame:
    return pl.DataFrame(list(rows), schema=GROUP_SCHEMA, orient="row")


def test_groups_without_a_hire_or_without_a_whole_are_said() -> None:
    none = groups(("Sales", 40, 30, 0.0, None, None))
    assert outcomes.groups(none, "Category", 0.0).title == "Nobody hired yet in any category that can be read"
    some = groups(("Sales", 40, 30, 0.1, 0.05, 0.2))
    assert outcomes.groups(some, "Category", None).title == "By category; the whole cannot be read at 12 months yet"


def stayed(*rows: tuple[str, float | None, float | None, float | None]) -> pl.DataFrame:
    kinds = {"came_by": pl.String, "at_risk": pl.Int64, "value": pl.Float64, "low": pl.Float64, "high": pl.Float64}
    full = [(way, None if value is None else 20, value, low, high) for way, value, low, high in rows]
    return pl.DataFrame(full, schema=kinds, orient="row")


OURS, THEIRS = ("micro-internship", 0.8, 0.7, 0.9), ("neither", 0.5, 0.4, 0.6)


def test_retention_is_compared_and_overlap_is_said() -> None:
    found = retention.curves(stayed(OURS, ("other intern", None, None, None), THEIRS))
    assert found.title == "80.0 % of hires by micro-internship stay a year, 50.0 % of those without an internship"
    assert "Fewer than 10 watched for a year: another internship" in found.summary
    near = retention.curves(stayed(OURS, ("neither", 0.7, 0.6, 0.75)))
    assert near.title.endswith("; the bands overlap")
    unbanded = retention.curves(stayed(("micro-internship", 1.0, None, None), THEIRS))
    assert unbanded.title.endswith("; the bands overlap")


def test_retention_of_one_way_or_of_none_is_said() -> None:
    assert retention.curves(stayed(THEIRS)).title == "50.0 % of hires by way of neither stay a year"
    assert retention.curves(stayed()).title == "Too few hires have been watched for a year to say who stays"


HIRES = pl.DataFrame(
    {
        "month": [date(2026, 5, 1)] * 3 + [date(2026, 6, 1)] * 3,
        "came_by": ["micro-internship", "other intern", "neither"] * 2,
        "hires": [1, 0, 2, 3, 1, 0],
    }
)
OFFERS = pl.DataFrame(
    {
        "month": [date(2026, 6, 1)] * 3,
        "answer": ["accepted", "declined", "open"],
        "offers": [6, 2, 4],
    }
)


def test_hires_and_offers_are_said_of_the_months_that_they_fall_in() -> None:
    assert hiring.hires(HIRES).title == "7 hires in the 2 months to June 2026, 4 of them by a micro-internship"
    assert hiring.offers(OFFERS).title == "12 offers in June 2026, 75 % of the answered accepted"
    waiting = OFFERS.filter(pl.col("answer") == "open")
    assert hiring.offers(waiting).title == "4 offers in June 2026"
    assert hiring.hires(HIRES.clear()).title == "Nobody has been hired yet"
    assert hiring.offers(OFFERS.clear()).title == "No offer has been sent yet"


def test_only_the_last_twelve_months_are_summed() -> None:
    old = HIRES.with_columns(month=pl.col("month").dt.offset_by("-2y"))
    later = [
        pl.DataFrame({"month": [date(2025, month, 1)], "came_by": ["neither"], "hires": [0]}) for month in range(3, 13)
    ]
    assert hiring.hires(pl.concat([old, *later, HIRES])).title.startswith("7 hires in the 12 months to June 2026")


def test_who_stopped_hiring_long_ago_is_not_said_to_have_hired_lately() -> None:
    """The year ends with the last month that has a hire, and is named; months without one are still months."""
    old = HIRES.with_columns(month=pl.col("month").dt.offset_by("-2y"))
    sparse = pl.concat([HIRES.head(3).with_columns(month=pl.lit(date(2023, 5, 1))), old])
    assert hiring.hires(sparse).title.startswith("7 hires in the 12 months to June 2024")


DAYS = pl.DataFrame(
    {
        "quarter": [date(2025, 4, 1), date(2026, 1, 1), date(2026, 4, 1)],
        "n": [20, 4, 30],
        "lower_quartile": [30.0, None, 33.0],
        "median": [39.0, None, 43.0],
        "upper_quartile": [52.0, None, 55.0],
    }
)


def test_days_to_hire_are_compared_with_the_quarter_a_year_before() -> None:
    assert hiring.days_to_hire(DAYS).title == (
        "Half of the hires of Q2 2026 took up to 43 days from application to hire; 39 a year before"
    )
    assert "a year before" not in hiring.days_to_hire(DAYS.tail(1)).title
    assert hiring.days_to_hire(DAYS.slice(1, 1)).title == "Too few hires to say how long hiring takes"


ANYWHERE = pl.DataFrame(
    {
        "day": [0, 200, 400],
        "at_risk_count": [12_345, 9_000, 20],
        "hired_incidence": [0.0, 0.3, 0.6],
        "hired_lower": [None, 0.2, 0.5],
        "hired_upper": [None, 0.4, 0.7],
    }
)


def test_starts_anywhere_are_said_at_the_last_window_that_is_drawn() -> None:
    assert hiring.anywhere(ANYWHERE).title == "30 % of persons start full-time somewhere within 12 months"
    assert hiring.anywhere(ANYWHERE.clear()).title == "Too few persons have been watched"
    assert hiring.anywhere(ANYWHERE.head(1)).title == "Nobody has been watched for six months yet"


def texts(figure: go.Figure) -> list[str]:
    return [annotation.text for annotation in figure.layout.annotations]


@pytest.mark.parametrize("mode", MODES)
def test_a_term_still_watched_is_hatched_without_an_interval(mode: Mode) -> None:
    figure = coverage_charts.by_term(terms(FEW, OVER, LATER, WATCHED, NONE_YET), mode)
    over, watched = figure.data
    assert (list(over.x), list(over.y)) == (["Fa<br>23", "Fa<br>24"], [0.1, 0.06])
    assert over.error_y.array == pytest.approx([0.13, 0.1])
    assert list(watched.y) == [0.1, 0.0]
    assert watched.marker.pattern.shape == HATCH
    assert watched.error_y.array is None
    assert "still watching" in watched.name.lower()
    assert texts(figure) == ["few", "0"]


@pytest.mark.parametrize("mode", MODES)
def test_the_bounds_span_what_the_unknown_leave_open(mode: Mode) -> None:
    span, point = coverage_charts.bounds(BOUNDS, mode).data
    assert list(span.base) == [0.05, 0.1]
    assert span.y == pytest.approx([0.1, 0.3])
    assert list(point.y) == [0.06, None]
    assert span.marker.pattern.shape == HATCH


@pytest.mark.parametrize("mode", MODES)
def test_retention_is_drawn_per_way_with_who_is_at_risk(mode: Mode) -> None:
    rows = pl.DataFrame(
        {
            "came_by": ["micro-internship"] * 2 + ["neither"] * 2,
            "day": [0, 400, 0, 200],
            "at_risk_count": [63, 12, 19_600, 40],
            "retained_share": [1.0, 0.8, 1.0, 0.7],
            "retained_lower": [None, 0.6, None, 0.5],
            "retained_upper": [None, 0.9, None, 0.8],
        }
    )
    figure = retention_charts.curves(rows, mode)
    assert [trace.name for trace in figure.data if trace.name] == ["Micro-internship", "Neither"]
    assert list(figure.data[-2].y) == [1.0, 0.8]
    assert list(figure.data[0].y) == [0.9]
    first, second = figure.layout.xaxis.ticktext
    assert ">63<" in first
    assert ">20k<" in first
    assert ">12<" in second
    assert "><" in second, "the shorter curve has nobody at risk after a year"


@pytest.mark.parametrize("mode", MODES)
def test_the_activity_s_charts_hold_the_counts(mode: Mode) -> None:
    assert [list(trace.y) for trace in hiring_charts.hires(HIRES, mode).data] == [[1, 3], [0, 1], [2, 0]]
    accepted, declined, waiting = hiring_charts.offers(OFFERS, mode).data
    assert [list(trace.y) for trace in (accepted, declined, waiting)] == [[6], [2], [4]]
    assert waiting.marker.pattern.shape == HATCH
    half, median = hiring_charts.days_to_hire(DAYS, mode).data
    assert (list(half.base), list(half.y), list(median.y)) == ([30.0, 33.0], [22.0, 22.0], [39.0, 43.0])
    assert list(median.x) == ["Q2<br>25", "Q2<br>26"]


@pytest.mark.parametrize("mode", MODES)
def test_many_at_risk_are_written_in_thousands(mode: Mode) -> None:
    figure = hiring_charts.anywhere(ANYWHERE, mode)
    assert figure.layout.xaxis.ticktext[0] == "0<br>12k"
    assert list(figure.data[-1].y) == [0.0, 0.3, 0.6]
    assert outcome_charts.at_risk_text(ANYWHERE, 150) == "9,000"
    assert outcome_charts.at_risk_text(ANYWHERE, 500) == ""


def test_the_maturity_meter_of_a_large_cohort_fits_its_label() -> None:
    meters = pl.DataFrame({"window": ["6 months"], "mature": [191_350], "waiting": [234_000], "share": [0.45]})
    assert texts(outcome_charts.maturity(meters, "light")) == ["<b>45 %</b>  191k of 425k"]
