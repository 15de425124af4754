"""Charts of groups: forest, stage parts, pooled against stratified, who applied and who advanced, who takes part.

All of them draw frames that are suppressed already. Groups have no colours of their own: they are named where they lie.
"""

from textwrap import wrap

import plotly.graph_objects as go
import polars as pl

from dashboards.charts.style import PALETTES, Mode, Palette, figure, label, legend_above
from dashboards.fairness.comparison import Verdict

ROW, FRAME = 36, 52
LINE = 22
FOUR_FIFTHS = 0.8
REVIEW: Verdict = "comparison for review"
TOO_FEW: Verdict = "too few to say"


def lines(name: str) -> str:
    """Break a group's name over two lines at most, so that it fits a phone beside its marks."""
    return "<br>".join(wrap(name, LINE, max_lines=2, placeholder=" …"))


def named(drawn: go.Figure, names: list[str], palette: Palette) -> go.Figure:
    """Name the rows of a chart from the top down."""
    drawn.update_yaxes(
        tickvals=list(range(len(names))),
        ticktext=[lines(name) for name in names],
        range=[len(names) - 0.5, -0.5],
        tickfont={"color": palette.ink, "size": 12},
        showgrid=False,
    )
    return drawn


def _beside(drawn: go.Figure, text: str, place: float, colour: str) -> None:
    label(drawn, text, 1, place, colour, xref="paper", xshift=10)


def _bars(rows: pl.DataFrame, value: str, low: str, high: str, colour: str) -> dict[str, object]:
    """Return the interval of each mark as an error bar."""
    return {
        "type": "data",
        "symmetric": False,
        "array": (rows[high] - rows[value]).to_list(),
        "arrayminus": (rows[value] - rows[low]).to_list(),
        "color": colour,
        "thickness": 2,
        "width": 0,
    }


def forest(compared: pl.DataFrame, mode: Mode) -> go.Figure:
    """Draw each group's rate with its 95 % interval, or the band that stands for it, and four fifths of the highest.

    The diamond is the highest; another colour marks a comparison for review, a hollow mark too few to say.
    """
    palette = PALETTES[mode]
    placed = compared.with_row_index("place")
    exact, banded = placed.drop_nulls("rate"), placed.drop_nulls("low_edge")
    drawn = figure(mode, compared.height * ROW + FRAME)
    highest = exact.filter("is_leading")["rate"].to_list()
    starts = [*exact["low"], *banded["low_edge"], *(FOUR_FIFTHS * rate for rate in highest)]
    ends = [*exact["high"], *banded["high_edge"], 0.02]
    start, end = max(0.0, min(starts, default=0.0) - 0.02), min(1.0, max(ends))
    if highest:
        limit = FOUR_FIFTHS * highest[0]
        drawn.add_vrect(start - end, limit, fillcolor=palette.neutral, opacity=0.2, line_width=0, layer="below")
        drawn.add_vline(limit, line={"color": palette.soft_ink, "width": 1, "dash": "dot"})
    for row in banded.iter_rows(named=True):
        drawn.add_trace(_band(row, palette))
    drawn.add_trace(_rates(exact, palette))
    for row in placed.iter_rows(named=True):
        known = row["rate"] is not None
        figure_text = f"<b>{row['figure']}</b>" if known else row["figure"]
        _beside(drawn, f"{figure_text}  n {row['units']:,}", row["place"], palette.ink if known else palette.soft_ink)
    space = 0.03 * (end - start)
    drawn.update_xaxes(range=[start - space, end + space], tickformat=".0%", nticks=5, tickangle=0)
    return named(drawn, compared["group"].to_list(), palette).update_layout(margin={"r": 124})


def _band(row: dict[str, object], palette: Palette) -> go.Scatter:
    return go.Scatter(
        x=[row["low_edge"], row["high_edge"]],
        y=[row["place"], row["place"]],
        mode="lines",
        line={"color": palette.neutral, "width": 9},
        hovertemplate=f"{row['group']}: {row['figure']}<extra></extra>",
    )


