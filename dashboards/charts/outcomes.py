"""Charts of the Hire-through page: incidence curve, maturity meter, forest of groups."""

import plotly.graph_objects as go
import polars as pl
from plotly.subplots import make_subplots

from dashboards.charts.style import PALETTES, Mode, figure, fill, legend_above, template, text_on

DAYS_PER_MONTH = 365 / 12
LEAST_LABELLED = 0.08
MANY = 10_000
MARKED_DAYS = {180: "6", 365: "12", 730: "24", 1095: "36"}


def incidence(curve: pl.DataFrame, mode: Mode, host_word: str, start: str = "completing") -> go.Figure:
    """Draw the cumulative incidence of a host hire with its 95 % band, and below it that of a hire elsewhere, if told.

    There is no band before the first hire: nothing is known of its spread.
    """
    colours = PALETTES[mode]
    curves = [("host_incidence", host_word, colours.host)]
    if curve["elsewhere_incidence"].null_count() == 0:
        curves.append(("elsewhere_incidence", "Hired elsewhere first", colours.elsewhere))
    heights = [0.66, 0.34][: len(curves)]
    drawn = make_subplots(rows=len(curves), cols=1, shared_xaxes=True, row_heights=heights, vertical_spacing=0.09)
    banded = curve.drop_nulls(["host_lower", "host_upper"])
    band = {"x": banded["day"].to_numpy(), "mode": "lines", "line": {"width": 0, "shape": "hv"}, "hoverinfo": "skip"}
    drawn.add_trace(go.Scatter(y=banded["host_upper"].to_numpy(), **band), row=1, col=1)
    fill = {"fill": "tonexty", "fillcolor": tint(colours.host)}
    drawn.add_trace(go.Scatter(y=banded["host_lower"].to_numpy(), **band, **fill), row=1, col=1)
    for row, (column, word, colour) in enumerate(curves, 1):
        drawn.add_trace(_line(curve, column, colour, word), row=row, col=1)
    drawn.update_layout(template=template(mode), height=480, hovermode="x unified", margin={"t": 30, "b": 46, "r": 12})
    last = max(int(curve["day"][-1]), 200)
    marks = {0: "0"} | {day: text for day, text in MARKED_DAYS.items() if day <= last}
    small = f'<span style="font-size:11px;color:{colours.soft_ink}">'
    ticks = [f"{text}<br>{small}{at_risk_text(curve, day)}</span>" for day, text in marks.items()]
    drawn.update_xaxes(range=[0, last], tickvals=list(marks), ticktext=ticks, tickangle=0)
    drawn.update_xaxes(title=f"months after {start}; below, still at risk", row=len(curves), col=1)
    drawn.update_yaxes(tickformat=".0%", rangemode="tozero", nticks=5)
    for row, (_, word, colour) in enumerate(curves, 1):
        drawn.add_annotation(
            text=f"<b>{word}</b>",
            x=0,
            y=1,
            xref="x domain",
            yref=f"y{row if row > 1 else ''} domain",
            xanchor="left",
            yanchor="bottom",
            yshift=4,
            showarrow=False,
            font={"color": colour, "size": 13},
        )
    return drawn


def tint(colour: str) -> str:
    """Return a colour so thin that a band of it lets lines and grid through."""
    red, green, blue = (int(colour[start : start + 2], 16) for start in (1, 3, 5))
    return f"rgba({red},{green},{blue},0.18)"


def _line(curve: pl.DataFrame, column: str, colour: str, word: str) -> go.Scatter:
    return go.Scatter(
        x=curve["day"].to_numpy(),
        y=curve[column].to_numpy(),
        mode="lines",
        line={"color": colour, "width": 2.5, "shape": "hv"},
        name=word,
        hovertemplate="%{y:.1%}",
    )


def at_risk_text(curve: pl.DataFrame, day: float) -> str:
    """Write how many are at risk on a day of one curve, in thousands from ten of them on; nothing after its end."""
    later = curve.filter(pl.col("day") >= day)
    if later.is_empty():
        return ""
    return short_count(int(later["at_risk_count"][0]))


def short_count(count: int) -> str:
    """Write a count, in thousands from ten of them on, where there is no room for all of its figures."""
    return f"{count:,}" if count < MANY else f"{count / 1000:,.0f}k"


def maturity(meters: pl.DataFrame, mode: Mode) -> go.Figure:
    """Draw per window the share of completers whose window is over, the rest hatched."""
    colours = PALETTES[mode]
    drawn = figure(mode, 44 * meters.height + 20)
    windows = meters["window"].to_list()
    shares = [share or 0.0 for share in meters["share"].to_list()]
    drawn.add_trace(
        go.Bar(
            y=windows,
            x=shares,
            orientation="h",
            marker={"color": colours.accent},
            customdata=meters["mature"].to_list(),
            hovertemplate="%{y}: %{customdata:,} watched for the whole window (%{x:.0%})<extra></extra>",
        )
    )
    drawn.add_trace(
        go.Bar(
            y=windows,
            x=[1 - share for share in shares],
            orientation="h",
            marker=fill(colours.open, colours, is_open=True),
            customdata=meters["waiting"].to_list(),
            hovertemplate="%{y}: %{customdata:,} not yet (%{x:.0%})<extra></extra>",
        )
    )
    for window, share, mature, waiting in zip(
        windows, shares, meters["mature"].to_list(), meters["waiting"].to_list(), strict=True
    ):
        text = f"<b>{share * 100:.0f} %</b>  {short_count(mature)} of {short_count(mature + waiting)}"
        drawn.add_annotation(text=text, x=1, xref="paper", y=window, xanchor="left", xshift=8, showarrow=False)
    drawn.update_layout(barmode="stack", bargap=0.5, margin={"r": 130})
    drawn.update_xaxes(visible=False, range=[0, 1])
    drawn.update_yaxes(autorange="reversed", tickfont={"color": colours.ink, "size": 12})
    return drawn


