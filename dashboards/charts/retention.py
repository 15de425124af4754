"""Chart of retention: who is still employed, by how they came."""

import plotly.graph_objects as go
import polars as pl

from dashboards.charts.outcomes import at_risk_text, tint
from dashboards.charts.style import PALETTES, Mode, Palette, figure, legend_above

YEAR = 365.25
WORDS = {"micro-internship": "Micro-internship", "other intern": "Other internship", "neither": "Neither"}
DASHES = {"micro-internship": "solid", "other intern": "dash", "neither": "dot"}


def shades(colours: Palette) -> dict[str, str]:
    """Return the colour of each way of coming, the same in every chart of hires."""
    return {"micro-internship": colours.accent, "other intern": colours.warning, "neither": colours.soft_ink}


def curves(found: pl.DataFrame, mode: Mode) -> go.Figure:
    """Draw the share still employed after the start with its 95 % band, and below how many are at risk."""
    colours = PALETTES[mode]
    drawn = figure(mode, 400)
    ways = [way for way in WORDS if way in set(found["came_by"])]
    for way in ways:
        _band(drawn, found.filter(pl.col("came_by") == way), shades(colours)[way])
    for way in ways:
        _line(drawn, found.filter(pl.col("came_by") == way), way, shades(colours)[way])
    last = max([*found["day"], 1]) / YEAR
    years = list(range(int(last) + 1))
    drawn.update_xaxes(
        range=[0, last * 1.01],
        tickvals=years,
        ticktext=["<br>".join([str(year), *_at_risk(found, ways, year * YEAR, mode)]) for year in years],
        tickangle=0,
        title="years after the start of work; below, still at risk",
    )
    drawn.update_yaxes(tickformat=".0%", range=[0, 1.03], nticks=6)
    return legend_above(drawn).update_layout(margin={"t": 40, "b": 46, "r": 12}, hovermode="x unified")


def _band(drawn: go.Figure, rows: pl.DataFrame, colour: str) -> None:
    banded = rows.drop_nulls(["retained_lower", "retained_upper"])
    settings = {
        "x": (banded["day"] / YEAR).to_numpy(),
        "mode": "lines",
        "line": {"width": 0, "shape": "hv"},
        "hoverinfo": "skip",
        "showlegend": False,
    }
    drawn.add_trace(go.Scatter(y=banded["retained_upper"].to_numpy(), **settings))
    filled = {"fill": "tonexty", "fillcolor": tint(colour)}
    drawn.add_trace(go.Scatter(y=banded["retained_lower"].to_numpy(), **settings, **filled))


def _line(drawn: go.Figure, rows: pl.DataFrame, way: str, colour: str) -> None:
    drawn.add_trace(
        go.Scatter(
            x=(rows["day"] / YEAR).to_numpy(),
            y=rows["retained_share"].to_numpy(),
            mode="lines",
            name=WORDS[way],
            line={"color": colour, "width": 2.5, "dash": DASHES[way], "shape": "hv"},
            hovertemplate="%{y:.1%}",
        )
    )


def _at_risk(found: pl.DataFrame, ways: list[str], day: float, mode: Mode) -> list[str]:
    """Return the number at risk of each curve on a day, each in the curve's colour."""
    colours = shades(PALETTES[mode])
    texts = []
    for way in ways:
        count = at_risk_text(found.filter(pl.col("came_by") == way), day)
        texts.append(f'<span style="font-size:11px;color:{colours[way]}">{count}</span>')
    return texts
