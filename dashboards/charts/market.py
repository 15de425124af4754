"""Charts of the Marketplace health page: liquidity, money, concentration."""

import plotly.graph_objects as go
import polars as pl
from plotly.subplots import make_subplots

from dashboards.charts import style
from dashboards.charts.style import PALETTES, Mode, Palette, figure, label, legend_above

FILLS = {"fill_rate_60_days": "60 days", "fill_rate_30_days": "30 days", "fill_rate_14_days": "14 days"}
SHORT = {"Spring": "Sp", "Summer": "Su", "Fall": "Fa"}
FIRST_DAYS = 30


def short_terms(terms: list[str]) -> list[str]:
    """Shorten ``Fall 2025`` to ``Fa`` over ``25``, so that a row of terms fits a phone."""
    return [
        f"{SHORT.get(season, season)}<br>{year[-2:]}" for season, _, year in (term.partition(" ") for term in terms)
    ]


def fill(by_term: pl.DataFrame, mode: Mode) -> go.Figure:
    """Draw the fill rates within 14, 30 and 60 days by term of posting; a term that is partly immature is hollow."""
    colours = PALETTES[mode]
    drawn = figure(mode, 300)
    terms = short_terms(by_term["term"].to_list())
    mature = by_term["mature_share"].to_list()
    for (column, word), colour in zip(FILLS.items(), _shades(colours), strict=True):
        rates = by_term[column].to_list()
        drawn.add_trace(
            go.Scatter(
                x=terms,
                y=rates,
                mode="lines+markers",
                line={"color": colour, "width": 2.5, "dash": "dot" if word == "14 days" else "solid"},
                marker={
                    "size": 8,
                    "color": [colour if (share or 0) > 0.999 else colours.paper for share in mature],
                    "line": {"color": colour, "width": 2},
                },
                name=word,
                hovertemplate="%{x}, within " + word + ": %{y:.1%}<extra></extra>",
            )
        )
        last = next((place for place in range(len(rates) - 1, -1, -1) if rates[place] is not None), None)
        if last is not None:
            label(drawn, f"{word}", terms[last], rates[last], colour, xshift=9)
    drawn.update_xaxes(tickangle=0)
    drawn.update_yaxes(tickformat=".0%", rangemode="tozero", nticks=5)
    return drawn.update_layout(margin={"r": 56})


def _shades(colours: Palette) -> tuple[str, str, str]:
    return colours.soft_ink, colours.accent, colours.soft_ink


def first_application(curve: pl.DataFrame, mode: Mode) -> go.Figure:
    """Draw the share of projects that have an application by each day after posting, and of those closed without."""
    colours = PALETTES[mode]
    drawn = figure(mode, 300)
    early = curve.filter(pl.col("day") <= FIRST_DAYS)
    lines = (
        ("with_application", "first application in", colours.accent),
        ("closed_without", "closed without", colours.lost),
    )
    for column, word, colour in lines:
        shares = early[column].to_list()
        drawn.add_trace(
            go.Scatter(
                x=early["day"].to_list(),
                y=shares,
                mode="lines",
                line={"color": colour, "width": 2.5, "shape": "hv"},
                hovertemplate="day %{x}: %{y:.1%}<extra>" + word + "</extra>",
            )
        )
        if shares:
            label(drawn, word, early["day"][-1], shares[-1], colour, xanchor="right", yshift=12)
    drawn.update_yaxes(tickformat=".0%", range=[0, 1.08], nticks=6)
    return drawn.update_xaxes(title="days after posting", rangemode="tozero", nticks=7)


def ends(by_term: pl.DataFrame, mode: Mode) -> go.Figure:
    """Draw per term how its projects ended: filled, still open, closed with nobody accepting, selected or applying."""
    colours = PALETTES[mode]
    drawn = figure(mode, 300)
    fills = {
        "Filled": colours.accent,
        "Still open": colours.open,
        "Closed, nobody accepted": colours.soft_ink,
        "Closed, nobody selected": colours.neutral,
        "Closed, nobody applied": colours.lost,
    }
    for reason, colour in fills.items():
        here = by_term.filter(pl.col("reason") == reason)
        drawn.add_trace(
            go.Bar(
                x=short_terms(here["term"].to_list()),
                y=here["share"].to_list(),
                customdata=here["projects"].to_list(),
                name=reason,
                marker=style.fill(colour, colours, is_open=reason == "Still open"),
                hovertemplate="%{x}: %{customdata:,} " + reason.lower() + " (%{y:.0%})<extra></extra>",
            )
        )
    terms = short_terms(list(dict.fromkeys(by_term["term"].to_list())))
    drawn.update_layout(barmode="stack", bargap=0.2)
    drawn.update_xaxes(categoryorder="array", categoryarray=terms, tickangle=0)
    drawn.update_yaxes(tickformat=".0%", nticks=5, range=[0, 1])
    return legend_above(drawn).update_layout(margin={"t": 56})


