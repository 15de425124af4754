"""Charts of the ROI and Planner pages: what is drawn is what the frame says, in both modes."""

from typing import get_args

import numpy as np
import polars as pl
import pytest

from dashboards.charts import hires, planner, roi
from dashboards.charts.style import Mode
from dashboards.economics.roi import Distribution

MODES = get_args(Mode)


def texts(drawn: object) -> str:
    return " ".join(str(each.text) for each in drawn.layout.annotations)  # type: ignore[attr-defined]


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("median", [-0.3, 0.4])
def test_the_distribution_has_its_bins_zero_median_and_band(mode: Mode, median: float) -> None:
    bins = pl.DataFrame({"low": [-0.2, 0.0, 0.2], "high": [0.0, 0.2, 0.4], "draws": [3, 5, 2]})
    drawn = roi.distribution(bins, Distribution(median, -0.6, 0.9, 0.4, np.zeros(1)), mode)
    assert list(drawn.data[0].y) == [3, 5, 2]
    colours = drawn.data[0].marker.color
    assert colours[0] != colours[1] == colours[2]
    assert "80 % of draws: -60% to +90%" in texts(drawn)
    assert f"median {median:+.0%}" in texts(drawn)
    assert {line.x0 for line in drawn.layout.shapes} >= {0, median, -0.6}


@pytest.mark.parametrize("mode", MODES)
def test_a_swing_reaches_from_one_end_to_the_other(mode: Mode) -> None:
    swings = pl.DataFrame(
        [("Lift", -0.5, 0.4, "2 %", "11 %"), ("Pay", -0.1, -0.3, "$1", "$2")],
        schema=["input", "at_low", "at_high", "low_text", "high_text"],
        orient="row",
    )
    drawn = roi.tornado(swings, mode)
    ends = [[each.base + reach for reach in each.x] for each in drawn.data]
    assert ends == [pytest.approx([-0.5, -0.1]), pytest.approx([0.4, -0.3])]
    assert all(words in texts(drawn) for words in ("-50%", "+40%", "<b>Pay</b>", "$1 to $2"))


@pytest.mark.parametrize("mode", MODES)
def test_the_lift_s_interval_is_around_what_would_have_happened(mode: Mode) -> None:
    rates = pl.DataFrame(
        {
            "who": ["The chosen", "Otherwise"],
            "share": [0.09, 0.03],
            "low": [None, -0.01],
            "high": [None, 0.07],
            "persons": [170, 900],
        }
    )
    drawn = roi.lift(rates, mode)
    assert list(drawn.data[0].x) == [0.09, 0.03]
    assert drawn.data[0].error_x.array[0] is None
    assert drawn.data[0].error_x.array[1] == pytest.approx(0.04)
    assert drawn.data[0].error_x.arrayminus[1] == pytest.approx(0.04)


@pytest.mark.parametrize("mode", MODES)
def test_the_strip_has_one_labelled_bar_per_rule(mode: Mode) -> None:
    counts = pl.DataFrame(
        {
            "rule": ["Any time", "This employer", "12 months", "Linear"],
            "kind": ["ultimate parent", "strict host", "influenced", "credit"],
            "hires": [9.0, 7.0, None, 4.0],
        }
    )
    drawn = hires.attribution(counts, mode)
    assert list(drawn.data[0].x) == [9, 7, 0, 4]
    assert all(words in texts(drawn) for words in ("This employer", "<b>9</b>", "<b>4</b>"))


@pytest.mark.parametrize("mode", MODES)
def test_credit_has_three_dots_per_category(mode: Mode) -> None:
    shares = pl.DataFrame({"category": ["Sales", "HR"], "first": [3.0, 1.0], "last": [1.0, 2.0], "linear": [2.5, 1.5]})
    drawn = hires.credit(shares, mode)
    assert {each.name: list(each.x) for each in drawn.data} == {
        "First touch": [3, 1],
        "Last touch": [1, 2],
        "Linear": [2.5, 1.5],
    }
    assert [(line.x0, line.x1) for line in drawn.layout.shapes] == [(1, 3), (1, 2)]


@pytest.mark.parametrize("mode", MODES)
def test_attrition_that_is_not_known_has_its_words_alone(mode: Mode) -> None:
    groups = pl.DataFrame(
        {
            "came_by": ["Ours", "Others", "None", "All"],
            "leavers": [0, 4, 1, 5],
            "hires": [0, 8, 2, 10],
            "share": [None, 0.5, 0.5, 0.5],
            "low": [None, 0.2, 0.1, 0.3],
            "high": [None, 0.8, 0.9, 0.7],
        }
    )
    drawn = hires.attrition(groups, mode)
    assert list(drawn.data[0].y) == [1, 2, 3]
    assert [(line.x0, line.x1) for line in drawn.layout.shapes] == [(0.2, 0.8), (0.1, 0.9), (0.3, 0.7)]
    assert "0 of 0" in texts(drawn)
    assert "<b>50%</b>  4 of 8" in texts(drawn)


@pytest.mark.parametrize("mode", MODES)
def test_the_audition_draws_the_rating_alone_and_words_beside_the_rest(mode: Mode) -> None:
    signals = pl.DataFrame(
        {
            "predictor": ["Project rating", "GPA band", "School type"],
            "hires": [20, None, None],
            "c": [0.61, None, None],
            "low": [0.4, None, None],
            "high": [0.75, None, None],
            "rating_is": [None, "better", "too few"],
        }
    )
    drawn = hires.audition(signals, mode)
    assert list(drawn.data[0].x) == [0.61]
    for said in ("<b>0.61</b>  20 hires", "the rating is surely better", "too few hires to compare"):
        assert said in texts(drawn)
    nobody = signals.with_columns(pl.lit(None).alias("hires"), pl.lit(None, pl.Float64).alias("c"))
    assert "too few hires" in texts(hires.audition(nobody, mode))


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("is_share", [True, False])
def test_calibration_has_intervals_where_the_outcome_is_a_share(mode: Mode, is_share: bool) -> None:
    ends = {"low": [0.3, 0.5], "high": [0.7, 0.9]} if is_share else {"low": [None, None], "high": [None, None]}
    bins = pl.DataFrame({"rating": [3.5, 4.5], "hires": [6, 7], "outcome_mean": [0.5, 0.7], **ends})
    drawn = hires.calibration(bins, "staying", mode)
    assert list(drawn.data[0].y) == [0.5, 0.7]
    assert (drawn.data[0].error_y.array is not None) == is_share
    assert "n 6" in texts(drawn)


@pytest.mark.parametrize("mode", MODES)
def test_the_margin_s_marks_are_named(mode: Mode) -> None:
    curve = pl.DataFrame({"completers": [10, 50, 200], "margin": [0.2, 0.08, 0.04]})
    marks = pl.DataFrame({"word": ["now", "target"], "completers": [40, 141], "margin": [0.09, 0.05]})
    drawn = planner.margin(curve, marks, mode)
    assert list(drawn.data[0].y) == [0.2, 0.08, 0.04]
    assert list(zip(drawn.data[1].x, drawn.data[1].y, strict=True)) == [(40, 0.09), (141, 0.05)]
    assert "± 5.0 points" in texts(drawn)
