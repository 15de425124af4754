"""Chart of the Planner page: the margin against the number of units."""

import plotly.graph_objects as go
import polars as pl

from dashboards.charts.style import PALETTES, Mode, figure


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
    for place, row in enumerate(marks.sort("completers").iter_rows(named=True)):
        hue = hues[row["word"]]
        drawn.add_trace(
            go.Scatter(
                x=[row["completers"]],
                y=[row["margin"]],
                mode="markers",
                marker={"color": hue, "size": 12, "line": {"color": colours.paper, "width": 2}},
                hovertemplate=f"{row['word']}: %{{x:,}} completers, ±%{{y:.1%}}<extra></extra>",
                cliponaxis=False,
            )
        )
        is_late = row["completers"] > last * 0.6
        drawn.add_annotation(
            text=f"<b>{row['word']}</b><br>{row['completers']:,} completers<br>± {row['margin'] * 100:.1f} points",
            x=row["completers"],
            y=row["margin"],
            ax=-18 if is_late else 22,
            ay=-40 - 62 * place,
            xanchor="right" if is_late else "left",
            align="right" if is_late else "left",
            arrowcolor=hue,
            arrowwidth=1,
            font={"color": hue},
        )
    drawn.update_xaxes(title="units seen for the whole window", tickformat=",", rangemode="tozero", nticks=6)
    drawn.update_yaxes(title="margin, points either way", tickformat=".0%", range=[0, highest * 1.25])
    return drawn.update_layout(margin={"b": 44, "t": 12, "r": 16})
