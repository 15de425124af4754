"""Colours by arithmetic: contrast after WCAG 2.2, and what colour-blind readers see after Machado and others (2009)."""

import json
import re
import tomllib
from collections.abc import Callable
from dataclasses import asdict
from itertools import combinations
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from dashboards.charts.style import PALETTES, Mode, figure, plain, text_on
from tests.conftest import ROOT

Vector = NDArray[np.float64]

TEXT, MARK = 4.5, 3.0
"""The least contrast of text (WCAG 1.4.3) and of what a reader must see to understand (1.4.11)."""

APART = 10.0
"""The least difference (CIEDE2000) between two meanings; 2.3 is just noticeable, side by side."""

TEXTS = ("ink", "soft_ink", "accent", "host", "elsewhere", "lost", "warning")
MEANINGS = ("accent", "host", "elsewhere", "open", "lost", "neutral")
MARKS = (*MEANINGS, "accent_deep", "warning")
DECORATION = ("line", "accent_soft", "paper")
"""Grid lines, and the pale end of scales whose cells carry their number or their tooltip."""

VISION: dict[str, Vector] = {
    "trichromacy": np.eye(3),
    "protanopia": np.array(
        [[0.152286, 1.052583, -0.204868], [0.114503, 0.786281, 0.099216], [-0.003882, -0.048116, 1.051998]]
    ),
    "deuteranopia": np.array(
        [[0.367322, 0.860646, -0.227968], [0.280085, 0.672501, 0.047413], [-0.011820, 0.042940, 0.968881]]
    ),
    "tritanopia": np.array(
        [[1.255528, -0.076749, -0.178779], [-0.078411, 0.930809, 0.147602], [0.004733, 0.691367, 0.303900]]
    ),
}
"""Machado, Oliveira and Fernandes (2009), severity 1.0, over linear sRGB."""

TO_XYZ = np.array(
    [[0.4124564, 0.3575761, 0.1804375], [0.2126729, 0.7151522, 0.0721750], [0.0193339, 0.1191920, 0.9503041]]
)
WHITE = np.array([0.95047, 1.0, 1.08883])


def linear(colour: str) -> Vector:
    """Return the linear sRGB channels of ``#rrggbb``."""
    channels = np.array([int(colour[start : start + 2], 16) / 255 for start in (1, 3, 5)])
    return np.where(channels <= 0.04045, channels / 12.92, ((channels + 0.055) / 1.055) ** 2.4)


def contrast(one: str, other: str) -> float:
    darker, brighter = sorted(float(np.array([0.2126, 0.7152, 0.0722]) @ linear(each)) for each in (one, other))
    return (brighter + 0.05) / (darker + 0.05)


def lab(channels: Vector) -> Vector:
    """Return CIELAB of linear sRGB under D65."""
    ratio = TO_XYZ @ channels / WHITE
    x, y, z = np.where(ratio > 216 / 24389, np.cbrt(ratio), (24389 / 27 * ratio + 16) / 116)
    return np.array([116 * y - 16, 500 * (x - y), 200 * (y - z)])


