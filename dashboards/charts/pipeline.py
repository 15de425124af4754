"""Charts of the Pipeline page: funnel, Sankey, stage times."""

import plotly.graph_objects as go
import polars as pl
from plotly.subplots import make_subplots

from dashboards.charts.style import PALETTES, Mode, figure, fill, template, text_on

ROW_HEIGHT, ROWS = 38, 6
LEAST_LABELLED = 0.17
EXITS = ("Still open", "Not selected", "Withdrew", "Never decided", "Did not finish")


def funnel(stages: pl.DataFrame, mode: Mode) -> go.Figure:
    """Draw per stage how many reached it (left), and what became of them: moved on, still open, ended (right)."""
    colours = PALETTES[mode]
    drawn = make_subplots(
        rows=1,
        cols=2,
        shared_yaxes=True,
        column_widths=[0.46, 0.54],
        horizontal_spacing=0.04,
        subplot_titles=("Reached", "What came next"),
    )
    drawn.add_trace(_reached(stages, colours.accent), row=1, col=1)
    parts = (("moved_on", "Moved on", colours.accent), ("still_open", "Still open", colours.open))
    for column, word, colour in (*parts, ("ended", "Ended here", colours.neutral)):
        drawn.add_trace(_part(stages, column, word, colour, mode), row=1, col=2)
    drawn.update_layout(
        template=template(mode),
        height=ROWS * ROW_HEIGHT + 76,
        barmode="stack",
        showlegend=True,
        legend={"orientation": "h", "x": 1, "xanchor": "right", "y": -0.02, "yanchor": "top", "traceorder": "normal"},
        margin={"t": 28},
    )
    widest = max(*stages["reached"].to_list(), 1)
    drawn.update_xaxes(visible=False, range=[0, widest * 1.8], row=1, col=1)
    drawn.update_xaxes(visible=False, range=[0, 1], row=1, col=2)
    drawn.update_yaxes(autorange="reversed", tickfont={"color": colours.ink, "size": 13})
    for annotation, x in zip(drawn.layout.annotations, (0.0, 0.5), strict=False):
        annotation.update(x=x, xanchor="left", font={"size": 12, "color": colours.soft_ink})
    return drawn


def _reached(stages: pl.DataFrame, colour: str) -> go.Bar:
    shares = stages["reached_share"].to_list()
    return go.Bar(
        y=stages["stage"].to_list(),
        x=stages["reached"].to_list(),
        orientation="h",
        marker={"color": colour},
        text=[
            f"{count:,}" + (f"  {share * 100:.1f} %" if place and share is not None else "")
            for place, (count, share) in enumerate(zip(stages["reached"].to_list(), shares, strict=True))
        ],
        textposition="outside",
        cliponaxis=False,
        hovertemplate="%{y}: %{x:,}<extra></extra>",
        showlegend=False,
    )


def _part(stages: pl.DataFrame, column: str, word: str, colour: str, mode: Mode) -> go.Bar:
    colours = PALETTES[mode]
    shares = [
        part / reached if reached and part is not None else None
        for part, reached in zip(stages[column].to_list(), stages["reached"].to_list(), strict=True)
    ]
    return go.Bar(
        y=stages["stage"].to_list(),
        x=shares,
        customdata=stages[column].to_list(),
        orientation="h",
        name=word,
        marker=fill(colour, colours, is_open=column == "still_open"),
        text=[f"{share * 100:.0f} %" if share and share >= LEAST_LABELLED else "" for share in shares],
        textposition="inside",
        insidetextanchor="middle",
        textfont={"color": text_on(colour, colours), "size": 12},
        textangle=0,
        constraintext="none",
        hovertemplate="%{y}: %{customdata:,} " + word.lower() + " (%{x:.1%})<extra></extra>",
    )


