"""The lineage of a table or metric, drawn from left to right."""

import plotly.graph_objects as go
import polars as pl

from dashboards.charts.style import PALETTES, Mode, Palette, figure

ROW = 46
LINE_LENGTH = 19
SMALLEST = 170

Point = tuple[float, float]


def lineage(nodes: pl.DataFrame, edges: tuple[tuple[tuple[str, str], tuple[str, str]], ...], mode: Mode) -> go.Figure:
    """Draw nodes (layer, node, description, place) as boxes in columns by place, and edges between them."""
    colours = PALETTES[mode]
    placed = _placed(nodes)
    tallest = max(len(nodes.filter(place=place)) for place in nodes["place"].unique())
    drawn = figure(mode, max(SMALLEST, tallest * ROW + 24))
    across, down = _curves([(placed[parent], placed[child]) for parent, child in edges])
    line = {"color": colours.neutral, "width": 1.2, "shape": "spline"}
    drawn.add_trace(go.Scatter(x=across, y=down, mode="lines", line=line, hoverinfo="skip"))
    drawn.add_trace(
        go.Scatter(
            x=[placed[layer, node][0] for layer, node in nodes.select("layer", "node").rows()],
            y=[placed[layer, node][1] for layer, node in nodes.select("layer", "node").rows()],
            mode="markers",
            marker={"size": 34, "opacity": 0},
            customdata=nodes.select("layer", "node", "description").rows(),
            hovertemplate="<b>%{customdata[1]}</b><br>%{customdata[0]}<br>%{customdata[2]}<extra></extra>",
        )
    )
    boxes = []
    for layer, node, place in nodes.select("layer", "node", "place").iter_rows():
        x, y = placed[layer, node]
        boxes.append({"x": x, "y": y, "text": _broken(node), **_box(layer, place == 0, colours)})
    drawn.update_layout(annotations=boxes)
    first, last = nodes["place"].min(), nodes["place"].max()
    drawn.update_xaxes(visible=False, range=[float(str(first)) - 0.5, float(str(last)) + 0.5], fixedrange=True)
    drawn.update_yaxes(visible=False, range=[-tallest / 2, tallest / 2], fixedrange=True)
    return drawn


def _curves(ends: list[tuple[Point, Point]]) -> tuple[list[float | None], list[float | None]]:
    """Return the edges as one line: each leaves and arrives level, with a gap after it."""
    across: list[float | None] = []
    down: list[float | None] = []
    for (x0, y0), (x1, y1) in ends:
        for share in (0, 0.25, 0.5, 0.75, 1):
            across.append(x0 + (x1 - x0) * share)
            down.append(y0 + (y1 - y0) * share * share * (3 - 2 * share))
        across.append(None)
        down.append(None)
    return across, down


def _placed(nodes: pl.DataFrame) -> dict[tuple[str, str], Point]:
    """Return where each node stands: its place, and its row about the middle of its column."""
    found: dict[tuple[str, str], Point] = {}
    for (place,), column in nodes.group_by("place", maintain_order=True):
        for row, (layer, node) in enumerate(column.select("layer", "node").rows()):
            found[layer, node] = (float(str(place)), (len(column) - 1) / 2 - row)
    return found


def _broken(name: str) -> str:
    """Return a name on two lines, broken where a word ends near its middle, if it is long."""
    if len(name) <= LINE_LENGTH:
        return name
    ends = [place + 1 for place, letter in enumerate(name) if letter in "_. "] or [len(name) // 2]
    middle = min(ends, key=lambda end: abs(end - len(name) / 2))
    return f"{name[:middle]}<br>{name[middle:]}"


def _box(layer: str, is_chosen: bool, colours: Palette) -> dict[str, object]:
    edge = {"mart": colours.accent, "metric": colours.host, "semantic model": colours.host}.get(layer, colours.neutral)
    return {
        "showarrow": False,
        "font": {"size": 11, "color": colours.paper if is_chosen else colours.ink},
        "bgcolor": colours.accent if is_chosen else colours.paper,
        "bordercolor": edge,
        "borderwidth": 1.2,
        "borderpad": 4,
        "align": "center",
    }
