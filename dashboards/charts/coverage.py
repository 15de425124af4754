"""Charts of what is known by term: hired within the window, and the bounds that unknown outcomes leave."""

import plotly.graph_objects as go
import polars as pl

from dashboards.charts.market import short_terms
from dashboards.charts.style import PALETTES, Mode, figure, fill, legend_above

LEAST_TOP = 0.02


def by_term(found: pl.DataFrame, mode: Mode) -> go.Figure:
    """Draw the share hired within the window per term; a term still watched is hatched and its hires so far a floor."""
    colours = PALETTES[mode]
    drawn = figure(mode, 320)
    shown = found.with_columns(term=pl.Series(short_terms(found["term"].to_list()), dtype=pl.String))
    over, watched = shown.filter("is_mature"), shown.filter(~pl.col("is_mature"))
    drawn.add_trace(_bars(over, "Window over, 95 % interval", colours.host, {"color": colours.host}))
    drawn.data[0].error_y = _error(over, colours.ink)
    hatched = fill(colours.open, colours, is_open=True)
    drawn.add_trace(_bars(watched, "Still watching: hires so far, can only rise", colours.soft_ink, hatched))
    _few(drawn, shown, colours.soft_ink)
    top = max([*shown["high"].drop_nulls().to_list(), *shown["value"].drop_nulls().to_list(), LEAST_TOP])
    terms = shown["term"].to_list()
    drawn.update_xaxes(tickangle=0, type="category", categoryorder="array", categoryarray=terms)
    drawn.update_xaxes(range=[-0.5, len(terms) - 0.5])  # where no term has a bar, Plotly knows no place for its words
    drawn.update_yaxes(tickformat=".0%", range=[0, top * 1.12], nticks=5)
    return legend_above(drawn).update_layout(margin={"t": 40}, barmode="overlay")


def _bars(rows: pl.DataFrame, word: str, colour: str, marker: dict[str, object]) -> go.Bar:
    known = rows.drop_nulls("value")
    return go.Bar(
        x=known["term"].to_list(),
        y=known["value"].to_list(),
        name=word,
        marker=marker,
        customdata=known.select("hired", pl.when("is_mature").then("mature").otherwise("pairs")).rows(),
        hovertemplate="%{x}: %{y:.1%}, %{customdata[0]:,} of %{customdata[1]:,}<extra>" + word + "</extra>",
    )


def _error(rows: pl.DataFrame, colour: str) -> dict[str, object]:
    known = rows.drop_nulls("value")
    values = known["value"].to_list()
    return {
        "type": "data",
        "symmetric": False,
        "array": [(high or value) - value for value, high in zip(values, known["high"].to_list(), strict=True)],
        "arrayminus": [value - (low or 0.0) for value, low in zip(values, known["low"].to_list(), strict=True)],
        "color": colour,
        "thickness": 1.2,
        "width": 0,
    }


def _few(drawn: go.Figure, shown: pl.DataFrame, colour: str) -> None:
    """Say "few" where a term has too few pairs for a share, and "0" where a bar has no height."""
    small = shown.filter(pl.col("value").fill_null(0.0) == 0)
    for term, value in small.select("term", "value").iter_rows():
        text = "few" if value is None else "0"
        drawn.add_annotation(
            text=text, x=term, y=0, yanchor="bottom", showarrow=False, font={"color": colour, "size": 11}
        )


def bounds(found: pl.DataFrame, mode: Mode) -> go.Figure:
    """Draw per term the share hired within a year among those watched, between what the unknown could make of it."""
    colours = PALETTES[mode]
    drawn = figure(mode, 320)
    terms = short_terms(found["term"].to_list())
    low, high = found["low"].to_list(), found["high"].to_list()
    drawn.add_trace(
        go.Bar(
            x=terms,
            y=[top - bottom for bottom, top in zip(low, high, strict=True)],
            base=low,
            width=0.34,
            name="Nobody to everybody of the unknown hired",
            marker=fill(colours.open, colours, is_open=True),
            customdata=found.select("low", "high", "unknown", "due").rows(),
            hovertemplate="%{x}: %{customdata[0]:.1%} to %{customdata[1]:.1%}, %{customdata[2]:,} of "
            "%{customdata[3]:,} unknown<extra></extra>",
        )
    )
    drawn.add_trace(
        go.Scatter(
            x=terms,
            y=found["value"].to_list(),
            mode="markers",
            name="Among those watched for a year",
            marker={"color": colours.host, "size": 10},
            hovertemplate="%{x}: %{y:.1%} of those watched<extra></extra>",
        )
    )
    drawn.update_xaxes(tickangle=0, categoryorder="array", categoryarray=terms)
    drawn.update_yaxes(tickformat=".0%", range=[0, max([*high, LEAST_TOP]) * 1.06], nticks=5)
    return legend_above(drawn).update_layout(margin={"t": 40})
