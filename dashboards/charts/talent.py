"""The talent pool by graduation and by how long ago the last work was, split by rating."""

import plotly.graph_objects as go
import polars as pl

from dashboards.charts.market import short_terms
from dashboards.charts.style import PALETTES, Mode, figure, fill, legend_above

NOT_RATED = "Not rated"
SHORT = {"Graduated": "Past", "Not known": "?"}


def stacked(found: pl.DataFrame, mode: Mode, axis: str = "") -> go.Figure:
    """Draw people per group, the well rated at the bottom, with the total above each bar."""
    colours = PALETTES[mode]
    drawn = figure(mode, 320)
    bands = list(dict.fromkeys(found["band"].to_list()))
    groups = list(dict.fromkeys(found["group"].to_list()))
    words = dict(zip(groups, short_terms([SHORT.get(group, group) for group in groups]), strict=True))
    for band, colour in zip(bands, (colours.accent, colours.neutral, colours.open), strict=False):
        here = found.filter(pl.col("band") == band)
        drawn.add_trace(
            go.Bar(
                x=[words[group] for group in here["group"]],
                y=here["people"].to_list(),
                name=band,
                marker=fill(colour, colours, is_open=band == NOT_RATED),
                customdata=here["group"].to_list(),
                hovertemplate="%{customdata}: %{y:,} " + band.lower() + "<extra></extra>",
            )
        )
    for group, total in found.group_by("group", maintain_order=True).agg(pl.col("people").sum()).iter_rows():
        drawn.add_annotation(
            text=f"{total:,}", x=words[group], y=total, yanchor="bottom", showarrow=False, font={"color": colours.ink}
        )
    drawn.update_layout(barmode="stack", bargap=0.25)
    drawn.update_xaxes(categoryorder="array", categoryarray=list(words.values()), tickangle=0, title=axis or None)
    drawn.update_yaxes(nticks=4, rangemode="tozero")
    return legend_above(drawn).update_layout(margin={"t": 60})
