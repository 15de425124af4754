"""Each chart on a hand-made frame, in both modes: what is drawn is what the frame says."""

from datetime import date, datetime

import plotly.graph_objects as go
import polars as pl
import pytest

from dashboards.charts import health, market, outcomes, pipeline, supply
from dashboards.charts.style import PALETTES, Mode
from dashboards.slices.applications import STAGES, staircase

MODES: list[Mode] = ["light", "dark"]
COUNTED = pl.DataFrame({"rank": [1, 1, 2, 6], "is_open": [True, False, False, False], "count": [5, 10, 4, 3]})
CURVE = pl.DataFrame(
    {
        "day": [0, 100, 400],
        "at_risk_count": [50, 50, 20],
        "host_incidence": [0.0, 0.05, 0.1],
        "host_lower": [None, None, 0.04],
        "host_upper": [None, None, 0.2],
        "elsewhere_incidence": [0.0, 0.2, 0.4],
    }
)
GROUPS = pl.DataFrame(
    {
        "group": ["Sales", "HR", "IT"],
        "pairs": [90, 30, 4],
        "at_risk": [50, 20, None],
        "value": [0.2, 0.0, None],
        "low": [0.15, None, None],
        "high": [0.27, None, None],
    }
)


def texts(figure: go.Figure) -> list[str]:
    return [annotation.text for annotation in figure.layout.annotations]


@pytest.mark.parametrize("mode", MODES)
def test_the_funnel_labels_each_count_and_hatches_the_open(mode: Mode) -> None:
    figure = pipeline.funnel(staircase(COUNTED, STAGES), mode)
    reached, moved_on, still_open, _ = figure.data
    assert list(reached.x) == [22, 7, 3, 3, 3, 3]
    assert reached.text[0] == "22"
    assert reached.text[1].startswith("7 ")
    assert still_open.marker.pattern.shape == "/"
    assert moved_on.marker.color == PALETTES[mode].accent
    assert list(still_open.customdata) == [5, 0, 0, 0, 0, None]


@pytest.mark.parametrize("mode", MODES)
def test_the_flow_s_links_carry_the_counts(mode: Mode) -> None:
    flows = pl.DataFrame({"source": ["Applied", "Applied"], "target": ["Shortlisted", "Still open"], "count": [7, 3]})
    sankey = pipeline.flow(flows, mode).data[0]
    assert list(sankey.link.value) == [7, 3]
    assert list(sankey.node.label) == ["Applied  10", "Shortlisted  7", "Still open  3"]


@pytest.mark.parametrize("mode", MODES)
def test_stage_times_leave_out_a_step_that_nobody_took(mode: Mode) -> None:
    times = pl.DataFrame(
        {
            "step": ["Applied to shortlisted", "Shortlisted to selected"],
            "n": [10, 0],
            "lower_quartile": [1.0, None],
            "median": [2.0, None],
            "upper_quartile": [4.0, None],
            "ninth_decile": [9.0, None],
        }
    )
    figure = pipeline.stage_times(times, mode)
    assert list(figure.data[0].y) == ["Applied to shortlisted"]
    assert list(figure.data[0].x) == [3.0]
    assert texts(figure) == ["<b>2.0 d</b>  90 % in 9"]


@pytest.mark.parametrize("mode", MODES)
def test_the_curve_shows_its_band_its_rival_and_who_is_at_risk(mode: Mode) -> None:
    figure = outcomes.incidence(CURVE, mode, "Hired by us")
    upper, lower, host, elsewhere = figure.data
    assert (host.line.color, elsewhere.line.color) == (PALETTES[mode].host, PALETTES[mode].elsewhere)
    assert lower.fill == "tonexty"
    assert list(upper.y)[-1] == 0.2
    assert list(upper.x) == list(lower.x) == [400], "no band before the first hire"
    assert any("50" in text for text in figure.layout.xaxis2.ticktext)


@pytest.mark.parametrize("mode", MODES)
def test_the_forest_names_groups_with_too_few_and_draws_no_band_where_there_is_none(mode: Mode) -> None:
    figure = outcomes.forest(GROUPS, 0.1, mode)
    without, banded = figure.data
    assert (list(without.customdata), list(without.y)) == (["HR"], [1])
    assert list(figure.layout.yaxis.ticktext) == ["Sales", "HR", "IT"]
    assert without.error_x.array is None
    assert banded.error_x.array == pytest.approx([0.07])
    assert "too few  n 4" in texts(figure)


