from dataclasses import asdict

import pytest

from dashboards.charts.style import PALETTES, Mode


def luminance(colour: str) -> float:
    """Return the relative luminance of WCAG 2.2."""
    channels = [int(colour[start : start + 2], 16) / 255 for start in (1, 3, 5)]
    linear = [each / 12.92 if each <= 0.04045 else ((each + 0.055) / 1.055) ** 2.4 for each in channels]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one: str, other: str) -> float:
    brighter, darker = sorted((luminance(one), luminance(other)), reverse=True)
    return (brighter + 0.05) / (darker + 0.05)


@pytest.mark.parametrize("mode", PALETTES)
@pytest.mark.parametrize("role", ["ink", "soft_ink"])
def test_text_stands_out_from_the_paper(mode: Mode, role: str) -> None:
    palette = asdict(PALETTES[mode])
    assert contrast(palette[role], palette["paper"]) >= 4.5


@pytest.mark.parametrize("mode", PALETTES)
@pytest.mark.parametrize("role", ["accent", "host", "elsewhere", "lost", "warning"])
def test_marks_stand_out_from_the_paper(mode: Mode, role: str) -> None:
    palette = asdict(PALETTES[mode])
    assert contrast(palette[role], palette["paper"]) >= 3


@pytest.mark.parametrize("mode", PALETTES)
def test_a_colour_has_one_meaning(mode: Mode) -> None:
    palette = PALETTES[mode]
    meanings = [palette.accent, palette.host, palette.elsewhere, palette.open, palette.lost, palette.neutral]
    assert len(set(meanings)) == len(meanings)
