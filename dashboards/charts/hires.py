"""Charts of the hires on the ROI page: attribution strip, credit, attrition, audition, calibration."""

from collections.abc import Sequence
from itertools import pairwise

import plotly.graph_objects as go
import polars as pl

from dashboards.charts.style import PALETTES, Mode, Palette, figure, label, legend_above

ROW = 52
TRACKS = {"ultimate parent": "host", "strict host": "host", "influenced": "accent", "credit": "neutral"}
"""Kind of rule -> colour of meaning."""


def attribution(counts: pl.DataFrame, mode: Mode) -> go.Figure:
    """Draw the same count under each rule: one strip, each bar labelled, kinds of rules apart."""
    colours = PALETTES[mode]
    hues = {"host": colours.host, "accent": colours.accent, "neutral": colours.neutral}
    hires = [each or 0.0 for each in counts["hires"].to_list()]
    places = _places(counts["kind"].to_list())
    drawn = figure(mode, 34 * counts.height + 40)
    drawn.add_trace(
        go.Bar(
            y=places,
            x=hires,
            orientation="h",
            width=0.34,
            marker={"color": [hues[TRACKS[kind]] for kind in counts["kind"].to_list()]},
            customdata=counts["rule"].to_list(),
            hovertemplate="%{customdata}: %{x:,.0f} hires<extra></extra>",
        )
    )
    for place, rule, count in zip(places, counts["rule"].to_list(), hires, strict=True):
        label(drawn, rule, 0, place - 0.4, colours.soft_ink, xref="paper", yanchor="middle")
        label(drawn, f"<b>{count:,.0f}</b>", count, place, colours.ink, xshift=6)
    drawn.update_xaxes(visible=False, range=[0, max([*hires, 1.0]) * 1.12])
    drawn.update_yaxes(visible=False, range=[places[-1] + 0.4, -0.75])
    return drawn


def _places(kinds: Sequence[str]) -> list[float]:
    """Return a place for each bar, a quarter further where another kind of rule begins."""
    places = [0.0]
    for before, kind in pairwise(kinds):
        is_other = TRACKS[before] != TRACKS[kind]
        places.append(places[-1] + (1.3 if is_other else 1.0))
    return places


def credit(shares: pl.DataFrame, mode: Mode) -> go.Figure:
    """Draw the hires that each rule credits to each category: three dots on one line."""
    colours = PALETTES[mode]
    drawn = figure(mode, 34 * shares.height + 64)
    marks = (
        ("first", "First touch", "circle-open", colours.host),
        ("linear", "Linear", "diamond", colours.ink),
        ("last", "Last touch", "circle", colours.accent),
    )
    for place, row in enumerate(shares.iter_rows(named=True)):
        ends = [row[name] for name, *_ in marks]
        drawn.add_shape(
            type="line", x0=min(ends), x1=max(ends), y0=place, y1=place, line={"color": colours.neutral, "width": 3}
        )
    for name, word, symbol, colour in marks:
        drawn.add_trace(
            go.Scatter(
                x=shares[name].to_list(),
                y=list(range(shares.height)),
                customdata=shares["category"].to_list(),
                mode="markers",
                name=word,
                marker={"color": colour, "symbol": symbol, "size": 10, "line": {"color": colour, "width": 2}},
                hovertemplate="%{customdata}, " + word.lower() + ": %{x:,.1f} hires<extra></extra>",
                cliponaxis=False,
            )
        )
    drawn.update_yaxes(
        tickvals=list(range(shares.height)),
        ticktext=shares["category"].to_list(),
        range=[shares.height - 0.5, -0.5],
        tickfont={"color": colours.ink, "size": 12},
        showgrid=False,
    )
    most = max(max(shares[name].to_list()) for name, *_ in marks)
    drawn.update_xaxes(range=[-most * 0.04, most * 1.05], title="hires credited", nticks=6)
    return legend_above(drawn).update_layout(margin={"t": 34, "b": 40})


def attrition(groups: pl.DataFrame, mode: Mode) -> go.Figure:
    """Draw one-year attrition by how they came, with 95 % intervals."""
    colours = PALETTES[mode]
    hues = [colours.host, colours.neutral, colours.neutral, colours.soft_ink]
    rows = groups.with_columns(text=pl.format("{} of {}", "leavers", "hires"))
    return _forest(rows, "came_by", "share", hues, colours, mode, ".0%")


