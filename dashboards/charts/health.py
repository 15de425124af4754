"""Charts of the Data health page: loads, quarantine by rule, checks over time."""

import plotly.graph_objects as go
import polars as pl

from dashboards.charts.style import PALETTES, Mode, figure, fill, legend_above

TICKS = 5
LEAST_PLACES = 6
"""So many places at least, so that the first batches are no walls."""


def loads(by_day: pl.DataFrame, mode: Mode) -> go.Figure:
    """Draw rows per delivery day: loaded, unchanged, quarantined."""
    colours = PALETTES[mode]
    parts = {"loaded": colours.accent, "unchanged": colours.neutral, "quarantined": colours.lost}
    days = by_day["delivered_on"].to_list()
    drawn = figure(mode, 280)
    for column, colour in parts.items():
        drawn.add_trace(
            go.Bar(
                x=days,
                y=by_day[column].to_list(),
                name=column.capitalize(),
                marker={"color": colour},
                hovertemplate="%{x|%Y-%m-%d}: %{y:,} rows " + column + "<extra></extra>",
            )
        )
    drawn.update_layout(barmode="stack", bargap=0.25)
    drawn.update_xaxes(nticks=6, showgrid=False, tickangle=0)
    drawn.update_yaxes(tickformat="~s", nticks=5)
    return legend_above(drawn).update_layout(margin={"t": 34})


def quarantine(by_rule: pl.DataFrame, mode: Mode) -> go.Figure:
    """Draw quarantined rows by the rule that they broke."""
    colours = PALETTES[mode]
    counts = by_rule["quarantined"].to_list()
    drawn = figure(mode, max(by_rule.height, 1) * 30 + 24)
    drawn.add_trace(
        go.Bar(
            x=counts,
            y=by_rule["rule"].to_list(),
            orientation="h",
            marker={"color": colours.lost},
            text=[f"{count:,}" for count in counts],
            textposition="outside",
            cliponaxis=False,
            hovertemplate="%{y}: %{x:,} rows<extra></extra>",
        )
    )
    drawn.update_xaxes(visible=False, range=[0, max([*counts, 1]) * 1.2])
    return drawn.update_yaxes(autorange="reversed", tickfont={"color": colours.ink, "size": 12})


def checks(by_batch: pl.DataFrame, mode: Mode) -> go.Figure:
    """Draw the checks of each batch: passed, warnings, critical failures."""
    colours = PALETTES[mode]
    parts = (
        ("passed", "Passed", colours.accent),
        ("warned", "Warning", colours.warning),
        ("failed", "Critical", colours.lost),
    )
    places = list(range(by_batch.height))
    days = [f"{moment:%Y-%m-%d %H:%M}" for moment in by_batch["checked_at"].to_list()]
    drawn = figure(mode, 280)
    for column, word, colour in parts:
        drawn.add_trace(
            go.Bar(
                x=places,
                y=by_batch[column].to_list(),
                customdata=days,
                name=word,
                marker=fill(colour, colours, is_open=column == "warned"),
                hovertemplate="%{customdata}: %{y:,} " + word.lower() + "<extra></extra>",
            )
        )
    drawn.update_layout(barmode="stack", bargap=0.25)
    shown = places[:: max(len(places) // TICKS, 1)]
    drawn.update_xaxes(
        tickvals=shown,
        ticktext=[days[place][:10] for place in shown],
        range=[-0.6, max(len(places), LEAST_PLACES) - 0.4],
        showgrid=False,
        tickangle=0,
    )
    drawn.update_yaxes(nticks=5)
    return legend_above(drawn).update_layout(margin={"t": 34})
