"""Charts of the ROI page: distribution, tornado, lift of being chosen."""

import plotly.graph_objects as go
import polars as pl

from dashboards.charts.style import PALETTES, Mode, figure, label
from dashboards.economics.roi import Distribution

ROW = 52


def distribution(bins: pl.DataFrame, found: Distribution, mode: Mode) -> go.Figure:
    """Draw the draws of ROI, those above zero in the accent, with zero, the median and the 80 % band labelled."""
    colours = PALETTES[mode]
    drawn = figure(mode, 300)
    middles = ((bins["low"] + bins["high"]) / 2).to_list()
    drawn.add_trace(
        go.Bar(
            x=middles,
            y=bins["draws"].to_list(),
            width=(bins["high"] - bins["low"]).to_list(),
            marker={"color": [colours.accent if each > 0 else colours.neutral for each in middles], "line_width": 0},
            hovertemplate="ROI about %{x:.0%}: %{y:,} draws<extra></extra>",
        )
    )
    drawn.add_vrect(x0=found.low, x1=found.high, fillcolor=colours.ink, opacity=0.07, line_width=0, layer="below")
    drawn.add_vline(x=0, line={"color": colours.ink, "width": 1.5})
    drawn.add_vline(x=found.median, line={"color": colours.soft_ink, "width": 1.5, "dash": "dot"})
    ends = [*bins["low"].to_list(), *bins["high"].to_list(), 0.0]
    spare = (max(ends) - min(ends)) * 0.05
    span = (min(ends) - spare, max(ends) + spare)
    lines = (
        (0.0, "break-even", colours.soft_ink),
        (found.median, f"<b>median {found.median:+.0%}</b>", colours.ink),
        ((found.low + found.high) / 2, f"80 % of draws: {found.low:+.0%} to {found.high:+.0%}", colours.soft_ink),
    )
    for row, (place, words, ink) in enumerate(lines):
        above = {"yref": "paper", "yanchor": "bottom", "yshift": 2 + 17 * row}
        label(drawn, words, place, 1, ink, **above, xanchor=_anchor(place, span))
    drawn.update_xaxes(tickformat="+.0%", title="ROI", range=span, nticks=7)
    drawn.update_yaxes(visible=False)
    return drawn.update_layout(bargap=0.04, margin={"t": 58, "b": 40})


def _anchor(place: float, span: tuple[float, float]) -> str:
    """Return how a label is tied to a place so that it stays within the plot."""
    share = (place - span[0]) / (span[1] - span[0])
    return "left" if share < 0.25 else "right" if share > 0.75 else "center"


def tornado(swings: pl.DataFrame, mode: Mode) -> go.Figure:
    """Draw what each input does to ROI from the low to the high end of its range, widest first."""
    colours = PALETTES[mode]
    drawn = figure(mode, ROW * swings.height + 40)
    centre = _between(swings)
    for place, row in enumerate(swings.iter_rows(named=True)):
        for end, text in (("at_low", row["low_text"]), ("at_high", row["high_text"])):
            drawn.add_trace(
                go.Bar(
                    y=[place],
                    x=[row[end] - centre],
                    base=centre,
                    orientation="h",
                    marker={"color": colours.accent if row[end] > centre else colours.neutral},
                    customdata=[row[end]],
                    hovertemplate=f"{row['input']} at {text}: ROI %{{customdata:+.0%}}<extra></extra>",
                )
            )
            is_right = row[end] > centre
            label(
                drawn,
                f"{row[end]:+.0%}",
                row[end],
                place,
                colours.ink,
                xanchor="left" if is_right else "right",
                xshift=4 if is_right else -4,
            )
        span = f"<b>{row['input']}</b>  {row['low_text']} to {row['high_text']}"
        label(drawn, span, 0, place - 0.46, colours.ink, xref="paper", yanchor="middle", bgcolor=colours.paper)
    ends = [*swings["at_low"].to_list(), *swings["at_high"].to_list()]
    spare = max(max(ends) - min(ends), 0.01) * 0.2
    drawn.add_vline(x=centre, line={"color": colours.soft_ink, "width": 1, "dash": "dot"})
    if min(ends) - spare <= 0 <= max(ends) + spare:
        drawn.add_vline(x=0, line={"color": colours.ink, "width": 1.5})
    drawn.update_xaxes(tickformat="+.0%", title="ROI", range=[min(ends) - spare, max(ends) + spare], nticks=6)
    drawn.update_yaxes(visible=False, range=[swings.height - 0.5, -0.75])
    return drawn.update_layout(barmode="overlay", bargap=0.62, margin={"b": 40})


def _between(swings: pl.DataFrame) -> float:
    """Return ROI with every input at its centre: the one value that lies within all bars."""
    lows = swings.select(pl.min_horizontal("at_low", "at_high").max()).item()
    highs = swings.select(pl.max_horizontal("at_low", "at_high").min()).item()
    return float((lows + highs) / 2)


def lift(rates: pl.DataFrame, mode: Mode) -> go.Figure:
    """Draw how often the chosen were hired against what would have happened, with the interval of the latter."""
    colours = PALETTES[mode]
    drawn = figure(mode, 2 * ROW + 76)
    for place, (row, colour) in enumerate(
        zip(rates.iter_rows(named=True), (colours.host, colours.neutral), strict=True)
    ):
        ends = None
        if row["low"] is not None:
            ends = {
                "type": "data",
                "symmetric": False,
                "array": [row["high"] - row["share"]],
                "arrayminus": [row["share"] - row["low"]],
                "color": colours.ink,
                "thickness": 1.5,
                "width": 5,
            }
        drawn.add_trace(
            go.Bar(
                y=[place],
                x=[row["share"]],
                orientation="h",
                marker={"color": colour},
                error_x=ends,
                hovertemplate=f"{row['who']}: %{{x:.1%}}<extra></extra>",
            )
        )
        words = f"<b>{row['share']:.1%}</b>  {row['who']}"
        label(drawn, words, 0, place - 0.46, colours.ink, xref="paper", yanchor="middle", bgcolor=colours.paper)
    low = min([0.0, *rates["low"].drop_nulls().to_list(), *rates["share"].to_list()])
    high = max([0.01, *rates["high"].drop_nulls().to_list(), *rates["share"].to_list()])
    drawn.update_xaxes(tickformat=".0%", range=[low * 1.05, high * 1.05], nticks=6, title="hired within a year")
    drawn.update_yaxes(visible=False, range=[1.5, -0.75])
    if low < 0:
        drawn.add_vline(x=0, line={"color": colours.ink, "width": 1})
    return drawn.update_layout(bargap=0.6, margin={"b": 40})