def difference(one: Vector, other: Vector) -> float:
    """Return the CIEDE2000 difference of two CIELAB colours (Sharma, Wu and Dalal 2005)."""
    (l1, a1, b1), (l2, a2, b2) = one, other
    chroma = (np.hypot(a1, b1) + np.hypot(a2, b2)) / 2
    stretch = 1 + 0.5 * (1 - np.sqrt(chroma**7 / (chroma**7 + 25**7)))
    c1, c2 = np.hypot(stretch * a1, b1), np.hypot(stretch * a2, b2)
    h1, h2 = (np.degrees(np.arctan2(b, stretch * a)) % 360 for a, b in ((a1, b1), (a2, b2)))
    turn = (h2 - h1 + 180) % 360 - 180
    hue = (h1 + turn / 2) % 360
    light, middle = (l1 + l2) / 2, (c1 + c2) / 2
    weights = zip((-0.17, 0.24, 0.32, -0.20), (1, 2, 3, 4), (-30, 0, 6, -63), strict=True)
    waves = 1 + sum(weight * np.cos(np.radians(times * hue + shift)) for weight, times, shift in weights)
    light_part = (l2 - l1) / (1 + 0.015 * (light - 50) ** 2 / np.sqrt(20 + (light - 50) ** 2))
    chroma_part = (c2 - c1) / (1 + 0.045 * middle)
    hue_part = 2 * np.sqrt(c1 * c2) * np.sin(np.radians(turn / 2)) / (1 + 0.015 * middle * waves)
    rotation = np.sin(np.radians(60 * np.exp(-(((hue - 275) / 25) ** 2))))
    twist = -2 * np.sqrt(middle**7 / (middle**7 + 25**7)) * rotation * chroma_part * hue_part
    return float(np.sqrt(light_part**2 + chroma_part**2 + hue_part**2 + twist))


def seen(colour: str, vision: str) -> Vector:
    """Return a colour as a kind of eye sees it, in CIELAB."""
    return lab(np.clip(VISION[vision] @ linear(colour), 0, 1))


@pytest.mark.parametrize(
    ("one", "other", "published"),
    [
        ((50, 2.6772, -79.7751), (50, 0, -82.7485), 2.0425),
        ((50, 2.5, 0), (73, 25, -18), 27.1492),
        ((60.2574, -34.0099, 36.2677), (60.4626, -34.1751, 39.4387), 1.2644),
        ((2.0776, 0.0795, -1.1350), (0.9033, -0.0636, -0.5514), 0.9082),
    ],
)
def test_the_difference_is_that_of_the_published_pairs(
    one: tuple[float, ...], other: tuple[float, ...], published: float
) -> None:
    """From the supplement of Sharma, Wu and Dalal (2005)."""
    assert difference(np.array(one), np.array(other)) == pytest.approx(published, abs=5e-5)


@pytest.mark.parametrize("vision", VISION)
def test_every_eye_sees_grey_as_grey(vision: str) -> None:
    assert VISION[vision].sum(axis=1) == pytest.approx([1, 1, 1], abs=1e-5)


def test_contrast_is_that_of_wcag() -> None:
    assert contrast("#000000", "#FFFFFF") == pytest.approx(21)
    assert contrast("#767676", "#FFFFFF") == pytest.approx(4.54, abs=0.005)


@pytest.mark.parametrize("mode", PALETTES)
@pytest.mark.parametrize("role", TEXTS)
def test_text_stands_out_from_the_paper(mode: Mode, role: str) -> None:
    palette = asdict(PALETTES[mode])
    assert contrast(palette[role], palette["paper"]) >= TEXT


@pytest.mark.parametrize("mode", PALETTES)
@pytest.mark.parametrize("role", MARKS)
def test_marks_stand_out_from_the_paper(mode: Mode, role: str) -> None:
    palette = asdict(PALETTES[mode])
    assert contrast(palette[role], palette["paper"]) >= MARK


@pytest.mark.parametrize("mode", PALETTES)
@pytest.mark.parametrize("role", MEANINGS)
def test_text_on_a_mark_can_be_read(mode: Mode, role: str) -> None:
    palette = PALETTES[mode]
    colour = asdict(palette)[role]
    assert contrast(text_on(colour, palette), colour) >= TEXT


def test_every_colour_is_held_to_something() -> None:
    assert set(asdict(PALETTES["light"])) == {*TEXTS, *MARKS, *DECORATION}


@pytest.mark.parametrize("mode", PALETTES)
@pytest.mark.parametrize("vision", VISION)
def test_meanings_stay_apart_for_every_eye(mode: Mode, vision: str) -> None:
    palette = asdict(PALETTES[mode])
    pairs = {
        (one, other): difference(seen(palette[one], vision), seen(palette[other], vision))
        for one, other in combinations(MEANINGS, 2)
    }
    assert {pair: round(apart, 1) for pair, apart in pairs.items() if apart < APART} == {}


