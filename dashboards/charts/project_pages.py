"""One project's course: a timeline of the project and of each engagement."""

import plotly.graph_objects as go
import polars as pl

from dashboards.charts.style import PALETTES, Mode, Palette, figure, fill

LANE_HEIGHT = 46
MILLISECONDS = 1000
MARKS = {
    "First application": ("triangle-down", "▼", "first application"),
    "First selection": ("diamond", "◆", "first selection"),
    "Deadline": ("line-ns-open", "|", "deadline, due"),
    "Due": ("line-ns-open", "|", "deadline, due"),
    "Approved": ("circle", "●", "approved"),
    "Cancelled": ("x", "✕", "cancelled"),
}
"""Moment -> its symbol, the sign of that symbol in the key, and its word there."""

WORDS = {"Open": "open, or accepted", "Accepted": "open, or accepted"}
"""Phase -> its word in the key, where two share a colour: they stand on lanes of their own."""


def course(spans: pl.DataFrame, mode: Mode) -> go.Figure:
    """Draw what lasts as bars, hatched where it has not ended, and what happens in a moment as marks on its lane."""
    colours = PALETTES[mode]
    lanes = list(dict.fromkeys(spans["lane"].to_list()))
    lasting, moments = spans.drop_nulls("ends_at"), spans.filter(pl.col("ends_at").is_null())
    key = _key(lasting["what"].to_list(), moments["what"].to_list(), colours)
    drawn = figure(mode, len(lanes) * LANE_HEIGHT + 118)
    for (what, is_open), rows in lasting.group_by("what", "is_open", maintain_order=True):
        drawn.add_trace(_bars(rows, str(what), bool(is_open), colours))
    for (what,), rows in moments.group_by("what", maintain_order=True):
        drawn.add_trace(_marks(rows, str(what), colours))
    font = {"size": 12, "color": colours.soft_ink, "weight": "normal"}
    place = {"x": 0, "xref": "container", "xanchor": "left", "y": 1, "yref": "container", "yanchor": "top"}
    drawn.update_layout(title={"text": key, "font": font, "pad": {"t": 18}, **place})
    drawn.update_layout(barmode="overlay", margin={"t": 72, "b": 28, "r": 14})
    drawn.update_xaxes(type="date", nticks=4, tickformat="%-d %b<br>%Y", tickangle=0)
    drawn.update_yaxes(categoryorder="array", categoryarray=lanes[::-1], tickfont={"color": colours.ink, "size": 12})
    return drawn


def _key(lasting: list[str], moments: list[str], colours: Palette) -> str:
    """Return the key as text in short lines, which a phone shows whole; a legend would not fit there."""
    shades = _shades(colours)
    phases = {WORDS.get(what, what.lower()): shades[what] for what in shades if what in lasting}
    bars = [f'<span style="color:{shade}">■</span> {word}' for word, shade in phases.items()]
    signs = dict.fromkeys(f"{sign} {word}" for what, (_, sign, word) in MARKS.items() if what in moments)
    first = [each for each in signs if "first" in each]
    return "<br>".join(
        "   ".join(line) for line in (bars, first, [each for each in signs if each not in first]) if line
    )


def _shades(colours: Palette) -> dict[str, str]:
    return {
        "Open": colours.neutral,
        "Accepted": colours.neutral,
        "At work": colours.accent,
        "In review": colours.open,
    }


def _bars(rows: pl.DataFrame, what: str, is_open: bool, colours: Palette) -> go.Bar:
    lasted = (rows["ends_at"] - rows["starts_at"]).dt.total_seconds() * MILLISECONDS
    word = f"{what}, not over" if is_open else what
    return go.Bar(
        y=rows["lane"].to_list(),
        x=lasted.to_list(),
        base=rows["starts_at"].to_list(),
        orientation="h",
        width=0.42,
        name=word,
        marker=fill(_shades(colours)[what], colours, is_open=is_open),
        customdata=[[start, end] for start, end in rows.select("starts_at", "ends_at").iter_rows()],
        hovertemplate="%{y}: "
        + word.lower()
        + "<br>%{customdata[0]|%-d %b %Y} to %{customdata[1]|%-d %b %Y}<extra></extra>",
    )


def _marks(rows: pl.DataFrame, what: str, colours: Palette) -> go.Scatter:
    colour = colours.lost if what == "Cancelled" else colours.ink
    return go.Scatter(
        y=rows["lane"].to_list(),
        x=rows["starts_at"].to_list(),
        mode="markers",
        name=what,
        marker={"symbol": MARKS[what][0], "size": 11, "color": colour, "line": {"color": colour, "width": 2}},
        hovertemplate="%{y}: " + what.lower() + " %{x|%-d %b %Y}<extra></extra>",
    )
