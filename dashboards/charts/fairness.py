"""Charts of groups: forest, stage parts, pooled against stratified, who applied and who advanced, who takes part.

All of them draw frames that are suppressed already. Groups have no colours of their own: they are named where they lie.
"""

from collections.abc import Iterable, Sequence
from textwrap import wrap
from typing import Any

import plotly.graph_objects as go
import polars as pl

from dashboards.charts.style import PALETTES, Mode, Palette, figure, legend_above
from dashboards.fairness.comparison import Verdict

ROW, FRAME = 36, 52
LINE = 22
FOUR_FIFTHS = 0.8
SHORT_AXIS = 3
REVIEW: Verdict = "comparison for review"
TOO_FEW: Verdict = "too few to say"


def lines(name: str) -> str:
    """Break a group's name over two lines at most, so that it fits a phone beside its marks."""
    return "<br>".join(wrap(name.replace("/", "/ "), LINE, max_lines=2, placeholder=" …"))


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


def _beside(drawn: go.Figure, texts: Iterable[str], room: int) -> go.Figure:
    """Write the figures of each row at its right, in so many pixels; all at once, which is many times as fast."""
    place = {"x": 1, "xref": "paper", "xanchor": "left", "xshift": 10, "showarrow": False}
    notes = [place | {"text": text, "y": row} for row, text in enumerate(texts)]
    return drawn.update_layout(annotations=notes, margin={"r": room})


def _upright(palette: Palette, *, x: float, is_dotted: bool = False) -> dict[str, object]:
    """Return a line across all rows."""
    line = {"color": palette.soft_ink, "width": 1, "dash": "dot" if is_dotted else "solid"}
    return {"type": "line", "x0": x, "x1": x, "y0": 0, "y1": 1, "yref": "y domain", "line": line}


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
    space = 0.03 * (end - start)
    drawn.add_traces([_bands(banded, palette), _rates(exact, palette)])
    drawn.update_layout(shapes=_limit(start - space, highest, palette))
    drawn.update_xaxes(range=[start - space, end + space], tickformat=".0%", nticks=4, tickangle=0)
    texts = [
        f"{figure_text if rate is None else f'<b>{figure_text}</b>'}  n {units:,}"
        for figure_text, rate, units in compared.select("figure", "rate", "units").iter_rows()
    ]
    return named(_beside(drawn, texts, 124), compared["group"].to_list(), palette)


def _limit(start: float, highest: list[float], palette: Palette) -> list[dict[str, object]]:
    """Shade what lies below four fifths of the highest rate."""
    if not highest:
        return []
    limit = FOUR_FIFTHS * highest[0]
    shade = {"type": "rect", "x0": start, "x1": limit, "y0": 0, "y1": 1, "yref": "y domain", "layer": "below"}
    filled = {"fillcolor": palette.neutral, "opacity": 0.2, "line": {"width": 0}}
    return [shade | filled, _upright(palette, x=limit, is_dotted=True)]


def _bands(banded: pl.DataFrame, palette: Palette) -> go.Bar:
    """Draw the bands as bars that begin at their lower ends."""
    return go.Bar(
        x=(banded["high_edge"] - banded["low_edge"]).to_list(),
        base=banded["low_edge"].to_list(),
        y=banded["place"].to_list(),
        orientation="h",
        width=0.26,
        marker={"color": palette.neutral},
        customdata=banded.select("group", "figure").rows(),
        hovertemplate="%{customdata[0]}: %{customdata[1]}<extra></extra>",
    )


def _rates(exact: pl.DataFrame, palette: Palette) -> go.Scatter:
    verdicts = exact["verdict"].to_list()
    leads = exact["is_leading"].to_list()
    colours = [
        _colour(verdict, palette, is_compared=bool(verdict) or leading)
        for verdict, leading in zip(verdicts, leads, strict=True)
    ]
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


def _colour(verdict: str | None, palette: Palette, *, is_compared: bool) -> str:
    if not is_compared:
        return palette.neutral
    return palette.lost if verdict == REVIEW else palette.accent


def stage_parts(parts: pl.DataFrame, mode: Mode) -> go.Figure:
    """Draw at each stage the group's rate over the other's, and the product of all; dotted, four fifths."""
    palette = PALETTES[mode]
    ratios, stages = parts["ratio"].to_list(), parts["stage"].to_list()
    colours = [palette.lost if ratio < FOUR_FIFTHS else palette.accent for ratio in ratios]
    places = list(range(parts.height))
    drawn = figure(mode, parts.height * ROW + FRAME)
    stems = go.Bar(
        x=[ratio - 1 for ratio in ratios],
        base=1,
        y=places,
        orientation="h",
        width=0.09,
        marker={"color": colours},
        hoverinfo="skip",
    )
    dots = go.Scatter(
        x=ratios,
        y=places,
        mode="markers",
        marker={"size": 12, "symbol": [*["circle"] * (parts.height - 1), "diamond"], "color": colours},
        customdata=stages,
        hovertemplate="%{customdata}: %{x:.2f} of the other group's rate<extra></extra>",
        cliponaxis=False,
    )
    drawn.add_traces([stems, dots])
    drawn.update_layout(shapes=[_upright(palette, x=1), _upright(palette, x=FOUR_FIFTHS, is_dotted=True)])
    known = [*ratios, FOUR_FIFTHS, 1.0]
    drawn.update_xaxes(range=[min(known) - 0.08, max(known) + 0.08], tickformat=".2~f", nticks=6, tickangle=0)
    texts = [f"<b>{row['ratio']:.2f}</b>{_two_rates(row)}" for row in parts.iter_rows(named=True)]
    return named(_beside(drawn, texts, 132), stages, palette)


