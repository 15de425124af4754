"""The Planner's controls: what is left empty is taken from own data, and the control says from where."""

import streamlit as st

from dashboards.economics.planner import Standing
from dashboards.slices.planning import RATES, Given, Start, standing


def rate_picker(labels: dict[str, str]) -> str:
    """Let the reader pick the rate that is to be known."""
    return st.selectbox(
        "Which rate", list(RATES), format_func=labels.__getitem__, key="plan_rate", bind="query-params", width=320
    )


def margin_input() -> float:
    """Let the reader set the margin, in points either way; return it as a share."""
    points = st.number_input(
        "Wanted margin (points either way)",
        1.0,
        25.0,
        5.0,
        1.0,
        format="%.1f",
        key="plan_margin",
        bind="query-params",
        width=240,
    )
    return points / 100


def standing_inputs(found: Start) -> tuple[Standing, float]:
    """Draw a control for each number that the plan starts from; return where we stand, and the comparison rate."""
    with st.container(key="assumption-grid"):
        rate = _share("Expected rate (%)", "plan_expected", found.rate, least=0.0)
        fill = _share("Fill rate within 60 days (%)", "plan_fill", found.fill_rate)
        completion = _share("Completion rate (%)", "plan_completion", found.completion_rate)
        cost = _given("Cost per completed project (USD)", "plan_cost_usd", found.cost_usd, 1.0, "%.0f", 50.0)
        base = _share("Rate to compare with (%)", "plan_compare", found.comparison_rate, least=0.0)
    return standing(found, rate, fill, completion, cost), base


def _share(label: str, key: str, given: Given, least: float = 1.0) -> float:
    return _given(label, key, given, 100.0, "%.1f", 1.0, least, 100.0)


def _given(
    label: str,
    key: str,
    given: Given,
    scale: float,
    form: str,
    step: float,
    least: float = 0.0,
    most: float | None = None,
) -> float:
    with st.container(key=f"assumption-{key}"):
        set_to = st.number_input(
            label,
            least,
            most,
            None,
            step,
            format=form,
            key=key,
            bind="query-params",
            placeholder=form % (given.value * scale),
        )
        mark = '<span class="tl-chip tl-changed">Changed</span> ' if set_to is not None else ""
        st.html(f'<p class="tl-assumption">{mark}Left empty: {given.origin}.</p>')
    return given.value if set_to is None else set_to / scale