def audition(signals: pl.DataFrame, mode: Mode) -> go.Figure:
    """Draw how well each predictor orders the outcome, 0.5 as the line of a coin."""
    colours = PALETTES[mode]
    rows = signals.with_columns(
        text=pl.when(pl.col("hires").is_null()).then(pl.lit("too few hires")).otherwise(pl.format("{} hires", "hires"))
    )
    drawn = _forest(rows, "predictor", "c", [colours.accent, colours.neutral, colours.neutral], colours, mode, ".2f")
    ends = [0.4, 0.6, *(each for name in ("low", "high", "c") for each in signals[name].drop_nulls().to_list())]
    drawn.add_vline(x=0.5, line={"color": colours.soft_ink, "width": 1, "dash": "dot"})
    drawn.update_xaxes(range=[min(ends) - 0.05, max(ends) + 0.05], title="concordance; 0.5 is a coin")
    return drawn.update_layout(height=ROW * signals.height + 56, margin={"b": 40})


def _forest(
    rows: pl.DataFrame, name: str, value: str, hues: Sequence[str], colours: Palette, mode: Mode, form: str
) -> go.Figure:
    """Draw values with their bands, each under its name; what is not known has its words alone."""
    drawn = figure(mode, ROW * rows.height + 28)
    for place, (row, hue) in enumerate(zip(rows.iter_rows(named=True), hues, strict=True)):
        label(drawn, row[name], 0, place - 0.4, colours.ink, xref="paper", yanchor="middle")
        known = row[value] is not None
        words = f"<b>{row[value]:{form}}</b>  {row['text']}" if known else row["text"]
        ink = colours.ink if known else colours.soft_ink
        label(drawn, words, 1, place - 0.4, ink, xref="paper", yanchor="middle", xanchor="right")
        if not known:
            continue
        if row["low"] is not None:
            band = {"color": hue, "width": 3}
            drawn.add_shape(type="line", x0=row["low"], x1=row["high"], y0=place, y1=place, line=band)
        drawn.add_trace(
            go.Scatter(
                x=[row[value]],
                y=[place],
                mode="markers",
                marker={"color": hue, "size": 11},
                hovertemplate=f"{row[name]}: %{{x:{form}}}, {row['text']}<extra></extra>",
                cliponaxis=False,
            )
        )
    highest = max([0.05, *rows[value].drop_nulls().to_list(), *rows["high"].drop_nulls().to_list()])
    drawn.update_xaxes(tickformat=form, range=[0, highest * 1.05], nticks=6)
    drawn.update_yaxes(visible=False, range=[rows.height - 0.5, -0.75])
    return drawn


def calibration(bins: pl.DataFrame, outcome: str, mode: Mode) -> go.Figure:
    """Draw the mean outcome over the rating, with intervals where it is a share, and how many hires each point is."""
    colours = PALETTES[mode]
    drawn = figure(mode, 240)
    is_share = bins["low"].null_count() < bins.height
    means = bins["outcome_mean"].to_list()
    ends = None
    if is_share:
        ends = {
            "type": "data",
            "symmetric": False,
            "array": (bins["high"] - bins["outcome_mean"]).to_list(),
            "arrayminus": (bins["outcome_mean"] - bins["low"]).to_list(),
            "color": colours.accent,
            "thickness": 2,
            "width": 0,
        }
    form = ".0%" if is_share else ".1f"
    drawn.add_trace(
        go.Scatter(
            x=bins["rating"].to_list(),
            y=means,
            error_y=ends,
            mode="markers+lines",
            line={"color": colours.accent_soft, "width": 2},
            marker={"color": colours.accent, "size": 10},
            customdata=bins["hires"].to_list(),
            hovertemplate=f"Rated %{{x:.2f}}: %{{y:{form}}}, %{{customdata}} hires<extra></extra>",
            cliponaxis=False,
        )
    )
    for row in bins.iter_rows(named=True):
        drawn.add_annotation(
            text=f"n {row['hires']}",
            x=row["rating"],
            y=row["low"] if is_share else row["outcome_mean"],
            yshift=-14,
            showarrow=False,
            font={"color": colours.soft_ink, "size": 11},
        )
    drawn.update_xaxes(title="project rating", tickformat=".1f")
    drawn.update_yaxes(title=outcome, tickformat=form, range=[-0.12, 1.05] if is_share else None)
    return drawn.update_layout(margin={"b": 40, "t": 12, "r": 16})
