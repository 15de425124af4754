"""Charts of what students do month by month, and of what an hour of work pays."""

import plotly.graph_objects as go
import polars as pl

from dashboards.charts.style import PALETTES, Mode, figure, legend_above


def hourly_pay(buckets: pl.DataFrame, mode: Mode) -> go.Figure:
    """Draw engagements by effective hourly pay, those under the floor in the colour of loss."""
    colours = PALETTES[mode]
    drawn = figure(mode, 280)
    names = [f"{start:g}" for start in buckets["from_usd"].to_list()]
    if names:
        names[-1] = f"{names[-1]}+"
    under = buckets["under_floor"].to_list()
    above = (buckets["engagements"] - buckets["under_floor"]).to_list()
    parts = (("Under the floor", under, colours.lost), ("At the floor or above", above, colours.accent))
    for word, counts, colour in parts:
        drawn.add_trace(
            go.Bar(
                x=names,
                y=counts,
                name=word,
                marker={"color": colour},
                hovertemplate="from $%{x} an hour: %{y:,} engagements " + word.lower() + "<extra></extra>",
            )
        )
    drawn.update_layout(barmode="stack", bargap=0.12)
    drawn.update_xaxes(title="dollars per reported hour", type="category", tickangle=0, nticks=8)
    drawn.update_yaxes(nticks=5, tickformat="~s")
    return legend_above(drawn).update_layout(margin={"t": 34})


def active(by_month: pl.DataFrame, mode: Mode) -> go.Figure:
    """Draw students who applied in each month, the new ones apart."""
    colours = PALETTES[mode]
    drawn = figure(mode, 300)
    months = by_month["month"].to_list()
    again = (by_month["student_count"] - by_month["new_student_count"]).to_list()
    parts = (
        ("Applied before", again, colours.accent),
        ("New", by_month["new_student_count"].to_list(), colours.accent_soft),
    )
    for word, counts, colour in parts:
        drawn.add_trace(
            go.Bar(
                x=months,
                y=counts,
                name=word,
                marker={"color": colour},
                hovertemplate="%{x|%b %Y}: %{y:,} students, " + word.lower() + "<extra></extra>",
            )
        )
    drawn.update_layout(barmode="stack", bargap=0.15)
    drawn.update_xaxes(showgrid=False)
    drawn.update_yaxes(nticks=5, tickformat="~s")
    return legend_above(drawn).update_layout(margin={"t": 34})


def volume(by_month: pl.DataFrame, mode: Mode) -> go.Figure:
    """Draw applications of each month as bars and selections of the month as a line on the same scale."""
    colours = PALETTES[mode]
    drawn = figure(mode, 300)
    months = by_month["month"].to_list()
    drawn.add_trace(
        go.Bar(
            x=months,
            y=by_month["application_count"].to_list(),
            name="Applications",
            marker={"color": colours.accent_soft},
            hovertemplate="%{x|%b %Y}: %{y:,} applications<extra></extra>",
        )
    )
    drawn.add_trace(
        go.Scatter(
            x=months,
            y=by_month["selection_count"].to_list(),
            name="Selections",
            mode="lines",
            line={"color": colours.accent, "width": 2.5},
            hovertemplate="%{x|%b %Y}: %{y:,} selections<extra></extra>",
        )
    )
    drawn.update_xaxes(showgrid=False)
    drawn.update_yaxes(nticks=5, tickformat="~s", rangemode="tozero")
    return legend_above(drawn).update_layout(bargap=0.15, margin={"t": 34})
