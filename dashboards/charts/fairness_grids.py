"""Grids of groups by stage and of dimensions by stage, tinted where there is something to review."""

from typing import Any

import plotly.graph_objects as go
import polars as pl

from dashboards.charts.fairness import FRAME, REVIEW, ROW, named
from dashboards.charts.style import PALETTES, Mode, figure
from dashboards.formats import MISSING

UNSHOWN = "withheld"


def ladder(found: pl.DataFrame, stages: dict[str, str], mode: Mode) -> go.Figure:
    """Draw what is shown of each group at each stage as a grid; tinted: the highest, and those for review."""
    palette = PALETTES[mode]
    names = list(dict.fromkeys(found["group"].to_list()))
    cells = {(row["group"], row["stage"]): row for row in found.iter_rows(named=True)}
    grid = [[cells.get((name, stage)) for stage in stages] for name in names]
    drawn = figure(mode, len(names) * ROW + FRAME)
    scale = [palette.paper, palette.accent_soft, _faded(palette.lost, 0.3)]
    drawn.add_trace(
        go.Heatmap(
            x=list(stages.values()),
            y=list(range(len(names))),
            z=[[_tint(cell) for cell in row] for row in grid],
            zmin=0,
            zmax=2,
            colorscale=[[place, colour] for place, colour in zip((0, 0.5, 1), scale, strict=True)],
            showscale=False,
            xgap=3,
            ygap=3,
            text=[[_figure(cell) for cell in row] for row in grid],
            texttemplate="%{text}",
            textfont={"size": 12, "color": palette.ink},
            customdata=[[_said(cell) for cell in row] for row in grid],
            hovertemplate="%{customdata}<extra></extra>",
            hoverongaps=False,
        )
    )
    drawn.update_xaxes(side="top", showgrid=False, tickangle=0, tickfont={"color": palette.ink, "size": 11})
    return named(drawn, names, palette)


def _faded(colour: str, opacity: float) -> str:
    red, green, blue = (int(colour[start : start + 2], 16) for start in (1, 3, 5))
    return f"rgba({red},{green},{blue},{opacity})"


def _tint(cell: dict[str, Any] | None) -> int | None:
    if cell is None:
        return None
    return 1 if cell["is_leading"] else 2 if cell["verdict"] == REVIEW else 0


def _figure(cell: dict[str, Any] | None) -> str:
    return "" if cell is None else MISSING if cell["figure"] == UNSHOWN else str(cell["figure"])


def _said(cell: dict[str, Any] | None) -> str:
    """Say what is shown of a cell: its rate, its place against the highest."""
    if cell is None:
        return ""
    ratio = cell["impact_ratio"]
    against = "the highest" if cell["is_leading"] else cell["verdict"] or "not compared"
    return f"{cell['group']}: {cell['figure']}, {against}" + (f", ratio {ratio:.2f}" if ratio is not None else "")


def overview(found: pl.DataFrame, stages: dict[str, str], mode: Mode) -> go.Figure:
    """Draw per dimension and stage how many of the groups compared are comparisons for review."""
    palette = PALETTES[mode]
    names = list(dict.fromkeys(found["dimension"].to_list()))
    cells = {(row["dimension"], row["stage"]): row for row in found.iter_rows(named=True)}
    grid = [[cells[name, stage] for stage in stages] for name in names]
    drawn = figure(mode, len(names) * ROW + FRAME)
    drawn.add_trace(
        go.Heatmap(
            x=list(stages.values()),
            y=list(range(len(names))),
            z=[[int(cell["review"] > 0) for cell in row] for row in grid],
            zmin=0,
            zmax=1,
            colorscale=[[0, palette.paper], [1, _faded(palette.lost, 0.3)]],
            showscale=False,
            xgap=3,
            ygap=3,
            text=[[_reviewed(cell) for cell in row] for row in grid],
            texttemplate="%{text}",
            textfont={"size": 12, "color": palette.ink},
            customdata=[[_range(cell) for cell in row] for row in grid],
            hovertemplate="%{customdata}<extra></extra>",
        )
    )
    drawn.update_xaxes(side="top", showgrid=False, tickangle=0, tickfont={"color": palette.ink, "size": 11})
    return named(drawn, names, palette)


def _reviewed(cell: dict[str, Any]) -> str:
    return f"{cell['review']} of {cell['compared']}" if cell["compared"] else MISSING


def _range(cell: dict[str, Any]) -> str:
    ratio = cell["lowest_ratio"]
    return f"{cell['dimension']}: {'nothing to compare' if ratio is None else f'lowest ratio {ratio:.2f}'}"
