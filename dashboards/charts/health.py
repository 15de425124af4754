"""Charts of the Data health page: loads, quarantine by rule, checks over time."""

import plotly.graph_objects as go
import polars as pl

from dashboards.charts.style import PALETTES, Mode, figure, fill, legend_above

TICKS = 5
DRIFT_SHOWN = 12
LEAST_PLACES = 6
"""So many places at least, so that the first batches are no walls."""


def loads(by_day: pl.DataFrame, mode: Mode) -> go.Figure:
    """Draw rows per delivery day: loaded, unchanged, quarantined and, where there are any, erased."""
    colours = PALETTES[mode]
    parts = {"loaded": colours.accent, "unchanged": colours.neutral, "quarantined": colours.lost}
    if by_day["erased"].sum():
        parts["erased"] = colours.ink
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
        ticktext=[f"{by_batch['checked_at'][place]:%d %b<br>%Y}" for place in shown],
        range=[-0.6, max(len(places), LEAST_PLACES) - 0.4],
        showgrid=False,
        tickangle=0,
    )
    drawn.update_yaxes(nticks=5)
    return legend_above(drawn).update_layout(margin={"t": 34})


def check_history(verdicts: pl.DataFrame, mode: Mode) -> go.Figure:
    """Draw the checks that ever failed as rows and the batches as columns: passed, warning or critical."""
    colours = PALETTES[mode]
    names = list(dict.fromkeys(verdicts["check_name"].to_list()))
    batches = verdicts.group_by("batch_id").agg(pl.col("checked_at").min()).sort("checked_at")
    places = {batch: place for place, batch in enumerate(batches["batch_id"].to_list())}
    levels = {"passed": 0, "warning": 1, "critical": 2}
    drawn = figure(mode, len(names) * 36 + 54)
    drawn.add_trace(
        go.Heatmap(
            x=[places[batch] for batch in verdicts["batch_id"].to_list()],
            y=[names.index(name) for name in verdicts["check_name"].to_list()],
            z=[levels[verdict] for verdict in verdicts["verdict"].to_list()],
            zmin=0,
            zmax=2,
            colorscale=_steps(colours.accent_soft, colours.warning, colours.lost),
            showscale=False,
            xgap=2,
            ygap=2,
            text=[
                "" if verdict == "passed" else f"{count or 0:,}"
                for verdict, count in verdicts.select("verdict", "unexpected_count").iter_rows()
            ],
            texttemplate="%{text}",
            textfont={"size": 11},
            customdata=verdicts.select("check_name", "batch_id", "verdict").rows(),
            hovertemplate="%{customdata[0]}, %{customdata[1]}: %{customdata[2]}, %{text} rows<extra></extra>",
        )
    )
    shown = batches.with_row_index("place")[:: max(batches.height // TICKS, 1)]
    drawn.update_xaxes(
        side="top",
        showgrid=False,
        tickangle=0,
        tickvals=shown["place"].to_list(),
        ticktext=[f"{moment:%d %b %y}" for moment in shown["checked_at"].to_list()],
        range=[-0.5, max(batches.height, LEAST_PLACES) - 0.5],
    )
    return drawn.update_yaxes(
        showgrid=False,
        tickvals=list(range(len(names))),
        ticktext=[name.replace(": ", ":<br>", 1) for name in names],
        range=[len(names) - 0.5, -0.5],
        tickfont={"color": colours.ink, "size": 11},
    )


def _steps(*shades: str) -> list[list[object]]:
    """Return a colour scale of as many even steps as there are colours."""
    width = 1 / len(shades)
    return [[edge, shade] for place, shade in enumerate(shades) for edge in (place * width, (place + 1) * width)]


def coverage(by_month: pl.DataFrame, mode: Mode) -> go.Figure:
    """Draw by month how many employers with completers there are, and how many of them are watched."""
    colours = PALETTES[mode]
    drawn = figure(mode, 260)
    months = by_month["month"].to_list()
    unwatched = (by_month["employers"] - by_month["watched"]).to_list()
    parts = (("Watched", by_month["watched"].to_list(), colours.accent), ("Not watched", unwatched, colours.neutral))
    for word, counts, colour in parts:
        drawn.add_trace(
            go.Bar(
                x=months,
                y=counts,
                name=word,
                marker={"color": colour},
                hovertemplate="%{x|%b %Y}: %{y:,} employers " + word.lower() + "<extra></extra>",
            )
        )
    drawn.update_layout(barmode="stack", bargap=0.1)
    drawn.update_xaxes(showgrid=False)
    drawn.update_yaxes(nticks=5)
    return legend_above(drawn).update_layout(margin={"t": 34})


def drift(changes: pl.DataFrame, mode: Mode) -> go.Figure:
    """Draw by how much each mart grew or shrank against the generation before, the largest changes first."""
    colours = PALETTES[mode]
    shown = changes.head(DRIFT_SHOWN)
    shares = [share if share is not None else 0.0 for share in shown["change_share"].to_list()]
    drawn = figure(mode, shown.height * 26 + 30)
    drawn.add_trace(
        go.Bar(
            x=shares,
            y=shown["mart"].to_list(),
            orientation="h",
            marker={"color": [colours.lost if share < 0 else colours.accent for share in shares]},
            text=[_change_text(share) for share in shown["change_share"].to_list()],
            textposition="outside",
            cliponaxis=False,
            customdata=shown.select("rows_before", "rows_now").rows(),
            hovertemplate="%{y}: from %{customdata[0]:,} to %{customdata[1]:,} rows<extra></extra>",
        )
    )
    furthest = max((abs(share) for share in shares), default=0.0) or 0.01
    drawn.update_xaxes(visible=False, range=[-furthest * 1.35, furthest * 1.35])
    return drawn.update_yaxes(autorange="reversed", tickfont={"color": colours.ink, "size": 12}, showgrid=False)


def _change_text(share: float | None) -> str:
    return "new or gone" if share is None else f"{share * 100:+.1f} %"


def generations(told: pl.DataFrame, mode: Mode) -> go.Figure:
    """Draw the rows of all marts, generation by generation."""
    colours = PALETTES[mode]
    drawn = figure(mode, 260)
    drawn.add_trace(
        go.Scatter(
            x=told["published_at"].to_list(),
            y=told["rows"].to_list(),
            mode="lines+markers",
            line={"color": colours.accent, "width": 2.5},
            marker={"size": 8},
            customdata=[[name, f"{as_of:%Y-%m-%d}"] for name, as_of in told.select("generation", "as_of").iter_rows()],
            hovertemplate="%{customdata[0]}, as of %{customdata[1]}: %{y:,} rows<extra></extra>",
        )
    )
    drawn.update_xaxes(showgrid=False, nticks=5, tickangle=0)
    return drawn.update_yaxes(tickformat="~s", nticks=5, rangemode="tozero")
