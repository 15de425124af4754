"""Charts of students by cohort: how far, how often, pay, competencies, landings, the way to a first job."""

import plotly.graph_objects as go
import polars as pl

from dashboards.charts.market import short_terms
from dashboards.charts.style import PALETTES, Mode, Palette, figure, label, legend_above

REACHED = ("Completed", "Selected", "Applied")
LANDED = (
    "Full-time work",
    "Part-time work",
    "Further study",
    "Service or military",
    "Seeking",
    "Not seeking",
    "Not known",
)
YEAR_MARKS = {0: "0", 180: "6", 365: "12", 730: "24", 1095: "36"}


def cohorts(by_term: pl.DataFrame, mode: Mode) -> go.Figure:
    """Draw each cohort by how far its students came, the furthest at the bottom."""
    colours = PALETTES[mode]
    drawn = figure(mode, 300)
    fills = dict(zip(REACHED, (colours.accent, colours.open, colours.neutral), strict=True))
    words = {"Selected": "Selected, not completed", "Applied": "Applied, never selected"}
    for reach, colour in fills.items():
        here = by_term.filter(pl.col("reach") == reach)
        drawn.add_trace(
            go.Bar(
                x=short_terms(here["term"].to_list()),
                y=here["students"].to_list(),
                customdata=here["share"].to_list(),
                name=words.get(reach, reach),
                marker={"color": colour},
                hovertemplate="%{x}: %{y:,} students (%{customdata:.0%})<extra></extra>",
            )
        )
    terms = short_terms(list(dict.fromkeys(by_term["term"].to_list())))
    drawn.update_layout(barmode="stack", bargap=0.2)
    drawn.update_xaxes(categoryorder="array", categoryarray=terms, tickangle=0)
    drawn.update_yaxes(nticks=5, tickformat="~s")
    return legend_above(drawn).update_layout(margin={"t": 40})


def distribution(buckets: pl.DataFrame, mode: Mode, word: str) -> go.Figure:
    """Draw students by bucket, each bar with its share."""
    colours = PALETTES[mode]
    drawn = figure(mode, 260)
    shares = [share or 0.0 for share in buckets["share"].to_list()]
    drawn.add_trace(
        go.Bar(
            x=buckets["bucket"].to_list(),
            y=shares,
            customdata=buckets["students"].to_list(),
            marker={"color": colours.accent},
            text=[f"{share * 100:.0f} %" for share in shares],
            textposition="outside",
            cliponaxis=False,
            hovertemplate="%{x}: %{customdata:,} students (%{y:.1%})<extra></extra>",
        )
    )
    drawn.update_xaxes(title=word, type="category", tickangle=0)
    return drawn.update_yaxes(visible=False, range=[0, max([*shares, 0.01]) * 1.15]).update_layout(margin={"t": 12})


def selection(by_applications: pl.DataFrame, mode: Mode) -> go.Figure:
    """Draw the share ever selected by how often a student applied, with 95 % intervals."""
    colours = PALETTES[mode]
    drawn = figure(mode, 280)
    shares = by_applications["share"].to_list()
    highs, lows = by_applications["high"].to_list(), by_applications["low"].to_list()
    drawn.add_trace(
        go.Scatter(
            x=by_applications["applications"].to_list(),
            y=shares,
            mode="markers",
            marker={"color": colours.accent, "size": 10},
            error_y=_bars(shares, lows, highs, colours.accent),
            customdata=by_applications.select("selected", "students").rows(),
            hovertemplate="%{x} applications: %{customdata[0]:,} of %{customdata[1]:,}, %{y:.1%}<extra></extra>",
        )
    )
    drawn.update_xaxes(title="applications that a student made", type="category", tickangle=0)
    return drawn.update_yaxes(tickformat=".0%", rangemode="tozero", nticks=5)


def _bars(values: list[float], lows: list[float], highs: list[float], colour: str) -> dict[str, object]:
    return {
        "type": "data",
        "symmetric": False,
        "array": [high - value for value, high in zip(values, highs, strict=True)],
        "arrayminus": [value - low for value, low in zip(values, lows, strict=True)],
        "color": colour,
        "thickness": 2,
        "width": 0,
    }


def pay(buckets: pl.DataFrame, mode: Mode) -> go.Figure:
    """Draw completers by what they earned in all."""
    colours = PALETTES[mode]
    drawn = figure(mode, buckets.height * 30 + 24)
    names = [_dollars(first, last) for first, last in buckets.select("from_usd", "to_usd").iter_rows()]
    shares = [share or 0.0 for share in buckets["share"].to_list()]
    drawn.add_trace(
        go.Bar(
            x=shares,
            y=names,
            orientation="h",
            customdata=buckets["students"].to_list(),
            marker={"color": colours.accent},
            text=[f"{share * 100:.0f} %" for share in shares],
            textposition="outside",
            cliponaxis=False,
            hovertemplate="%{y}: %{customdata:,} students (%{x:.1%})<extra></extra>",
        )
    )
    drawn.update_layout(bargap=0.2, margin={"r": 40})
    drawn.update_xaxes(visible=False, range=[0, max([*shares, 0.01]) * 1.12])
    return drawn.update_yaxes(autorange="reversed", tickfont={"color": colours.ink})


def _dollars(first: float, last: float | None) -> str:
    return f"${first:,.0f} and more" if last is None else f"${first:,.0f} to {last:,.0f}"


def first_selection(curve: pl.DataFrame, mode: Mode, last: int = 365) -> go.Figure:
    """Draw the share of students selected by each day after their first application."""
    return _rising(curve.filter(pl.col("day") <= last), "selected", mode, "selected", last)


