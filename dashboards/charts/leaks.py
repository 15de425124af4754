"""The leak map: hires that each leak may have cost at most, and what they are worth."""

import plotly.graph_objects as go
import polars as pl

from dashboards.charts.style import PALETTES, Mode, figure
from dashboards.formats import MISSING, count_text, money_text

ROW_HEIGHT = 50
ROOM_FOR_LABEL = 1.9


def leaks(found: pl.DataFrame, mode: Mode) -> go.Figure:
    """Draw a bar per leak: its name and the people who left above it, hires and dollars at its end."""
    colours = PALETTES[mode]
    drawn = figure(mode, found.height * ROW_HEIGHT + 24)
    places = list(range(found.height))
    lost = found["hires_lost"].to_list()
    drawn.add_trace(
        go.Bar(
            y=places,
            x=lost,
            orientation="h",
            width=0.4,
            marker={"color": colours.lost},
            text=[_label(each, value) for each, value in found.select("hires_lost", "value_usd").iter_rows()],
            textposition="outside",
            cliponaxis=False,
            customdata=found["leak"].to_list(),
            hovertemplate="%{customdata}: %{text}<extra></extra>",
        )
    )
    for place, row in zip(places, found.iter_rows(named=True), strict=True):
        people = f'<span style="color:{colours.soft_ink}">{count_text(row["people"], "person", "people")} left</span>'
        _write(drawn, f"<b>{row['leak']}</b>  {people}", place, -0.38, colours.ink)
        if row["hires_lost"] is None:
            _write(drawn, f"too few to say: {row['mature']:,} mature {row['passed']}", place, 0, colours.soft_ink)
    widest = max([each for each in lost if each is not None], default=0.0) or 1.0
    drawn.update_xaxes(visible=False, range=[0, widest * ROOM_FOR_LABEL])
    drawn.update_yaxes(visible=False, range=[found.height - 0.5, -0.75])
    return drawn


def _label(hires: float | None, value: float | None) -> str:
    return MISSING if hires is None else f" {hires:,.1f} {'hire' if hires == 1 else 'hires'} · {money_text(value)}"


def _write(drawn: go.Figure, text: str, place: int, above: float, colour: str) -> None:
    settings = {"x": 0, "xref": "paper", "xanchor": "left", "showarrow": False}
    drawn.add_annotation(text=text, y=place + above, font={"color": colour, "size": 12}, **settings)
