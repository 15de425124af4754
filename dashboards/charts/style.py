"""One colour per meaning, light and dark, and the template that every chart stands on.

Colours of meaning were searched for, so that each stands out from the paper and any two differ for colour-blind
readers too; tests/dashboards/charts/test_style.py holds them to it.
"""

import re
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
import plotly.graph_objects as go

Mode = Literal["light", "dark"]

FONT = 'Inter, "SF Pro Text", -apple-system, "Segoe UI", Roboto, "Helvetica Neue", Arial, sans-serif'
HATCH = "/"
FOREIGN_TAG = re.compile(
    r"<(?!(?:/?(?:b|i|extra)|br/?|/span|span style=['\"](?:(?:color:#[0-9A-Fa-f]{6}|font-size:\d+px);?)+['\"])>)"
)
"""The start of what Plotly may take for a tag and no chart of ours writes."""


@dataclass(frozen=True)
class Palette:
    """The colours of one mode; each has one meaning on every page."""

    ink: str
    soft_ink: str
    line: str
    paper: str
    accent: str
    accent_soft: str
    accent_deep: str
    host: str
    elsewhere: str
    open: str
    lost: str
    neutral: str
    warning: str


PALETTES: dict[Mode, Palette] = {
    "light": Palette(
        ink="#1B2127",
        soft_ink="#59636E",
        line="#E4E7EA",
        paper="#FFFFFF",
        accent="#0B6E6E",
        accent_soft="#CFE4E2",
        accent_deep="#0B6E6E",
        host="#163DBA",
        elsewhere="#936D04",
        open="#6D8DC5",
        lost="#A41558",
        neutral="#8D949B",
        warning="#8A7400",
    ),
    "dark": Palette(
        ink="#E6E9EC",
        soft_ink="#9AA5B0",
        line="#2C333A",
        paper="#171B20",
        accent="#4DB6AC",
        accent_soft="#1E3F3D",
        accent_deep="#2B7A74",
        host="#A9B8F7",
        elsewhere="#E9B020",
        open="#6A85AF",
        lost="#FB6574",
        neutral="#616970",
        warning="#D4BC4A",
    ),
}


def template(mode: Mode) -> go.layout.Template:
    """Return the Plotly template of a mode: no frame, hairline grid, tabular labels, colours in their order."""
    colours = PALETTES[mode]
    axis = {
        "gridcolor": colours.line,
        "linecolor": colours.line,
        "zeroline": False,
        "ticks": "",
        "tickfont": {"color": colours.soft_ink, "size": 12},
        "title": {"font": {"color": colours.soft_ink, "size": 12}},
        "automargin": True,
    }
    return go.layout.Template(
        layout={
            "font": {"family": FONT, "color": colours.ink, "size": 12},
            "paper_bgcolor": "rgba(0,0,0,0)",
            "plot_bgcolor": "rgba(0,0,0,0)",
            "colorway": [colours.accent, colours.host, colours.elsewhere, colours.open, colours.lost, colours.neutral],
            "xaxis": axis,
            "yaxis": axis | {"ticklabelstandoff": 6},
            "margin": {"l": 8, "r": 8, "t": 8, "b": 8},
            "showlegend": False,
            "hoverlabel": {
                "bgcolor": colours.paper,
                "bordercolor": colours.line,
                "font": {"family": FONT, "color": colours.ink, "size": 12},
            },
            "bargap": 0.32,
        }
    )


def figure(mode: Mode, height: int) -> go.Figure:
    """Return an empty figure in our template."""
    return go.Figure(layout={"template": template(mode), "height": height})


def plain(drawn: go.Figure) -> go.Figure:
    """Return the figure with every tag that is not ours written out: Plotly would make a link of a name with an <a>."""
    found = drawn.to_dict()
    return go.Figure(_plain(found)) if _is_foreign(found) else drawn


def _is_foreign(part: Any) -> bool:
    if isinstance(part, str):
        return "<" in part and FOREIGN_TAG.search(part) is not None
    if isinstance(part, dict):
        return any(_is_foreign(each) for each in part.values())
    if isinstance(part, list | tuple):
        return any(_is_foreign(each) for each in part)
    return isinstance(part, np.ndarray) and part.dtype.kind in "OU" and _is_foreign(part.tolist())


def _plain(part: Any) -> Any:
    if isinstance(part, str):
        return FOREIGN_TAG.sub("&lt;", part) if "<" in part else part
    if isinstance(part, dict):
        return {name: _plain(each) for name, each in part.items()}
    if isinstance(part, list | tuple):
        return [_plain(each) for each in part]
    if isinstance(part, np.ndarray) and part.dtype.kind in "OU":
        return [_plain(each) for each in part.tolist()]
    return part


def fill(colour: str, palette: Palette, *, is_open: bool = False) -> dict[str, object]:
    """Return how a bar is filled; what is still open is hatched, so that it differs without colour too."""
    if not is_open:
        return {"color": colour}
    hatch = {"shape": HATCH, "fgcolor": palette.paper, "fillmode": "overlay", "size": 6, "solidity": 0.3}
    return {"color": colour, "pattern": hatch}


def text_on(colour: str, palette: Palette) -> str:
    """Return the colour of text on a mark: ink or paper, whichever stands out more."""
    return max((palette.ink, palette.paper), key=lambda each: abs(_lightness(each) - _lightness(colour)))


def _lightness(colour: str) -> float:
    """Return how light a colour looks, 0 to 1: the cube root of its luminance, near enough to CIELAB's L."""
    red, green, blue = (int(colour[start : start + 2], 16) / 255 for start in (1, 3, 5))
    return float((0.2126 * red**2.2 + 0.7152 * green**2.2 + 0.0722 * blue**2.2) ** (1 / 3))


def legend_above(drawn: go.Figure) -> go.Figure:
    """Put the legend above the plot, left-aligned: for parts that cannot be labelled directly."""
    place = {"orientation": "h", "x": 0, "xanchor": "left", "y": 1.02, "yanchor": "bottom", "traceorder": "normal"}
    return drawn.update_layout(showlegend=True, legend=place)


def label(drawn: go.Figure, text: str, x: object, y: object, colour: str, **place: object) -> None:
    """Write a direct label at a point."""
    drawn.add_annotation(written(text, x, y, colour, **place))


def written(text: str, x: object, y: object, colour: str, **place: object) -> dict[str, object]:
    """Return a direct label, for a list of them: Plotly takes a list at once, and one by one in quadratic time."""
    settings: dict[str, object] = {"showarrow": False, "xanchor": "left", "font": {"color": colour, "size": 12}}
    return {"text": text, "x": x, "y": y, **(settings | place)}


def upright(x: float, colour: str, width: float = 1, dash: str = "solid") -> dict[str, object]:
    """Return a line from the bottom to the top of the plot, for a list of shapes."""
    line = {"color": colour, "width": width, "dash": dash}
    return {"type": "line", "x0": x, "x1": x, "y0": 0, "y1": 1, "yref": "paper", "line": line}
