"""Charts of the hires on the ROI page: attribution strip, credit, attrition, audition, calibration."""

from collections.abc import Sequence
from itertools import pairwise

import plotly.graph_objects as go
import polars as pl

from dashboards.charts.style import PALETTES, Mode, Palette, figure, legend_above, upright, written

ROW = 52
TRACKS = {"ultimate parent": "host", "strict host": "host", "influenced": "accent", "credit": "neutral"}
"""Kind of rule -> colour of meaning."""

AGAINST = {
    "better": "the rating is surely better",
    "not surely better": "the rating is not surely better",
    "too few": "too few hires to compare",
}
"""Word on another predictor -> how it is written beside its name."""


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
    words = []
    for place, rule, count in zip(places, counts["rule"].to_list(), hires, strict=True):
        words.append(written(rule, 0, place - 0.4, colours.soft_ink, xref="paper", yanchor="middle"))
        words.append(written(f"<b>{count:,.0f}</b>", count, place, colours.ink, xshift=6))
    return drawn.update_layout(
        annotations=words,
        xaxis={"visible": False, "range": [0, max([*hires, 1.0]) * 1.12]},
        yaxis={"visible": False, "range": [places[-1] + 0.4, -0.75]},
    )


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
    spans = []
    for place, row in enumerate(shares.iter_rows(named=True)):
        ends = [row[name] for name, *_ in marks]
        line = {"color": colours.neutral, "width": 3}
        spans.append({"type": "line", "x0": min(ends), "x1": max(ends), "y0": place, "y1": place, "line": line})
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
    most = max(max(shares[name].to_list()) for name, *_ in marks)
    drawn.update_layout(
        shapes=spans,
        xaxis={"range": [-most * 0.04, most * 1.05], "title": {"text": "hires credited"}, "nticks": 6},
        yaxis={
            "tickvals": list(range(shares.height)),
            "ticktext": shares["category"].to_list(),
            "range": [shares.height - 0.5, -0.5],
            "tickfont": {"color": colours.ink, "size": 12},
            "showgrid": False,
        },
        margin={"t": 34, "b": 40},
    )
    return legend_above(drawn)


def attrition(groups: pl.DataFrame, mode: Mode) -> go.Figure:
    """Draw one-year attrition by how they came, with 95 % intervals."""
    colours = PALETTES[mode]
    hues = [colours.host, colours.neutral, colours.neutral, colours.soft_ink]
    rows = groups.with_columns(text=pl.format("{} of {}", "leavers", "hires"))
    return _forest(rows, "came_by", "share", hues, colours, mode, ".0%")


def audition(signals: pl.DataFrame, mode: Mode) -> go.Figure:
    """Draw how well the rating orders the outcome, 0.5 as the line of a coin; below, its words against the rest."""
    colours = PALETTES[mode]
    said = pl.col("rating_is").replace_strict(AGAINST, return_dtype=pl.String)
    rows = signals.with_columns(text=pl.coalesce(said, pl.format("{} hires", "hires"), pl.lit("too few hires")))
    ends = [0.4, 0.6, *(each for name in ("low", "high", "c") for each in signals[name].drop_nulls().to_list())]
    hues = [colours.accent] + [colours.neutral] * (signals.height - 1)
    coin = [upright(0.5, colours.soft_ink, 1, "dot")]
    drawn = _forest(rows, "predictor", "c", hues, colours, mode, ".2f", coin)
    title = {"text": "concordance; 0.5 is a coin"}
    return drawn.update_layout(
        xaxis={"range": [min(ends) - 0.05, max(ends) + 0.05], "title": title},
        height=ROW * signals.height + 56,
        margin={"b": 40},
    )


def _forest(
    rows: pl.DataFrame,
    name: str,
    value: str,
    hues: Sequence[str],
    colours: Palette,
    mode: Mode,
    form: str,
    shapes: Sequence[dict[str, object]] = (),
) -> go.Figure:
    """Draw values with their bands, each under its name; what is not known has its words alone."""
    drawn = figure(mode, ROW * rows.height + 28)
    words, bands, points = [], list(shapes), []
    for place, (row, hue) in enumerate(zip(rows.iter_rows(named=True), hues, strict=True)):
        known = row[value] is not None
        told = f"<b>{row[value]:{form}}</b>  {row['text']}" if known else row["text"]
        ink = colours.ink if known else colours.soft_ink
        above = {"xref": "paper", "yanchor": "middle"}
        words.append(written(row[name], 0, place - 0.4, colours.ink, **above))
        words.append(written(told, 1, place - 0.4, ink, **above, xanchor="right"))
        if known:
            points.append((row[value], place, hue, f"{row[name]}, {row['text']}"))
        if known and row["low"] is not None:
            line = {"color": hue, "width": 3}
            bands.append({"type": "line", "x0": row["low"], "x1": row["high"], "y0": place, "y1": place, "line": line})
    shown, places, inks, told_of = (list(each) for each in zip(*points, strict=True)) if points else ([], [], [], [])
    drawn.add_trace(
        go.Scatter(
            x=shown,
            y=places,
            customdata=told_of,
            mode="markers",
            marker={"color": inks, "size": 11},
            hovertemplate=f"%{{customdata}}: %{{x:{form}}}<extra></extra>",
            cliponaxis=False,
        )
    )
    highest = max([0.05, *shown, *rows["high"].drop_nulls().to_list()])
    return drawn.update_layout(
        annotations=words,
        shapes=bands,
        xaxis={"tickformat": form, "range": [0, highest * 1.05], "nticks": 6},
        yaxis={"visible": False, "range": [rows.height - 0.5, -0.75]},
    )


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
    below = {"xanchor": "center", "yshift": -14, "font": {"color": colours.soft_ink, "size": 11}}
    return drawn.update_layout(
        annotations=[
            written(
                f"n {row['hires']}",
                row["rating"],
                row["low"] if is_share else row["outcome_mean"],
                colours.soft_ink,
                **below,
            )
            for row in bins.iter_rows(named=True)
        ],
        xaxis={"title": {"text": "project rating"}, "tickformat": ".1f"},
        yaxis={"title": {"text": outcome}, "tickformat": form, "range": [-0.12, 1.05] if is_share else None},
        margin={"b": 40, "t": 12, "r": 16},
    )
