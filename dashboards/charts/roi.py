"""Charts of the ROI page: distribution, tornado, lift of being chosen."""

import plotly.graph_objects as go
import polars as pl

from dashboards.charts.style import PALETTES, Mode, figure, upright, written
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
    ends = [*bins["low"].to_list(), *bins["high"].to_list(), 0.0]
    spare = (max(ends) - min(ends)) * 0.05
    span = (min(ends) - spare, max(ends) + spare)
    lines = (
        (0.0, "break-even", colours.soft_ink),
        (found.median, f"<b>median {found.median:+.0%}</b>", colours.ink),
        ((found.low + found.high) / 2, f"80 % of draws: {found.low:+.0%} to {found.high:+.0%}", colours.soft_ink),
    )
    above = {"yref": "paper", "yanchor": "bottom"}
    band = {"type": "rect", "x0": found.low, "x1": found.high, "y0": 0, "y1": 1, "yref": "paper", "layer": "below"}
    shade = {"fillcolor": colours.ink, "opacity": 0.07, "line": {"width": 0}}
    return drawn.update_layout(
        annotations=[
            written(words, place, 1, ink, **above, yshift=2 + 17 * row, xanchor=_anchor(place, span))
            for row, (place, words, ink) in enumerate(lines)
        ],
        shapes=[band | shade, upright(0, colours.ink, 1.5), upright(found.median, colours.soft_ink, 1.5, "dot")],
        xaxis={"tickformat": "+.0%", "title": {"text": "ROI"}, "range": span, "nticks": 7},
        yaxis={"visible": False},
        bargap=0.04,
        margin={"t": 58, "b": 40},
    )


def _anchor(place: float, span: tuple[float, float]) -> str:
    """Return how a label is tied to a place so that it stays within the plot."""
    share = (place - span[0]) / (span[1] - span[0])
    return "left" if share < 0.25 else "right" if share > 0.75 else "center"


def tornado(swings: pl.DataFrame, mode: Mode) -> go.Figure:
    """Draw what each input does to ROI from the low to the high end of its range, widest first."""
    colours = PALETTES[mode]
    drawn = figure(mode, ROW * swings.height + 40)
    centre = _between(swings)
    for end, text in (("at_low", "low_text"), ("at_high", "high_text")):
        ends = swings[end].to_list()
        drawn.add_trace(
            go.Bar(
                y=list(range(swings.height)),
                x=[each - centre for each in ends],
                base=centre,
                orientation="h",
                marker={"color": [colours.accent if each > centre else colours.neutral for each in ends]},
                customdata=list(zip(swings["input"].to_list(), swings[text].to_list(), ends, strict=True)),
                hovertemplate="%{customdata[0]} at %{customdata[1]}: ROI %{customdata[2]:+.0%}<extra></extra>",
            )
        )
    words = []
    for place, row in enumerate(swings.iter_rows(named=True)):
        span = f"<b>{row['input']}</b>  {row['low_text']} to {row['high_text']}"
        above = {"xref": "paper", "yanchor": "middle", "bgcolor": colours.paper}
        words.append(written(span, 0, place - 0.46, colours.ink, **above))
        for each in (row["at_low"], row["at_high"]):
            side = {"xanchor": "left", "xshift": 4} if each > centre else {"xanchor": "right", "xshift": -4}
            words.append(written(f"{each:+.0%}", each, place, colours.ink, **side))
    ends = [*swings["at_low"].to_list(), *swings["at_high"].to_list()]
    spare = max(max(ends) - min(ends), 0.01) * 0.2
    reach = (min(ends) - spare, max(ends) + spare)
    zero = [upright(0, colours.ink, 1.5)] if reach[0] <= 0 <= reach[1] else []
    return drawn.update_layout(
        annotations=words,
        shapes=[upright(centre, colours.soft_ink, 1, "dot"), *zero],
        xaxis={"tickformat": "+.0%", "title": {"text": "ROI"}, "range": reach, "nticks": 6},
        yaxis={"visible": False, "range": [swings.height - 0.5, -0.75]},
        barmode="overlay",
        bargap=0.62,
        margin={"b": 40},
    )


def _between(swings: pl.DataFrame) -> float:
    """Return ROI with every input at its centre: the one value that lies within all bars."""
    lows = swings.select(pl.min_horizontal("at_low", "at_high").max()).item()
    highs = swings.select(pl.max_horizontal("at_low", "at_high").min()).item()
    return float((lows + highs) / 2)


def lift(rates: pl.DataFrame, mode: Mode) -> go.Figure:
    """Draw how often the chosen were hired against what would have happened, with the interval of the latter."""
    colours = PALETTES[mode]
    drawn = figure(mode, 2 * ROW + 76)
    shares, low, high = (rates[name].to_list() for name in ("share", "low", "high"))
    ends = {
        "type": "data",
        "symmetric": False,
        "array": [None if end is None else end - share for share, end in zip(shares, high, strict=True)],
        "arrayminus": [None if end is None else share - end for share, end in zip(shares, low, strict=True)],
        "color": colours.ink,
        "thickness": 1.5,
        "width": 5,
    }
    drawn.add_trace(
        go.Bar(
            y=list(range(rates.height)),
            x=shares,
            orientation="h",
            marker={"color": [colours.host, colours.neutral]},
            error_x=ends,
            customdata=rates["who"].to_list(),
            hovertemplate="%{customdata}: %{x:.1%}<extra></extra>",
        )
    )
    above = {"xref": "paper", "yanchor": "middle", "bgcolor": colours.paper}
    least = min([0.0, *rates["low"].drop_nulls().to_list(), *shares])
    most = max([0.01, *rates["high"].drop_nulls().to_list(), *shares])
    title = {"text": "hired within a year"}
    return drawn.update_layout(
        annotations=[
            written(f"<b>{row['share']:.1%}</b>  {row['who']}", 0, place - 0.46, colours.ink, **above)
            for place, row in enumerate(rates.iter_rows(named=True))
        ],
        shapes=[upright(0, colours.ink)] if least < 0 else [],
        xaxis={"tickformat": ".0%", "range": [least * 1.05, most * 1.05], "nticks": 6, "title": title},
        yaxis={"visible": False, "range": [1.5, -0.75]},
        bargap=0.6,
        margin={"b": 40},
    )
