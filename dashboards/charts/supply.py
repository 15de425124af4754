"""Charts of supply against demand, by category and by state, and the calendar of volume."""

import math
from collections.abc import Mapping
from datetime import date
from typing import Any

import plotly.graph_objects as go
import polars as pl

from dashboards.charts.market import SHORT, short_terms
from dashboards.charts.places import COLUMN_COUNT, PLACES, ROW_COUNT
from dashboards.charts.style import PALETTES, Mode, Palette, figure


def supply_and_demand(cells: pl.DataFrame, mode: Mode) -> go.Figure:
    """Draw students per open slot as a grid of categories and terms; the scarcest demand is darkest."""
    colours = PALETTES[mode]
    terms = list(dict.fromkeys(sorted(cells["term"].to_list(), key=_term_place)))
    categories = cells.group_by("category").agg(pl.col("slots").sum()).sort("slots", "category")["category"].to_list()
    found = {(row["category"], row["term"]): row for row in cells.iter_rows(named=True)}
    ratios = [[(found.get((c, t)) or {}).get("students_per_slot") for t in terms] for c in categories]
    drawn = figure(mode, len(categories) * 30 + 44)
    drawn.add_trace(
        go.Heatmap(
            x=short_terms(terms),
            y=categories,
            z=[[_shade(ratio) for ratio in row] for row in ratios],
            colorscale=_scale(colours),
            showscale=False,
            xgap=2,
            ygap=2,
            text=[["" if ratio is None else _whole_text(ratio) for ratio in row] for row in ratios],
            texttemplate="%{text}",
            textfont={"size": 11},
            customdata=[
                [[(found.get((c, t)) or {}).get(each) or 0 for each in ("students", "slots")] for t in terms]
                for c in categories
            ],
            hovertemplate="%{y}, %{x}: %{customdata[0]:,.1f} students, %{customdata[1]:,.1f} open slots<extra></extra>",
            hoverongaps=False,
        )
    )
    drawn.update_xaxes(side="top", showgrid=False, tickangle=0)
    return drawn.update_yaxes(showgrid=False, tickfont={"color": colours.ink, "size": 12})


def states(cells: pl.DataFrame, mode: Mode) -> go.Figure:
    """Draw students per open slot as a grid of states; one without an open slot shows a dash."""
    colours = PALETTES[mode]
    known = {PLACES[row["state"]]: row for row in cells.iter_rows(named=True) if row["state"] in PLACES}
    without = {place: row for place, row in known.items() if row["students_per_slot"] is None}
    told = {place: row for place, row in known.items() if row["students_per_slot"] is not None}
    drawn = figure(mode, 380)
    drawn.add_trace(_state_tiles(without, [[0, colours.line], [1, colours.line]]))
    drawn.add_trace(_state_tiles(told, _scale(colours)))
    drawn.update_xaxes(visible=False, range=[-0.55, COLUMN_COUNT - 0.45], fixedrange=True)
    return drawn.update_yaxes(visible=False, range=[ROW_COUNT - 0.45, -0.55], fixedrange=True)


def _state_tiles(told: Mapping[tuple[int, int], Mapping[str, Any]], scale: list[list[object]]) -> go.Heatmap:
    """Return the tiles of some states; the grid is whole, since tiles take their width from their neighbours."""
    grid = [[told.get((column, line)) for column in range(COLUMN_COUNT)] for line in range(ROW_COUNT)]
    return go.Heatmap(
        x=list(range(COLUMN_COUNT)),
        y=list(range(ROW_COUNT)),
        z=[[None if row is None else _shade(row["students_per_slot"]) or 0.0 for row in line] for line in grid],
        zmin=0,
        colorscale=scale,
        showscale=False,
        xgap=3,
        ygap=3,
        text=[["" if row is None else _state_text(row) for row in line] for line in grid],
        texttemplate="%{text}",
        textfont={"size": 10},
        customdata=[[_state_facts(row) for row in line] for line in grid],
        hovertemplate="%{customdata[0]}: %{customdata[1]:,.1f} students who live there, "
        "%{customdata[2]:,.1f} slots open there<extra></extra>",
        hoverongaps=False,
    )


def _state_text(row: Mapping[str, Any]) -> str:
    ratio = row["students_per_slot"]
    return f"{row['state']}<br>{'–' if ratio is None else ratio_text(ratio)}"  # noqa: RUF001


def _state_facts(row: Mapping[str, Any] | None) -> list[object]:
    return ["", 0, 0] if row is None else [row["state"], row["students"], row["slots"]]


def calendar(days: pl.DataFrame, mode: Mode, word: str) -> go.Figure:
    """Draw a count per day as a year of weeks by weekdays, Monday on top; months are named where they begin."""
    colours = PALETTES[mode]
    drawn = figure(mode, 216)
    drawn.add_trace(
        go.Heatmap(
            x=days["week"].to_list(),
            y=days["weekday"].to_list(),
            z=days["count"].to_list(),
            customdata=days["day"].dt.strftime("%a, %Y-%m-%d").to_list(),
            colorscale=[[0, colours.line], [0.001, colours.accent_soft], [1, colours.accent]],
            zmin=0,
            xgap=2,
            ygap=2,
            colorbar={"thickness": 8, "len": 1, "outlinewidth": 0, "nticks": 4, "tickformat": "~s"},
            hovertemplate="%{customdata}: %{z:,} " + word.lower() + "<extra></extra>",
        )
    )
    begins = days.filter(pl.col("day").dt.day() == 1)
    drawn.update_xaxes(
        side="top",
        showgrid=False,
        tickangle=0,
        tickvals=begins["week"].to_list(),
        ticktext=[_month_text(day) for day in begins["day"].to_list()],
    )
    return drawn.update_yaxes(
        showgrid=False, autorange="reversed", tickvals=[0, 2, 4, 6], ticktext=["Mon", "Wed", "Fri", "Sun"]
    )


def _month_text(day: date) -> str:
    return f"{day:%b}<br>{day:%Y}" if day.month == 1 else f"{day:%b}"


def ratio_text(ratio: float) -> str:
    """Write students per slot: one decimal below ten, thousands in short."""
    if ratio < 9.95:
        return f"{ratio:.1f}"
    return f"{ratio:.0f}" if ratio < 999.5 else f"{ratio / 1000:.1f}k"


def _whole_text(ratio: float) -> str:
    """Write students per slot in two figures, so that a row of terms fits a phone."""
    if 0 < ratio < 0.5:
        return "<1"
    return f"{ratio:.0f}" if ratio < 999.5 else ratio_text(ratio)


def _shade(ratio: float | None) -> float | None:
    """Return where a ratio stands on the colour scale: doublings, so that one lonely slot does not bleach the rest."""
    return None if ratio is None else math.log2(1 + ratio)


def _scale(colours: Palette) -> list[list[object]]:
    return [[0, colours.paper], [0.35, colours.accent_soft], [1, colours.accent_deep]]


def _term_place(term: str) -> tuple[str, int]:
    season, _, year = term.partition(" ")
    return year, list(SHORT).index(season) if season in SHORT else -1
