"""Charts of the Cohorts page: retention triangles, and terms against the same term a year before."""

from collections.abc import Sequence

import plotly.graph_objects as go
import polars as pl
from plotly.subplots import make_subplots

from dashboards.charts import style
from dashboards.charts.market import short_terms
from dashboards.charts.style import PALETTES, Mode, Palette, figure, legend_above
from dashboards.formats import value_text

ON_DEEP = "#FFFFFF"
DARK_FROM = 0.7
"""Part of the full colour from which figures are written in light ink."""

FULL_SHARE, FULL_RATIO = 1.0, 4.0
"""At which a cell has its full colour; spend may grow to many times that of the joining term."""


def triangle(cells: pl.DataFrame, mode: Mode, *, is_ratio: bool = False) -> go.Figure:
    """Draw cohorts as rows and terms since joining as columns; the running term's cells are hatched.

    Cells say per cent, or, of a ratio, how many times.
    """
    colours = PALETTES[mode]
    sizes = dict(cells.select("cohort", "size").unique("cohort", keep="first", maintain_order=True).iter_rows())
    cohorts = list(sizes)
    places = {cohort: place for place, cohort in enumerate(cohorts)}
    columns = int(cells["terms_since"].max() or 0) + 1  # type: ignore[arg-type]
    complete, running = cells.filter(~pl.col("is_running")), cells.filter(pl.col("is_running"))
    grid: list[list[float | None]] = [[None] * columns for _ in cohorts]
    words = [[""] * columns for _ in cohorts]
    for row in complete.iter_rows(named=True):
        if row["share"] is not None:
            grid[places[row["cohort"]]][row["terms_since"]] = row["share"]
            words[places[row["cohort"]]][row["terms_since"]] = _cell_text(row["share"], is_ratio=is_ratio)
    drawn = figure(mode, len(cohorts) * 27 + 64)
    full = FULL_RATIO if is_ratio else FULL_SHARE
    for is_dark in (False, True):
        drawn.add_trace(_cells(grid, words, cohorts, full, colours, is_dark=is_dark, is_ratio=is_ratio))
    if not running.is_empty():
        drawn.add_trace(
            go.Bar(
                x=running["terms_since"].to_list(),
                y=[0.86] * running.height,
                base=[places[cohort] - 0.43 for cohort in running["cohort"].to_list()],
                width=0.9,
                marker=style.fill(colours.open, colours, is_open=True),
                hovertemplate="the running term, not over yet<extra></extra>",
            )
        )
    labels = [name.replace("<br>", " ") for name in short_terms(cohorts)]
    drawn.update_yaxes(
        tickvals=list(range(len(cohorts))),
        ticktext=[f"{name}  <b>{sizes[cohort]:,}</b>" for name, cohort in zip(labels, cohorts, strict=True)],
        range=[len(cohorts) - 0.5, -0.5],
        showgrid=False,
        tickfont={"color": colours.ink, "size": 11},
    )
    drawn.update_xaxes(
        title="terms since joining",
        tickvals=list(range(columns)),
        range=[-0.5, columns - 0.5],
        showgrid=False,
        tickangle=0,
    )
    return drawn


def _cells(
    grid: Sequence[Sequence[float | None]],
    words: Sequence[Sequence[str]],
    cohorts: Sequence[str],
    full: float,
    colours: Palette,
    *,
    is_dark: bool,
    is_ratio: bool,
) -> go.Heatmap:
    """Return the cells below or from where the colour is too dark for dark figures: Plotly has one colour per trace."""
    step = full * DARK_FROM

    def kept(share: float | None) -> bool:
        return share is not None and (share >= step) == is_dark

    deep = _mix(colours.accent_soft, colours.accent_deep, 0.85)
    light = [[0, colours.paper], [1, _mix(colours.accent_soft, colours.accent_deep, 0.35)]]
    return go.Heatmap(
        z=[[share if kept(share) else None for share in row] for row in grid],
        zmin=step if is_dark else 0,
        zmax=full if is_dark else step,
        text=[
            [word if kept(share) else "" for word, share in zip(*each, strict=True)]
            for each in zip(words, grid, strict=True)
        ],
        texttemplate="%{text}",
        textfont={"size": 10.5, "color": ON_DEEP if is_dark else colours.ink},
        colorscale=[[0, deep], [1, colours.accent_deep]] if is_dark else light,
        showscale=False,
        xgap=2,
        ygap=2,
        hoverongaps=False,
        customdata=[[cohort] * len(grid[0]) for cohort in cohorts],
        hovertemplate="%{customdata}, %{x} terms on: " + ("%{z:.2f}" if is_ratio else "%{z:.1%}") + "<extra></extra>",
    )


def _mix(first: str, second: str, share: float) -> str:
    """Return the colour so far on the way from one to another, both ``#RRGGBB``."""
    pairs = [(int(first[at : at + 2], 16), int(second[at : at + 2], 16)) for at in (1, 3, 5)]
    return "#" + "".join(f"{round(start + (end - start) * share):02X}" for start, end in pairs)


def _cell_text(share: float, *, is_ratio: bool) -> str:
    if not is_ratio:
        return f"{share * 100:.0f}"
    return f"{share:.1f}" if share < 9.95 else f"{share:.0f}"


def same_term(compared: pl.DataFrame, labels: dict[str, tuple[str, str]], mode: Mode) -> go.Figure:
    """Draw each metric's latest terms beside the same terms a year before, with the change above.

    ``labels`` gives each metric's words and unit, from the dictionary.
    """
    colours = PALETTES[mode]
    names = list(dict.fromkeys(compared["metric"].to_list()))
    drawn = make_subplots(
        rows=len(names),
        cols=1,
        vertical_spacing=0.13,
        subplot_titles=[labels[name][0] for name in names],
        figure=figure(mode, 150 * len(names) + 40),
    )
    for place, name in enumerate(names, start=1):
        rows = compared.filter(pl.col("metric") == name)
        terms = short_terms(rows["term"].to_list())
        changes = [f"{change * 100:+.0f} %" for change in rows["change"].to_list()]
        for column, word, colour in (
            ("base", "The year before", colours.neutral),
            ("value", "The term", colours.accent),
        ):
            figures = rows[column].to_list()
            drawn.add_trace(
                go.Bar(
                    x=terms,
                    y=figures,
                    name=word,
                    legendgroup=word,
                    showlegend=place == 1,
                    marker={"color": colour},
                    text=changes if column == "value" else None,
                    textposition="outside",
                    textangle=0,
                    constraintext="none",
                    cliponaxis=False,
                    customdata=[value_text(labels[name][1], each) for each in figures],
                    hovertemplate="%{x}, " + word.lower() + ": %{customdata}<extra></extra>",
                ),
                row=place,
                col=1,
            )
        drawn.update_yaxes(visible=False, rangemode="tozero", row=place, col=1)
    drawn.update_annotations(x=0, xanchor="left", font={"color": colours.soft_ink, "size": 12})
    drawn.update_xaxes(tickangle=0)
    return legend_above(drawn).update_layout(bargap=0.3, bargroupgap=0.05, margin={"t": 60}, legend={"y": 1.07})