@pytest.mark.parametrize("mode", MODES)
def test_the_maturity_meter_and_where_completers_stand_fill_their_bars(mode: Mode) -> None:
    meters = pl.DataFrame({"window": ["6 months"], "mature": [30], "waiting": [10], "share": [0.75]})
    done, waiting = outcomes.maturity(meters, mode).data
    assert list(done.x) + list(waiting.x) == [0.75, 0.25]
    standing = pl.DataFrame({"window": ["6 months"], "host": [0.1], "elsewhere": [0.3], "neither": [0.6]})
    assert sum(trace.x[0] for trace in outcomes.standing(standing, mode).data) == pytest.approx(1)


@pytest.mark.parametrize("mode", MODES)
def test_a_term_that_is_partly_immature_is_hollow(mode: Mode) -> None:
    by_term = pl.DataFrame(
        {
            "term": ["Fall 2025", "Spring 2026"],
            "fill_rate_14_days": [0.3, 0.2],
            "fill_rate_30_days": [0.5, None],
            "fill_rate_60_days": [0.6, None],
            "mature_share": [1.0, 0.4],
        }
    )
    sixty = market.fill(by_term, mode).data[0]
    assert list(sixty.marker.color) == [PALETTES[mode].soft_ink, PALETTES[mode].paper]
    assert list(sixty.x) == ["Fa<br>25", "Sp<br>26"]


@pytest.mark.parametrize("mode", MODES)
def test_supply_and_demand_orders_terms_by_time_and_categories_by_demand(mode: Mode) -> None:
    cells = pl.DataFrame(
        {
            "category": ["Sales", "HR", "Sales"],
            "term": ["Fall 2024", "Spring 2025", "Spring 2025"],
            "students": [10, 4, 6],
            "slots": [5, 1, 2],
            "students_per_slot": [2.0, 4.0, 3.0],
        }
    )
    grid = supply.supply_and_demand(cells, mode).data[0]
    assert list(grid.x) == ["Fa<br>24", "Sp<br>25"]
    assert list(grid.y) == ["HR", "Sales"]
    assert [list(row) for row in grid.text] == [["", "4"], ["2", "3"]]


@pytest.mark.parametrize("mode", MODES)
def test_market_charts_draw_what_the_frames_hold(mode: Mode) -> None:
    ends = pl.DataFrame({"term": ["Fall 2025"], "reason": ["Still open"], "projects": [3], "share": [1.0]})
    assert [len(trace.x or ()) for trace in market.ends(ends, mode).data] == [0, 1, 0, 0, 0]
    depth = pl.DataFrame({"applications": ["0", "1-4"], "projects": [1, 3], "share": [0.25, 0.75]})
    assert list(market.depth(depth, mode).data[0].text) == ["25 %", "75 %"]
    money = pl.DataFrame({"month": [date(2026, 1, 1)], "gmv_booked": [10.0], "gmv_recognised": [8.0]})
    assert [list(trace.y) for trace in market.money(money, mode).data] == [[10.0], [8.0]]
    largest = pl.DataFrame({"rank": [1], "host_name": ["Cedar"], "gmv_usd": [10.0], "share": [1.0]})
    assert list(market.concentration(largest, mode).data[0].y) == ["1  Cedar"]
    curve = pl.DataFrame({"day": [1, 40], "with_application": [0.6, 0.9], "closed_without": [0.0, 0.1]})
    assert list(market.first_application(curve, mode).data[0].x) == [1]


@pytest.mark.parametrize("mode", MODES)
def test_health_charts_draw_what_the_frames_hold(mode: Mode) -> None:
    loads = pl.DataFrame({"delivered_on": [date(2026, 1, 1)], "loaded": [9], "unchanged": [1], "quarantined": [2]})
    assert [list(trace.y) for trace in health.loads(loads.with_columns(erased=0), mode).data] == [[9], [1], [2]]
    assert [list(trace.y) for trace in health.loads(loads.with_columns(erased=3), mode).data] == [[9], [1], [2], [3]]
    quarantine = pl.DataFrame({"rule": ["orphan"], "quarantined": [2]})
    assert list(health.quarantine(quarantine, mode).data[0].text) == ["2"]
    checks = pl.DataFrame({"checked_at": [datetime(2026, 1, 1)], "passed": [8], "warned": [1], "failed": [0]})
    passed, warned, failed = health.checks(checks, mode).data
    assert [list(trace.y) for trace in (passed, warned, failed)] == [[8], [1], [0]]