def _two_rates(row: dict[str, Any]) -> str:
    return "" if row["rate"] is None else f"  {row['rate'] * 100:.1f} : {row['leading_rate'] * 100:.1f} %"


def stratified(found: pl.DataFrame, mode: Mode) -> go.Figure:
    """Draw each group's odds of selection against the highest: hollow over all projects, filled within projects."""
    palette = PALETTES[mode]
    placed = found.with_row_index("place")
    drawn = figure(mode, found.height * (ROW + 6) + FRAME + 38)
    traces = []
    pairs = (("pooled", "All projects together", -0.15), ("within", "Within the same project", 0.15))
    for name, word, shift in pairs:
        colour = palette.soft_ink if name == "pooled" else palette.accent
        inside = palette.paper if name == "pooled" else colour
        trace = _dots(placed[name].to_list(), (placed["place"] + shift).to_list(), found["group"].to_list(), word)
        trace.update(
            marker={"size": 10, "color": inside, "line": {"color": colour, "width": 2}},
            error_x=_bars(placed, name, f"{name}_low", f"{name}_high", colour),
            hovertemplate="%{customdata}: %{x:.2f}<extra>" + word + "</extra>",
        )
        traces.append(trace)
    drawn.add_traces(traces)
    drawn.update_layout(shapes=[_upright(palette, x=1)])
    drawn.update_xaxes(type="log", tickvals=_odds(placed), tickformat=".1~f", tickangle=0)
    texts = [f"{pooled:.2f} / <b>{within:.2f}</b>" for pooled, within in found.select("pooled", "within").iter_rows()]
    drawn = named(_beside(drawn, texts, 96), found["group"].to_list(), palette)
    return legend_above(drawn).update_layout(margin={"t": 52})


def _odds(placed: pl.DataFrame) -> list[float]:
    """Return where a logarithmic axis is ticked: closer where it is short."""
    ends = [*placed["pooled_low"], *placed["within_low"], *placed["pooled_high"], *placed["within_high"]]
    is_short = max(ends, default=1.0) < SHORT_AXIS * min(ends, default=1.0)
    return [0.5, 0.6, 0.7, 0.8, 0.9, 1, 1.2, 1.5, 2] if is_short else [0.1, 0.2, 0.5, 1, 2, 5, 10]


def _dots(x: Sequence[float | None], y: Sequence[float], names: Sequence[str], word: str) -> go.Scatter:
    return go.Scatter(
        x=x,
        y=y,
        mode="markers",
        name=word,
        customdata=names,
        hovertemplate="%{customdata}: %{x:.1%}<extra>" + word + "</extra>",
        cliponaxis=False,
    )


def composition(found: pl.DataFrame, reached: str, mode: Mode) -> go.Figure:
    """Draw each group's share of applications (hollow) and of those who reached a stage (filled)."""
    palette = PALETTES[mode]
    drawn = figure(mode, found.height * ROW + FRAME + 38)
    before, after, names = (found[name].to_list() for name in ("applied_share", "reached_share", "group"))
    places = list(range(found.height))
    ways = go.Bar(
        x=[second - first for first, second in zip(before, after, strict=True)],
        base=before,
        y=places,
        orientation="h",
        width=0.08,
        marker={"color": palette.neutral},
        hoverinfo="skip",
        showlegend=False,
    )
    marks = [_dots(before, places, names, "Applied"), _dots(after, places, names, reached)]
    for trace, colour, inside in zip(
        marks, (palette.soft_ink, palette.accent), (palette.paper, palette.accent), strict=True
    ):
        trace.update(marker={"size": 11, "color": inside, "line": {"color": colour, "width": 2}})
    drawn.add_traces([ways, *marks])
    drawn.update_xaxes(tickformat=".0%", rangemode="tozero", nticks=5, tickangle=0)
    texts = [f"{first * 100:.1f} / <b>{second * 100:.1f} %</b>" for first, second in zip(before, after, strict=True)]
    return legend_above(named(_beside(drawn, texts, 104), names, palette)).update_layout(margin={"t": 52})


def participation(found: pl.DataFrame, mode: Mode) -> go.Figure:
    """Draw a group's share step by step, and at the institutions that students attend as a dotted line."""
    palette = PALETTES[mode]
    drawn = figure(mode, found.height * ROW + FRAME)
    shares, steps = found["share"].to_list(), found["step"].to_list()
    later = [palette.accent] * (found.height - 1)
    line = _dots(shares, list(range(found.height)), steps, "")
    line.update(
        mode="lines+markers",
        line={"color": palette.accent, "width": 2},
        marker={
            "size": 11,
            "color": [palette.paper, *later],
            "line": {"color": [palette.soft_ink, *later], "width": 2},
        },
    )
    drawn.add_traces([line])
    if shares[0] is not None:
        drawn.update_layout(shapes=[_upright(palette, x=shares[0], is_dotted=True)])
    furthest = max(share or 0.01 for share in shares)
    drawn.update_xaxes(tickformat=".0%", range=[0, furthest * 1.15], nticks=4, tickangle=0)
    texts = [
        f"{'not known' if share is None else f'<b>{share * 100:.1f} %</b>'}{'' if known is None else f'  n {known:,}'}"
        for _, share, known in found.iter_rows()
    ]
    return named(_beside(drawn, texts, 124), steps, palette)
