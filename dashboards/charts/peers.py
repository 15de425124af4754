"""Chart of the Benchmarks page: our share with its interval, and the others' pooled share."""

from textwrap import wrap

import plotly.graph_objects as go
import polars as pl

from dashboards.charts.style import PALETTES, Mode, figure, legend_above

ROW = 48
SIDES = ("better", "worse", "higher", "lower")


def benchmarks(rows: pl.DataFrame, mode: Mode) -> go.Figure:
    """Draw a row per rate: ours as a dot with its 95 % interval, the others as a diamond, in words at the right."""
    colours = PALETTES[mode]
    placed = rows.with_row_index("place")
    ours, theirs = placed.drop_nulls(["ours", "low", "high"]), placed.drop_nulls("theirs")
    drawn = figure(mode, rows.height * ROW + 70)
    shares = ours["ours"].to_list()
    drawn.add_trace(
        go.Scatter(
            x=shares,
            y=ours["place"].to_list(),
            customdata=ours.select("label", "our_units").rows(),
            name="You, with 95 % interval",
            mode="markers",
            marker={"color": colours.host, "size": 9},
            error_x={
                "type": "data",
                "symmetric": False,
                "array": [high - share for high, share in zip(ours["high"].to_list(), shares, strict=True)],
                "arrayminus": [share - low for low, share in zip(ours["low"].to_list(), shares, strict=True)],
                "color": colours.host,
                "thickness": 2.5,
                "width": 0,
            },
            cliponaxis=False,
            hovertemplate="%{customdata[0]}: you %{x:.1%} of %{customdata[1]:,}<extra></extra>",
        )
    )
    drawn.add_trace(
        go.Scatter(
            x=theirs["theirs"].to_list(),
            y=theirs["place"].to_list(),
            customdata=theirs.select("label", "peers", "their_units").rows(),
            name="Other employers, pooled",
            mode="markers",
            marker={"color": colours.ink, "size": 13, "symbol": "diamond-open", "line": {"width": 2}},
            cliponaxis=False,
            hovertemplate="%{customdata[0]}: %{customdata[1]} others %{x:.1%} of %{customdata[2]:,}<extra></extra>",
        )
    )
    for row in placed.iter_rows(named=True):
        place = row["place"]
        standing = row["standing"] if row["standing"] in SIDES else ""
        name = f"{row['label']}  <b>{standing}</b>"
        beside(drawn, name, place, x=0, yshift=17, bgcolor=colours.paper)
        beside(drawn, _words(row, colours.soft_ink), place, x=1, xshift=10, align="left")
    drawn.update_xaxes(range=[-0.02, 1.03], tickformat=".0%", nticks=6, tickangle=0)
    drawn.update_yaxes(visible=False, range=[rows.height - 0.5, -0.8])
    return legend_above(drawn).update_layout(margin={"r": 128, "t": 34})


def _words(row: dict[str, object], soft: str) -> str:
    """Write our share above the others', or why theirs is not there."""
    ours, theirs = row["ours"], row["theirs"]
    first = f"<b>{ours * 100:.1f} %</b>" if isinstance(ours, float) else "<b>none yet</b>"
    if not isinstance(theirs, float):
        reason = "<br>".join(wrap(str(row["hidden"]), 20))
        return f"{first}<br><span style='color:{soft};font-size:11px'>{reason}</span>"
    return f"{first}<br><span style='color:{soft}'>{theirs * 100:.1f} %, {row['peers']} others</span>"


def beside(drawn: go.Figure, text: str, place: int, **where: object) -> None:
    """Write beside or above a row; x is in parts of the plot."""
    drawn.add_annotation(text=text, xref="paper", y=place, showarrow=False, xanchor="left", **where)