def test_the_floor_is_one_that_red_and_green_miss() -> None:
    assert difference(seen("#C3501F", "trichromacy"), seen("#B66A00", "trichromacy")) > APART
    assert difference(seen("#C3501F", "deuteranopia"), seen("#B66A00", "deuteranopia")) < APART


# The page around the charts ------------------------------------------------------------------------------------------

CSS = (ROOT / "dashboards" / "components" / "style.css").read_text()
VARIABLES = {
    name: dict(zip(PALETTES, colours, strict=True))
    for name, *colours in re.findall(r"--tl-([\w-]+): light-dark\((#\w{6}), (#\w{6})\)", CSS)
}
THEME = tomllib.loads((ROOT / "dashboards" / ".streamlit" / "config.toml").read_text())["theme"]


@pytest.mark.parametrize("mode", PALETTES)
@pytest.mark.parametrize("name", ["soft", "accent", "good", "bad"])
def test_words_on_the_page_can_be_read(mode: Mode, name: str) -> None:
    grounds = (VARIABLES["panel"][mode], THEME[mode]["backgroundColor"], THEME[mode]["secondaryBackgroundColor"])
    assert min(contrast(VARIABLES[name][mode], ground) for ground in grounds) >= TEXT


@pytest.mark.parametrize("mode", PALETTES)
@pytest.mark.parametrize("name", ["textColor", "linkColor", "primaryColor"])
def test_the_theme_can_be_read(mode: Mode, name: str) -> None:
    theme = THEME[mode]
    grounds = (theme["backgroundColor"], theme["secondaryBackgroundColor"], theme["sidebar"]["backgroundColor"])
    assert min(contrast(theme[name], ground) for ground in grounds) >= TEXT


@pytest.mark.parametrize("mode", PALETTES)
def test_a_notice_can_be_read(mode: Mode) -> None:
    assert contrast(VARIABLES["notice-ink"][mode], VARIABLES["notice"][mode]) >= TEXT


@pytest.mark.parametrize("mode", PALETTES)
def test_the_page_and_its_charts_use_the_same_colours(mode: Mode) -> None:
    palette = PALETTES[mode]
    drawn = {"soft": palette.soft_ink, "panel": palette.paper, "accent": palette.accent, "open": palette.open}
    shown = {name: VARIABLES[name][mode].upper() for name in (*drawn, "bad")}
    assert shown == {**drawn, "bad": palette.lost}
    assert THEME[mode]["textColor"] == palette.ink


NAME = "<a href='https://example.org'>Acme</a> <span style='fill:url(https://example.org)'>$1$</span> <script>"


@pytest.mark.parametrize("kind", [list, np.array])
def test_a_name_with_tags_is_written_out_wherever_it_stands(kind: Callable[[list[str]], Any]) -> None:
    """Plotly makes links of <a> and takes a style; a name comes from the data."""
    drawn = figure("light", 100)
    drawn.add_bar(x=kind([NAME, "B"]), y=[1, 2], customdata=[[NAME, 1], ["B", 2]], hovertemplate="%{x}<extra></extra>")
    drawn.add_annotation(x=NAME, y=1, text=f"<b>{NAME}</b><br>1")
    drawn.update_xaxes(tickvals=[0, 1], ticktext=[NAME, "B"])
    told = json.dumps(plain(drawn).to_plotly_json(), default=list)
    assert not re.search("<(?:a|script|span)", told)
    assert "&lt;a href" in told
    assert "<extra></extra>" in told
    assert "<b>&lt;a" in told


@pytest.mark.parametrize("tag", ['<span style="font-size:11px;color:#59636E">', "<span style='color:#59636E'>", "<b>"])
def test_the_tags_of_our_charts_stay(tag: str) -> None:
    drawn = figure("light", 100)
    drawn.add_annotation(x=0, y=0, text=f"{tag}1<br>2")
    assert plain(drawn) is drawn