def _rates(exact: pl.DataFrame, palette: Palette) -> go.Scatter:
    verdicts = exact["verdict"].to_list()
    colours = [_colour(verdict, palette) for verdict in verdicts]
    leads = exact["is_leading"].to_list()
    return go.Scatter(
        x=exact["rate"].to_list(),
        y=exact["place"].to_list(),
        mode="markers",
        marker={
            "size": 11,
            "symbol": ["diamond" if leading else "circle" for leading in leads],
            "color": [
                palette.paper if verdict == TOO_FEW else colour
                for verdict, colour in zip(verdicts, colours, strict=True)
            ],
            "line": {"color": colours, "width": 2},
        },
        error_x=_bars(exact, "rate", "low", "high", palette.soft_ink),
        customdata=[
            [group, "highest" if leading else verdict or "not compared"]
            for group, leading, verdict in zip(exact["group"].to_list(), leads, verdicts, strict=True)
        ],
        hovertemplate="%{customdata[0]}: %{x:.1%}, %{customdata[1]}<extra></extra>",
        cliponaxis=False,
    )


def _colour(verdict: str | None, palette: Palette) -> str:
    return palette.lost if verdict == REVIEW else palette.accent


def stage_parts(parts: pl.DataFrame, mode: Mode) -> go.Figure:
    """Draw at each stage the group's rate over the other's, and the product of all; dotted, four fifths."""
    palette = PALETTES[mode]
    ratios = parts["ratio"].to_list()
    last = parts.height - 1
    drawn = figure(mode, parts.height * ROW + FRAME)
    drawn.add_vline(1, line={"color": palette.soft_ink, "width": 1})
    drawn.add_vline(FOUR_FIFTHS, line={"color": palette.soft_ink, "width": 1, "dash": "dot"})
    for place, ratio in enumerate(ratios):
        drawn.add_trace(_step(parts["stage"][place], place, ratio, palette, is_whole=place == last))
    for place, row in enumerate(parts.iter_rows(named=True)):
        rates = "" if row["rate"] is None else f"  {row['rate'] * 100:.1f} : {row['leading_rate'] * 100:.1f} %"
        _beside(drawn, f"<b>{row['ratio']:.2f}</b>{rates}", place, palette.ink)
    known = [*ratios, FOUR_FIFTHS, 1.0]
    drawn.update_xaxes(range=[min(known) - 0.08, max(known) + 0.08], tickformat=".2~f", nticks=6, tickangle=0)
    return named(drawn, parts["stage"].to_list(), palette).update_layout(margin={"r": 132})


def _step(stage: str, place: int, ratio: float, palette: Palette, *, is_whole: bool) -> go.Scatter:
    colour = palette.lost if ratio < FOUR_FIFTHS else palette.accent
    return go.Scatter(
        x=[1, ratio],
        y=[place, place],
        mode="lines+markers",
        line={"color": colour, "width": 3},
        marker={"size": [0, 12], "symbol": "diamond" if is_whole else "circle", "color": colour, "opacity": [0, 1]},
        hovertemplate=f"{stage}: %{{x:.2f}} of the other group's rate<extra></extra>",
        cliponaxis=False,
    )


def stratified(found: pl.DataFrame, mode: Mode) -> go.Figure:
    """Draw each group's odds of selection against the highest: hollow over all projects, filled within projects."""
    palette = PALETTES[mode]
    placed = found.with_row_index("place").drop_nulls(["pooled_low", "within_low"])
    drawn = figure(mode, found.height * (ROW + 6) + FRAME + 20)
    drawn.add_vline(1, line={"color": palette.soft_ink, "width": 1})
    pairs = (("pooled", "All projects together", -0.15), ("within", "Within the same project", 0.15))
    for name, word, shift in pairs:
        colour = palette.soft_ink if name == "pooled" else palette.accent
        drawn.add_trace(
            go.Scatter(
                x=placed[name].to_list(),
                y=(placed["place"] + shift).to_list(),
                mode="markers",
                name=word,
                marker={
                    "size": 10,
                    "color": palette.paper if name == "pooled" else colour,
                    "line": {"color": colour, "width": 2},
                },
                error_x=_bars(placed, name, f"{name}_low", f"{name}_high", colour),
                customdata=placed["group"].to_list(),
                hovertemplate="%{customdata}: %{x:.2f}<extra>" + word + "</extra>",
                cliponaxis=False,
            )
        )
    for row in placed.iter_rows(named=True):
        _beside(drawn, f"{row['pooled']:.2f} / <b>{row['within']:.2f}</b>", row["place"], palette.ink)
    drawn.update_xaxes(type="log", tickvals=[0.1, 0.2, 0.5, 1, 2, 5, 10], tickformat=".1~f", tickangle=0)
    drawn = named(drawn, found["group"].to_list(), palette)
    return legend_above(drawn).update_layout(margin={"r": 96, "t": 34})