def standing(found: pl.DataFrame, mode: Mode, host_word: str = "With us") -> go.Figure:
    """Draw per window where completers stand: hired by the host, hired elsewhere first, neither."""
    colours = PALETTES[mode]
    drawn = figure(mode, 44 * len(MARKED_DAYS) + 44)
    parts = (
        ("host", host_word, colours.host),
        ("elsewhere", "Elsewhere", colours.elsewhere),
        ("neither", "Neither yet", colours.neutral),
    )
    for column, word, colour in parts:
        shares = found[column].to_list()
        drawn.add_trace(
            go.Bar(
                y=found["window"].to_list(),
                x=shares,
                orientation="h",
                name=word,
                marker={"color": colour},
                text=[f"{share * 100:.0f} %" if share >= LEAST_LABELLED else "" for share in shares],
                textposition="inside",
                insidetextanchor="middle",
                textangle=0,
                constraintext="none",
                textfont={"color": text_on(colour, colours)},
                hovertemplate="%{y}: %{x:.1%} " + word.lower() + "<extra></extra>",
            )
        )
    drawn.update_layout(barmode="stack", bargap=0.4)
    drawn.update_xaxes(visible=False, range=[0, 1])
    drawn.update_yaxes(autorange="reversed", tickfont={"color": colours.ink, "size": 12})
    return legend_above(drawn).update_layout(margin={"t": 34})


def forest(groups: pl.DataFrame, overall: float | None, mode: Mode) -> go.Figure:
    """Draw each group's share with its 95 % band, the whole as a line; groups with too few are named as such."""
    colours = PALETTES[mode]
    drawn = figure(mode, groups.height * 32 + 48)
    placed = groups.with_row_index("place")
    banded = placed.drop_nulls(["value", "low", "high"])
    furthest = max([*banded["high"].to_list(), *groups["value"].drop_nulls().to_list(), overall or 0.0, 0.02])
    drawn.add_trace(_points(placed.drop_nulls("value").filter(pl.col("low").is_null()), colours.host, colours.paper))
    drawn.add_trace(_points(banded, colours.host))
    drawn.update_traces(cliponaxis=False)
    for row in placed.iter_rows(named=True):
        known = row["value"] is not None
        size = "" if row["pairs"] is None else f"  n {row['pairs']:,}"
        drawn.add_annotation(
            text=f"<b>{row['value'] * 100:.1f} %</b>{size}" if known else f"too few{size}",
            x=1,
            xref="paper",
            xshift=10,
            y=row["place"],
            xanchor="left",
            showarrow=False,
            font={"color": colours.ink if known else colours.soft_ink},
        )
    if overall is not None:
        drawn.add_vline(x=overall, line={"color": colours.soft_ink, "width": 1, "dash": "dot"})
    drawn.update_xaxes(range=[-furthest * 0.02, furthest * 1.04], tickformat=".0%", tickvals=_ticks(furthest))
    drawn.update_yaxes(
        tickvals=placed["place"].to_list(),
        ticktext=groups["group"].to_list(),
        range=[groups.height - 0.5, -0.5],
        tickfont={"color": colours.ink, "size": 12},
        showgrid=False,
    )
    return drawn.update_layout(margin={"r": 112})


def _points(rows: pl.DataFrame, colour: str, hollow: str | None = None) -> go.Scatter:
    values = rows["value"].to_list()
    band = None
    if hollow is None:
        band = {
            "type": "data",
            "symmetric": False,
            "array": [high - value for value, high in zip(values, rows["high"].to_list(), strict=True)],
            "arrayminus": [value - low for value, low in zip(values, rows["low"].to_list(), strict=True)],
            "color": colour,
            "thickness": 2,
            "width": 0,
        }
    return go.Scatter(
        x=values,
        y=rows["place"].to_list(),
        customdata=rows["group"].to_list(),
        mode="markers",
        marker={"color": hollow or colour, "size": 10, "line": {"color": colour, "width": 2}},
        error_x=band,
        hovertemplate="%{customdata}: %{x:.1%}<extra></extra>",
    )


def _ticks(furthest: float) -> list[float]:
    step = next((each for each in (0.01, 0.02, 0.05, 0.1, 0.2) if furthest / each <= 5), 0.25)
    return [step * place for place in range(int(furthest / step) + 1)]