def first_job(curve: pl.DataFrame, mode: Mode) -> go.Figure:
    """Draw the share of completers in a first full-time job by each day, with its band and those still watched."""
    last = int(curve["day"][-1]) if curve.height else 365
    drawn = _rising(curve, "hired", mode, "in full-time work", last)
    small = f'<span style="font-size:11px;color:{PALETTES[mode].soft_ink}">'
    marks = {day: word for day, word in YEAR_MARKS.items() if day <= max(last, 200)}
    ticks = [f"{word}<br>{small}{_at_risk(curve, day)}</span>" for day, word in marks.items()]
    return drawn.update_xaxes(
        title="months after completing; below, still watched", tickvals=list(marks), ticktext=ticks, tickangle=0
    )


def _rising(curve: pl.DataFrame, column: str, mode: Mode, word: str, last: int) -> go.Figure:
    colours = PALETTES[mode]
    drawn = figure(mode, 300)
    if {"low", "high"} <= set(curve.columns):
        banded = curve.drop_nulls(["low", "high"])
        edge = {"x": banded["day"].to_list(), "mode": "lines", "line": {"width": 0, "shape": "hv"}, "hoverinfo": "skip"}
        drawn.add_trace(go.Scatter(y=banded["high"].to_list(), **edge))
        drawn.add_trace(go.Scatter(y=banded["low"].to_list(), fill="tonexty", fillcolor=_veil(colours.accent), **edge))
    days, shares = [0, *curve["day"].to_list()], [0.0, *curve[column].to_list()]
    drawn.add_trace(
        go.Scatter(
            x=days,
            y=shares,
            mode="lines",
            line={"color": colours.accent, "width": 2.5, "shape": "hv"},
            hovertemplate="day %{x}: %{y:.1%} " + word + "<extra></extra>",
        )
    )
    if len(days) > 1:
        label(drawn, f"{shares[-1] * 100:.0f} %", days[-1], shares[-1], colours.accent, xanchor="right", yshift=12)
    drawn.update_yaxes(tickformat=".0%", rangemode="tozero", nticks=5)
    return drawn.update_xaxes(title="days after the first application", range=[0, last * 1.02], nticks=7)


def _veil(colour: str) -> str:
    red, green, blue = (int(colour[start : start + 2], 16) for start in (1, 3, 5))
    return f"rgba({red},{green},{blue},0.18)"


def _at_risk(curve: pl.DataFrame, day: int) -> str:
    later = curve.filter(pl.col("day") >= day)
    return "" if later.is_empty() else f"{later['at_risk_count'][0]:,}"


def growth(changes: pl.DataFrame, mode: Mode) -> go.Figure:
    """Draw the change of each competency from a student's first score to the last, with its 95 % interval."""
    colours = PALETTES[mode]
    drawn = figure(mode, changes.height * 34 + 90)
    values, lows, highs = (changes[name].to_list() for name in ("change", "low", "high"))
    drawn.add_vline(x=0, line={"color": colours.soft_ink, "width": 1, "dash": "dot"})
    drawn.add_trace(
        go.Scatter(
            x=values,
            y=changes["competency"].to_list(),
            mode="markers",
            marker={"color": [_told(low, high, colours) for low, high in zip(lows, highs, strict=True)], "size": 10},
            error_x=_bars(values, lows, highs, colours.soft_ink),
            customdata=changes.select("first", "last", "students").rows(),
            hovertemplate="%{y}: from %{customdata[0]:.2f} to %{customdata[1]:.2f}, %{x:+.2f}, "
            "%{customdata[2]:,} students<extra></extra>",
        )
    )
    furthest = max((abs(edge) for edge in [*lows, *highs]), default=0.1) * 1.15
    drawn.update_xaxes(title="points of five, last score less first", range=[-furthest, furthest], tickformat="+.1f")
    return drawn.update_yaxes(autorange="reversed", tickfont={"color": colours.ink}, showgrid=False)


def _told(low: float, high: float, colours: Palette) -> str:
    if low > 0:
        return colours.accent
    return colours.lost if high < 0 else colours.neutral


def landings(found: pl.DataFrame, mode: Mode) -> go.Figure:
    """Draw where graduates landed, one bar per group, those not known hatched."""
    colours = PALETTES[mode]
    groups = list(dict.fromkeys(found["group"].to_list()))
    drawn = figure(mode, len(groups) * 46 + 170)
    fills = (
        colours.host,
        colours.open,
        colours.accent,
        colours.accent_soft,
        colours.elsewhere,
        colours.soft_ink,
        colours.neutral,
    )
    for word, colour in zip(LANDED, fills, strict=True):
        here = found.filter(pl.col("destination") == word)
        if here.is_empty():
            continue
        drawn.add_trace(
            go.Bar(
                y=here["group"].to_list(),
                x=here["share"].to_list(),
                orientation="h",
                customdata=here["graduates"].to_list(),
                name=word,
                marker={"color": colour},
                hovertemplate="%{y}: %{customdata:,} " + word.lower() + " (%{x:.1%})<extra></extra>",
            )
        )
    drawn.update_layout(barmode="stack", bargap=0.35)
    drawn.update_xaxes(tickformat=".0%", range=[0, 1], nticks=5)
    drawn.update_yaxes(
        categoryorder="array", categoryarray=groups[::-1], tickfont={"color": colours.ink}, showgrid=False
    )
    return legend_above(drawn).update_layout(margin={"t": 64})