def composition(found: pl.DataFrame, reached: str, mode: Mode) -> go.Figure:
    """Draw each group's share of applications (hollow) and of those who reached a stage (filled)."""
    palette = PALETTES[mode]
    drawn = figure(mode, found.height * ROW + FRAME + 20)
    before, after = found["applied_share"].to_list(), found["reached_share"].to_list()
    places = list(range(found.height))
    for place, first, second in zip(places, before, after, strict=True):
        line = {"color": palette.neutral, "width": 3}
        drawn.add_trace(
            go.Scatter(x=[first, second], y=[place] * 2, mode="lines", line=line, hoverinfo="skip", showlegend=False)
        )
    marks = (("Applied", before, palette.soft_ink, palette.paper), (reached, after, palette.accent, palette.accent))
    for word, shares, colour, inside in marks:
        drawn.add_trace(
            go.Scatter(
                x=shares,
                y=places,
                mode="markers",
                name=word,
                marker={"size": 11, "color": inside, "line": {"color": colour, "width": 2}},
                customdata=found["group"].to_list(),
                hovertemplate="%{customdata}: %{x:.1%}<extra>" + word + "</extra>",
                cliponaxis=False,
            )
        )
    for place, first, second in zip(places, before, after, strict=True):
        _beside(drawn, f"{first * 100:.1f} / <b>{second * 100:.1f} %</b>", place, palette.ink)
    drawn.update_xaxes(tickformat=".0%", rangemode="tozero", nticks=5, tickangle=0)
    drawn = named(drawn, found["group"].to_list(), palette)
    return legend_above(drawn).update_layout(margin={"r": 104, "t": 34})


def participation(found: pl.DataFrame, mode: Mode) -> go.Figure:
    """Draw a group's share step by step, and at the institutions that students attend as a dotted line."""
    palette = PALETTES[mode]
    drawn = figure(mode, found.height * ROW + FRAME)
    first = found["share"][0]
    if first is not None:
        drawn.add_vline(first, line={"color": palette.soft_ink, "width": 1, "dash": "dot"})
    shares = found["share"].to_list()
    drawn.add_trace(
        go.Scatter(
            x=shares,
            y=list(range(found.height)),
            mode="lines+markers",
            line={"color": palette.accent, "width": 2},
            marker={
                "size": 11,
                "color": [palette.paper, *[palette.accent] * (found.height - 1)],
                "line": {"color": [palette.soft_ink, *[palette.accent] * (found.height - 1)], "width": 2},
            },
            customdata=found["step"].to_list(),
            hovertemplate="%{customdata}: %{x:.1%}<extra></extra>",
            cliponaxis=False,
        )
    )
    for place, row in enumerate(found.iter_rows(named=True)):
        text = "not known" if row["share"] is None else f"<b>{row['share'] * 100:.1f} %</b>"
        _beside(drawn, text if row["known"] is None else f"{text}  n {row['known']:,}", place, palette.ink)
    drawn.update_xaxes(tickformat=".0%", range=[0, max([share or 0 for share in shares]) * 1.15], nticks=4, tickangle=0)
    return named(drawn, found["step"].to_list(), palette).update_layout(margin={"r": 124})