def flow(flows: pl.DataFrame, mode: Mode) -> go.Figure:
    """Draw applications as a flow from stage to stage, with each way out."""
    colours = PALETTES[mode]
    names = list(dict.fromkeys([*flows["source"].to_list(), *flows["target"].to_list()]))
    place = {name: number for number, name in enumerate(names)}
    arriving = {
        name: int(flows.filter(pl.col("target") == name)["count"].sum())
        or int(flows.filter(pl.col("source") == name)["count"].sum())
        for name in names
    }
    fills = {"Still open": colours.open, "Did not finish": colours.lost}
    node_colours = [fills.get(name, colours.neutral if name in EXITS else colours.accent) for name in names]
    drawn = figure(mode, 400)
    drawn.add_trace(
        go.Sankey(
            arrangement="snap",
            node={
                "label": [f"{name}  {arriving[name]:,}" for name in names],
                "color": node_colours,
                "align": "left",
                "pad": 18,
                "thickness": 12,
                "line": {"width": 0},
                "hovertemplate": "%{label}<extra></extra>",
            },
            link={
                "source": [place[name] for name in flows["source"].to_list()],
                "target": [place[name] for name in flows["target"].to_list()],
                "value": flows["count"].to_list(),
                "color": [_faded(node_colours[place[name]]) for name in flows["target"].to_list()],
                "hovertemplate": "%{source.label} to %{target.label}: %{value:,}<extra></extra>",
            },
            textfont={"color": colours.ink, "size": 12, "shadow": _halo(colours.paper)},
        )
    )
    return drawn.update_layout(margin={"l": 4, "r": 4, "t": 12, "b": 12})


def _halo(colour: str) -> str:
    """Return an outline that keeps a label legible where a link runs behind it."""
    return ", ".join(f"{x}px {y}px 1px {colour}" for x in (-2, 0, 2) for y in (-2, 0, 2))


def _faded(colour: str, opacity: float = 0.34) -> str:
    red, green, blue = (int(colour[start : start + 2], 16) for start in (1, 3, 5))
    return f"rgba({red},{green},{blue},{opacity})"


def stage_times(times: pl.DataFrame, mode: Mode) -> go.Figure:
    """Draw per step the median days, the middle half as a bar, and the slowest tenth as a tick."""
    colours = PALETTES[mode]
    known = times.filter(pl.col("n") > 0)
    steps = known["step"].to_list()
    drawn = figure(mode, max(len(steps), 1) * 44 + 48)
    low, high = known["lower_quartile"].to_list(), known["upper_quartile"].to_list()
    median, slow = known["median"].to_list(), known["ninth_decile"].to_list()
    drawn.add_trace(
        go.Bar(
            y=steps,
            x=[end - start for start, end in zip(low, high, strict=True)],
            base=low,
            orientation="h",
            marker={"color": colours.accent_soft},
            hoverinfo="skip",
            width=0.42,
        )
    )
    marks = (
        ("median", median, "line-ns", colours.accent, 4, 18),
        ("90 % within", slow, "line-ns", colours.soft_ink, 2, 10),
    )
    for word, days, symbol, colour, width, size in marks:
        drawn.add_trace(
            go.Scatter(
                y=steps,
                x=days,
                mode="markers",
                marker={"symbol": symbol, "size": size, "line": {"color": colour, "width": width}, "color": colour},
                hovertemplate="%{y}<br>" + word + ": %{x:.1f} days<extra></extra>",
            )
        )
    for step, middle, end in zip(steps, median, slow, strict=True):
        text = f"<b>{middle:.1f} d</b>  90 % in {end:.0f}"
        drawn.add_annotation(text=text, x=1, xref="paper", xshift=8, y=step, xanchor="left", showarrow=False)
    drawn.update_xaxes(range=[0, max([*slow, 1.0]) * 1.03], title="days", nticks=5, tickangle=0)
    drawn.update_layout(margin={"r": 126})
    drawn.update_yaxes(autorange="reversed", tickfont={"color": colours.ink, "size": 12})
    return drawn
