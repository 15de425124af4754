"""Chart of the Planner page: the margin against the number of units."""

import plotly.graph_objects as go
import polars as pl

from dashboards.charts.style import PALETTES, Mode, figure, written


def margin(curve: pl.DataFrame, marks: pl.DataFrame, mode: Mode) -> go.Figure:
    """Draw the margin against the number of completers; ``marks`` are labelled points: word, completers, margin."""
    colours = PALETTES[mode]
    drawn = figure(mode, 340)
    drawn.add_trace(
        go.Scatter(
            x=curve["completers"].to_list(),
            y=curve["margin"].to_list(),
            mode="lines",
            line={"color": colours.accent, "width": 2.5},
            hovertemplate="%{x:,} completers: within %{y:.1%} points<extra></extra>",
        )
    )
    hues = {"now": colours.host, "with those waiting": colours.open, "target": colours.ink}
    last = float(curve["completers"].to_list()[-1])
    highest = max([*curve["margin"].to_list(), *marks["margin"].to_list()])
    ordered = marks.sort("completers")
    drawn.add_trace(
        go.Scatter(
            x=ordered["completers"].to_list(),
            y=ordered["margin"].to_list(),
            customdata=ordered["word"].to_list(),
            mode="markers",
            marker={
                "color": [hues[word] for word in ordered["word"].to_list()],
                "size": 12,
                "line": {"color": colours.paper, "width": 2},
            },
            hovertemplate="%{customdata}: %{x:,}, ±%{y:.1%}<extra></extra>",
            cliponaxis=False,
        )
    )
    words = []
    for place, row in enumerate(ordered.iter_rows(named=True)):
        side = "right" if row["completers"] > last * 0.6 else "left"
        arrow = {"showarrow": True, "arrowcolor": hues[row["word"]], "arrowwidth": 1, "ay": -40 - 62 * place}
        text = f"<b>{row['word']}</b><br>{row['completers']:,}<br>± {row['margin'] * 100:.1f} points"
        aside = {"xanchor": side, "align": side, "ax": -18 if side == "right" else 22}
        words.append(written(text, row["completers"], row["margin"], hues[row["word"]], **arrow, **aside))
    return drawn.update_layout(
        annotations=words,
        xaxis={
            "title": {"text": "units seen for the whole window"},
            "tickformat": ",",
            "rangemode": "tozero",
            "nticks": 6,
        },
        yaxis={"title": {"text": "margin, points either way"}, "tickformat": ".0%", "range": [0, highest * 1.25]},
        margin={"b": 44, "t": 12, "r": 16},
    )
