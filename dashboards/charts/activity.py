"""Events by month, one small chart per event: what happened when, on scales of their own."""

import plotly.graph_objects as go
import polars as pl
from plotly.subplots import make_subplots

from dashboards.charts.style import PALETTES, Mode, template

PANEL_HEIGHT = 86
HIRES = "Hires after a project"


def by_month(months: pl.DataFrame, mode: Mode) -> go.Figure:
    """Draw a row of bars per event, the months below one another; the title of each row says its total."""
    colours = PALETTES[mode]
    events = list(dict.fromkeys(months["event"].to_list()))
    drawn = make_subplots(rows=len(events), cols=1, shared_xaxes=True, vertical_spacing=0.05)
    for row, event in enumerate(events, start=1):
        here = months.filter(pl.col("event") == event)
        colour = colours.host if event == HIRES else colours.accent
        drawn.add_trace(
            go.Bar(
                x=here["month"].to_list(),
                y=here["count"].to_list(),
                name=event,
                marker={"color": colour},
                hovertemplate="%{x|%b %Y}: %{y:,} " + event.lower() + "<extra></extra>",
            ),
            row=row,
            col=1,
        )
        total = f'<span style="color:{colours.soft_ink}">{here["count"].sum():,} in {here.height:,} months</span>'
        drawn.add_annotation(
            text=f"<b>{event}</b>  {total}",
            x=0,
            y=1,
            xref="x domain",
            yref=f"y{row if row > 1 else ''} domain",
            xanchor="left",
            yanchor="bottom",
            showarrow=False,
            font={"color": colours.ink, "size": 12},
        )
    drawn.update_layout(template=template(mode), height=len(events) * PANEL_HEIGHT + 40, bargap=0.18, margin={"t": 24})
    drawn.update_yaxes(nticks=3, rangemode="tozero")
    drawn.update_xaxes(tickformat="%b %Y", nticks=5, tickangle=0, showgrid=False)
    return drawn
