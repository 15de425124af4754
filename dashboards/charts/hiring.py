"""Charts of the activity of hiring: hires and offers per month, days to hire, and starts at any employer."""

import plotly.graph_objects as go
import polars as pl

from dashboards.charts.outcomes import MARKED_DAYS, at_risk_text, tint
from dashboards.charts.retention import WORDS, shades
from dashboards.charts.style import PALETTES, Mode, figure, fill, legend_above

ANSWERS = {"accepted": "Accepted", "declined": "Declined or withdrawn", "open": "No answer yet"}


def hires(found: pl.DataFrame, mode: Mode) -> go.Figure:
    """Draw new hires per month of the start, stacked by how they came."""
    drawn = figure(mode, 320)
    for way, word in WORDS.items():
        drawn.add_trace(_part(found, "came_by", way, "hires", word, {"color": shades(PALETTES[mode])[way]}))
    return _months(drawn)


def offers(found: pl.DataFrame, mode: Mode) -> go.Figure:
    """Draw offers per month of sending, stacked by what became of them; the unanswered are hatched."""
    colours = PALETTES[mode]
    markers: dict[str, dict[str, object]] = {
        "accepted": {"color": colours.host},
        "declined": {"color": colours.neutral},
        "open": fill(colours.open, colours, is_open=True),
    }
    drawn = figure(mode, 320)
    for answer, word in ANSWERS.items():
        drawn.add_trace(_part(found, "answer", answer, "offers", word, markers[answer]))
    return _months(drawn)


def _part(found: pl.DataFrame, column: str, kind: str, counted: str, word: str, marker: dict[str, object]) -> go.Bar:
    rows = found.filter(pl.col(column) == kind)
    return go.Bar(
        x=rows["month"].to_list(),
        y=rows[counted].to_list(),
        name=word,
        marker=marker,
        hovertemplate="%{x|%b %Y}: %{y:,} " + word.lower() + "<extra></extra>",
    )


def _months(drawn: go.Figure) -> go.Figure:
    drawn.update_layout(barmode="stack", bargap=0.15)
    drawn.update_xaxes(tickformat="%b<br>%Y", nticks=8, tickangle=0)
    drawn.update_yaxes(rangemode="tozero", nticks=5, tickformat=",d")
    return legend_above(drawn).update_layout(margin={"t": 40})


def days_to_hire(found: pl.DataFrame, mode: Mode) -> go.Figure:
    """Draw per quarter the median days from application to hire, and the middle half as a bar."""
    colours = PALETTES[mode]
    known = found.drop_nulls("median")
    drawn = figure(mode, 300)
    names = [f"Q{(day.month + 2) // 3}<br>{day:%y}" for day in known["quarter"].to_list()]
    low, high = known["lower_quartile"].to_list(), known["upper_quartile"].to_list()
    drawn.add_trace(
        go.Bar(
            x=names,
            y=[end - start for start, end in zip(low, high, strict=True)],
            base=low,
            width=0.5,
            name="Middle half",
            marker={"color": colours.accent_soft},
            hoverinfo="skip",
        )
    )
    drawn.add_trace(
        go.Scatter(
            x=names,
            y=known["median"].to_list(),
            mode="markers",
            name="Median",
            marker={"symbol": "line-ew", "size": 16, "line": {"color": colours.accent, "width": 3}},
            customdata=known["n"].to_list(),
            hovertemplate="%{x}: %{y:.0f} days, %{customdata:,} hires<extra></extra>",
        )
    )
    drawn.update_xaxes(tickangle=0)
    drawn.update_yaxes(rangemode="tozero", nticks=5, title="days")
    return legend_above(drawn).update_layout(margin={"t": 40})


def anywhere(curve: pl.DataFrame, mode: Mode) -> go.Figure:
    """Draw the share of persons in full-time work anywhere by each day after the first completion, with its band."""
    colours = PALETTES[mode]
    drawn = figure(mode, 340)
    banded = curve.drop_nulls(["hired_lower", "hired_upper"])
    edge = {"x": banded["day"].to_numpy(), "mode": "lines", "line": {"width": 0, "shape": "hv"}, "hoverinfo": "skip"}
    drawn.add_trace(go.Scatter(y=banded["hired_upper"].to_numpy(), **edge))
    filled = {"fill": "tonexty", "fillcolor": tint(colours.accent)}
    drawn.add_trace(go.Scatter(y=banded["hired_lower"].to_numpy(), **edge, **filled))
    drawn.add_trace(
        go.Scatter(
            x=curve["day"].to_numpy(),
            y=curve["hired_incidence"].to_numpy(),
            mode="lines",
            line={"color": colours.accent, "width": 2.5, "shape": "hv"},
            hovertemplate="day %{x}: %{y:.1%}<extra></extra>",
        )
    )
    last = max(int(curve["day"][-1]), 200)
    marks = {0: "0"} | {day: text for day, text in MARKED_DAYS.items() if day <= last}
    drawn.update_xaxes(
        range=[0, last],
        tickvals=list(marks),
        ticktext=[f"{text}<br>{at_risk_text(curve, day)}" for day, text in marks.items()],
        tickangle=0,
        title="months after the first completion; below, still at risk",
    )
    return drawn.update_yaxes(tickformat=".0%", range=[0, 1.03], nticks=6).update_layout(margin={"b": 46, "r": 12})
