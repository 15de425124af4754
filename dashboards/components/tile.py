"""The tile: a number, its 95 % interval, n, maturity, change, definition, and the rows behind it."""

from collections.abc import Sequence
from html import escape
from urllib.parse import urlencode

import streamlit as st

from dashboards.components.drill import open_rows
from dashboards.formats import moment_text, value_text, whole_share_text
from dashboards.readings import Reading
from dashboards.scope import Scope


def tiles(name: str, scope: Scope, readings: Sequence[Reading]) -> None:
    """Draw readings as a grid of tiles."""
    with st.container(key=f"tiles-{name}"):
        for reading in readings:
            tile(scope, reading)


def tile(scope: Scope, reading: Reading) -> None:
    """Draw one reading."""
    with st.container(key=f"tile-{reading.name}"):
        st.html(tile_html(reading))
        with st.container(horizontal=True, gap="medium", key=f"tilefoot-{reading.name}"):
            with st.popover("Definition", type="tertiary", key=f"definition-{reading.name}"):
                st.html(definition_html(scope, reading))
            if reading.rows is not None and st.button("Rows", type="tertiary", key=f"rows-{reading.name}"):
                open_rows(reading)


def tile_html(reading: Reading) -> str:
    """Return the tile's figures as HTML."""
    value = "tl-value" if reading.value is not None else "tl-value tl-none"
    parts = [
        f'<div class="tl-label">{escape(reading.label)}</div>',
        f'<div class="{value}">{escape(reading.value_text)}</div>',
    ]
    if facts := _facts(reading):
        spans = "".join(f"<span>{fact}</span>" for fact in facts)
        parts.append(f'<div class="tl-facts-line">{spans}</div>')
    if reading.mature_share is not None:
        parts.append(_meter(reading.mature_share))
    if reading.change_text and reading.change:
        difference, _, terms = reading.change_text.partition(", ")
        noise = " (within noise)" if reading.change.is_noise else ""
        words = f"<b>{escape(difference)}</b> <span>{escape(terms + noise)}</span>"
        parts.append(f'<div class="tl-change {_direction(reading)}">{words}</div>')
    parts += [f'<div class="tl-note">{escape(note)}</div>' for note in reading.notes]
    return "".join(parts)


def _facts(reading: Reading) -> list[str]:
    facts = []
    if reading.interval_text:
        facts.append(escape(reading.interval_text))
    parts = [
        value_text(reading.part_unit, part) for part in (reading.numerator, reading.denominator) if part is not None
    ]
    if len(parts) == 2 and reading.unit == "share":
        facts.append(" of ".join(parts))
    elif reading.denominator is not None and reading.unit == "share":
        facts.append(f"n {parts[0]}")
    if reading.unknown is not None:
        facts.append(f"{value_text('count', reading.unknown)} unknown")
    return facts


def _meter(share: float) -> str:
    width = f"{share:.4f}"
    return (
        f'<div class="tl-meter" role="img" aria-label="{whole_share_text(share)} mature">'
        f'<span style="width:calc({width} * 100%)"></span></div>'
        f'<div class="tl-facts-line">{whole_share_text(share)} mature</div>'
    )


def _direction(reading: Reading) -> str:
    if reading.is_improvement is None:
        return ""
    return "tl-better" if reading.is_improvement else "tl-worse"


def dictionary_link(scope: Scope, name: str) -> str:
    """Return the address of a metric's page in the dictionary, for the same viewer."""
    return f"dictionary?{urlencode({'metric': name, 'view': scope.role.capitalize()})}"


def definition_html(scope: Scope, reading: Reading) -> str:
    """Return formula, denominator, clock, window, owner and the receipt of a reading as HTML."""
    explanation = reading.explanation
    interval = "none"
    if reading.interval is not None:
        effect = reading.interval.design_effect
        interval = f"95 %, design effect {effect:.2f}" if effect else "95 %"
    rows = {
        "Formula": explanation.formula,
        "Clock": explanation.clock,
        "Window": explanation.window,
        "Better": explanation.direction.replace(" is better", "") or "neither way",
        "Interval": interval,
        "Owner": explanation.owner,
        "Filters": reading.filters.in_words(),
        "Generation": scope.generation.identifier,
        "As of": moment_text(scope.generation.as_of),
    }
    listed = "".join(f"<dt>{escape(name)}</dt><dd>{escape(text)}</dd>" for name, text in rows.items() if text)
    statement = "\n".join(filter(None, (reading.receipt.slice_text, reading.receipt.text)))
    more = (
        f'<a href="{escape(dictionary_link(scope, reading.name))}">In the dictionary</a>' if reading.is_metric else ""
    )
    return (
        f'<div class="tl-definition"><b>{escape(reading.label)}</b><br>{escape(explanation.text)}<dl>{listed}</dl>'
        f"{more}<details><summary>SQL</summary><pre tabindex='0'>{escape(statement.strip())}</pre></details></div>"
    )
