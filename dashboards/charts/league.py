"""Charts of the Employers page: hire-through with intervals, and how volume is spread."""

import plotly.graph_objects as go
import polars as pl

from dashboards.charts.style import PALETTES, Mode, figure, legend_above

ROW = 40
"""Pixels per employer: its name stands above its interval, so that a phone's width is left to the interval."""


def forest(rows: pl.DataFrame, overall: float | None, mode: Mode) -> go.Figure:
    """Draw each employer's share with its 95 % interval; coloured where that leaves the platform's share out.

    Columns: group, pairs, value, low, high, against.
    """
    colours = PALETTES[mode]
    drawn = figure(mode, rows.height * ROW + 44)
    furthest = max([*rows["high"].drop_nulls().to_list(), overall or 0.0, 0.02])
    for is_apart, colour in ((False, colours.neutral), (True, colours.host)):
        here = rows.with_row_index("place").filter((pl.col("against") != "not told apart") == is_apart)
        shares = here["value"].to_list()
        drawn.add_trace(
            go.Scatter(
                x=shares,
                y=here["place"].to_list(),
                customdata=here.select("group", "pairs").rows(),
                mode="markers",
                marker={"color": colour, "size": 10},
                error_x={
                    "type": "data",
                    "symmetric": False,
                    "array": [high - share for high, share in zip(here["high"].to_list(), shares, strict=True)],
                    "arrayminus": [share - low for low, share in zip(here["low"].to_list(), shares, strict=True)],
                    "color": colour,
                    "thickness": 2.5,
                    "width": 0,
                },
                cliponaxis=False,
                hovertemplate="%{customdata[0]}: %{x:.1%} of %{customdata[1]:,}<extra></extra>",
            )
        )
    if overall is not None:
        drawn.add_vline(x=overall, line={"color": colours.soft_ink, "width": 1, "dash": "dot"})
    for place, row in enumerate(rows.iter_rows(named=True)):
        _beside(
            drawn, row["group"], place, colours.ink, x=0, xanchor="left", yshift=15, bgcolor=colours.paper, borderpad=1
        )
        words = f"<b>{row['value'] * 100:.1f} %</b> of {row['pairs']:,}"
        _beside(drawn, words, place, colours.ink, x=1, xanchor="left", xshift=8)
    drawn.update_xaxes(range=[-furthest * 0.02, furthest * 1.03], tickformat=".0%", nticks=5, tickangle=0)
    drawn.update_yaxes(visible=False, range=[rows.height - 0.5, -0.7])
    return drawn.update_layout(margin={"r": 104})


def _beside(drawn: go.Figure, text: str, place: int, colour: str, **where: object) -> None:
    drawn.add_annotation(text=text, xref="paper", y=place, showarrow=False, font={"color": colour, "size": 12}, **where)


def volumes(buckets: pl.DataFrame, mode: Mode) -> go.Figure:
    """Draw the share of employers that posted so many projects, beside the share of projects that they posted."""
    colours = PALETTES[mode]
    drawn = figure(mode, 46 * buckets.height + 60)
    for name, word, colour in (
        ("employers", "Employers", colours.neutral),
        ("projects", "Their projects", colours.accent),
    ):
        shares = buckets[f"{name}_share"].to_list()
        drawn.add_trace(
            go.Bar(
                y=[f"{each} {'project' if each == '1' else 'projects'}" for each in buckets["posted"]],
                x=shares,
                orientation="h",
                name=word,
                marker={"color": colour},
                text=[f"{(share or 0) * 100:.0f} %" for share in shares],
                textposition="outside",
                textangle=0,
                constraintext="none",
                cliponaxis=False,
                customdata=buckets[name].to_list(),
                hovertemplate="%{y}: %{customdata:,} " + name + "<extra></extra>",
            )
        )
    drawn.update_yaxes(type="category", autorange="reversed")
    drawn.update_xaxes(visible=False, rangemode="tozero")
    return legend_above(drawn).update_layout(bargap=0.25, bargroupgap=0.05, margin={"t": 44, "r": 44})