def depth(buckets: pl.DataFrame, mode: Mode) -> go.Figure:
    """Draw how many projects drew how many applications."""
    colours = PALETTES[mode]
    drawn = figure(mode, 300)
    shares = buckets["share"].to_list()
    drawn.add_trace(
        go.Bar(
            x=buckets["applications"].to_list(),
            y=buckets["projects"].to_list(),
            marker={"color": [colours.lost, *[colours.accent] * (buckets.height - 1)]},
            text=[f"{(share or 0) * 100:.0f} %" for share in shares],
            textposition="outside",
            cliponaxis=False,
            customdata=shares,
            hovertemplate="%{x} applications: %{y:,} projects<extra></extra>",
        )
    )
    drawn.update_xaxes(title="applications that a project drew", type="category", tickangle=0)
    return drawn.update_yaxes(nticks=5, tickformat=",").update_layout(margin={"t": 24})


def money(by_month: pl.DataFrame, mode: Mode) -> go.Figure:
    """Draw booked value as bars and recognised value as a line, by month of the event."""
    colours = PALETTES[mode]
    drawn = figure(mode, 300)
    months = by_month["month"].to_list()
    drawn.add_trace(
        go.Bar(
            x=months,
            y=by_month["gmv_booked"].to_list(),
            name="Booked, by acceptance",
            marker={"color": colours.accent_soft},
            hovertemplate="%{x|%b %Y}: $%{y:,.0f} booked<extra></extra>",
        )
    )
    drawn.add_trace(
        go.Scatter(
            x=months,
            y=by_month["gmv_recognised"].to_list(),
            name="Recognised, by approval",
            mode="lines",
            line={"color": colours.accent, "width": 2.5},
            hovertemplate="%{x|%b %Y}: $%{y:,.0f} recognised<extra></extra>",
        )
    )
    drawn.update_yaxes(tickprefix="$", tickformat="~s", nticks=5, rangemode="tozero")
    drawn.update_xaxes(showgrid=False)
    return legend_above(drawn).update_layout(bargap=0.15, margin={"t": 34})


def trend(by_month: pl.DataFrame, mode: Mode) -> go.Figure:
    """Draw, over the trailing 365 days: spend per active employer above, how many are active below."""
    colours = PALETTES[mode]
    drawn = make_subplots(rows=2, cols=1, shared_xaxes=True, row_heights=[0.5, 0.5], vertical_spacing=0.16)
    months = by_month["month"].to_list()
    lines = (
        ("gmv_per_active_employer", "GMV per active employer", colours.accent, "$%{y:,.0f} per active employer"),
        ("active_employers", "Active employers", colours.host, "%{y:,.0f} active employers"),
    )
    for row, (column, word, colour, hover) in enumerate(lines, start=1):
        drawn.add_trace(
            go.Scatter(
                x=months,
                y=by_month[column].to_list(),
                mode="lines",
                line={"color": colour, "width": 2.5},
                name=word,
                hovertemplate="%{x|%b %Y}: " + hover + "<extra></extra>",
            ),
            row=row,
            col=1,
        )
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
            font={"color": colour},
        )
    drawn.update_layout(template=style.template(mode), height=300, margin={"t": 26})
    drawn.update_xaxes(showgrid=False)
    drawn.update_yaxes(rangemode="tozero", nticks=4, tickformat="~s")
    return drawn.update_yaxes(tickprefix="$", row=1, col=1)


def retention(by_month: pl.DataFrame, mode: Mode) -> go.Figure:
    """Draw spend retention by month against the line of one dollar kept for one spent."""
    colours = PALETTES[mode]
    drawn = figure(mode, 300)
    known = by_month.drop_nulls("spend_retention")
    drawn.add_trace(
        go.Scatter(
            x=known["month"].to_list(),
            y=known["spend_retention"].to_list(),
            mode="lines",
            line={"color": colours.accent, "width": 2.5},
            hovertemplate="%{x|%b %Y}: $%{y:.2f} for each dollar a year before<extra></extra>",
        )
    )
    drawn.add_hline(y=1, line={"color": colours.soft_ink, "width": 1, "dash": "dot"})
    if known.height:
        last = known.row(-1, named=True)
        label(drawn, f"{last['spend_retention']:.2f}", last["month"], last["spend_retention"], colours.accent, xshift=6)
    drawn.update_xaxes(showgrid=False)
    drawn.update_yaxes(rangemode="tozero", nticks=5, tickformat=".1f")
    return drawn.update_layout(margin={"r": 40})


def concentration(largest: pl.DataFrame, mode: Mode) -> go.Figure:
    """Draw the largest hosts' shares of booked value."""
    colours = PALETTES[mode]
    drawn = figure(mode, largest.height * 28 + 24)
    shares = largest["share"].to_list()
    drawn.add_trace(
        go.Bar(
            x=shares,
            y=[f"{rank}  {name}" for rank, name in largest.select("rank", "host_name").iter_rows()],
            orientation="h",
            marker={"color": colours.accent},
            text=[f"{share * 100:.1f} %" for share in shares],
            textposition="outside",
            cliponaxis=False,
            customdata=largest["gmv_usd"].to_list(),
            hovertemplate="%{y}: $%{customdata:,.0f} (%{x:.1%})<extra></extra>",
        )
    )
    drawn.update_xaxes(visible=False, range=[0, max([*shares, 0.01]) * 1.25])
    return drawn.update_yaxes(autorange="reversed", tickfont={"color": colours.ink, "size": 12})
