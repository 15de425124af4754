"""Golden h for what pages show: the rows behind each number are that number, under generated filters.

The metrics are taken from the tiles that the pages draw, not from a list. A part that counts is held by its rows; one
that adds up, averages or counts distinct values is held by the same sum, average or count over the opened rows.
"""

import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import product

import pytest
from streamlit.testing.v1 import AppTest

from dashboards.components import tile
from dashboards.database import Generation, Query, run
from dashboards.definitions import EMPLOYER_FACTS, Catalogue, Definition, catalogue
from dashboards.metrics import values
from dashboards.navigation import Audience
from dashboards.readings import Reading
from dashboards.rows import COLUMNS, COUNTED, rows_behind
from dashboards.scope import Filters, Scope
from tests.dashboards.test_pages import APP, COUNTING

ScopeOf = Callable[..., Scope]

LEAST_COMBINATIONS = 300
PERIODS = ("All time", "Last 24 months", "Last 36 months")
SHAPES: dict[Audience, tuple[tuple[str, ...], ...]] = {
    "employer": (
        (),
        ("category",),
        ("term_label",),
        ("major_family",),
        ("term_label", "category"),
        ("category", "major_family"),
    ),
    "platform": ((), ("industry",), ("state",), ("host_id",), ("category", "state"), ("term_label", "industry")),
}
"""Audience -> which filters are set together; test_rows.py holds every subset, with one choice of values."""

NO_ROWS: dict[str, str] = {
    "agg_concentration": "A share or an index over all employers or students: it is no sum of rows.",
    "fct_person_outcomes": "Holds hires by other employers, whose rows nobody may open.",
    "fct_graduates": "Holds first destinations, most of them with other employers, whose rows nobody may open.",
    "fct_school_reach": "Holds schools: a school fact is not opened by row.",
    "agg_peer_benchmarks": "Holds pools of other employers, whose rows nobody may open.",
}
"""Mart -> why its numbers have no rows behind them."""


@dataclass(frozen=True)
class Held:
    """A part of a metric, and what of the opened rows must equal it."""

    part: str
    measure: str


@pytest.fixture(scope="module")
def drawn(tiny: object) -> dict[Audience, dict[str, Reading]]:
    """Return every reading that a page draws as a tile, in either view, by audience."""
    found: dict[Audience, dict[str, Reading]] = {"employer": {}, "platform": {}}
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("THROUGHLINE_PUBLISHED", str(tiny.data / "published"))  # type: ignore[attr-defined]
        patch.setattr("dashboards.access.login.is_demo", lambda *_: True)
        for page in COUNTING:
            with pytest.MonkeyPatch.context() as spy:
                spy.setattr(tile, "tile_html", noting(found[page.audience]))
                app = AppTest.from_file(str(APP), default_timeout=120)
                app.session_state["view"] = page.roles[0]
                app.run()
                for lens in ("cohort", "activity") if page.has_lens else ("cohort",):
                    app.session_state["lens"] = lens
                    app.switch_page(page.file).run()
                assert not app.exception
    return found


def noting(found: dict[str, Reading]) -> Callable[[Reading], str]:
    """Return a tile that keeps what it draws."""
    draw = tile.tile_html

    def keep(reading: Reading) -> str:
        found[reading.name] = reading
        return draw(reading)

    return keep


def metrics(readings: dict[str, Reading]) -> list[str]:
    return sorted(name for name, reading in readings.items() if reading.is_metric)


def test_the_pages_show_many_metrics(drawn: dict[Audience, dict[str, Reading]]) -> None:
    assert len(metrics(drawn["employer"])) > 25
    assert len(metrics(drawn["platform"])) > 30


def test_a_number_without_rows_says_why(
    drawn: dict[Audience, dict[str, Reading]], employer: ScopeOf, platform: ScopeOf
) -> None:
    used = set()
    for readings, scope in ((drawn["employer"], employer()), (drawn["platform"], platform())):
        known = catalogue(scope.generation)
        for name in metrics(readings):
            # NACE's conversion leaves out who studies on: an employer would know who lacks.
            is_withheld = scope.is_untold and name.startswith("nace_")
            if rows_behind(scope, name) is None and not is_withheld:
                used.add(known.model(name).mart)
    assert used <= set(NO_ROWS)
    assert not set(NO_ROWS) & set(COLUMNS)


@pytest.mark.slow
@pytest.mark.parametrize("audience", SHAPES)
def test_under_generated_filters_the_rows_are_the_number(
    audience: Audience, drawn: dict[Audience, dict[str, Reading]], employer: ScopeOf, platform: ScopeOf
) -> None:
    make = employer if audience == "employer" else platform
    names = [name for name in metrics(drawn[audience]) if rows_behind(make(), name) is not None]
    known = catalogue(make().generation)
    holding = {name: list(held(known, name, make())) for name in names}
    assert all(holding.values()), "every number is held by something"
    tried = 0
    for filters in combinations(make().generation, audience, LEAST_COMBINATIONS // 2 + 30):
        scope = make(filters)
        told = values(scope, sorted({each.part for parts in holding.values() for each in parts})).row(0, named=True)
        counted = measured(scope, holding)
        tried += any(counted[name][0] for name in names)
        for name in names:
            for each, found in zip(holding[name], counted[name], strict=True):
                assert found == pytest.approx(told[each.part] or 0.0, rel=1e-9), (name, each, filters)
    assert tried >= LEAST_COMBINATIONS // 2


def combinations(generation: Generation, audience: Audience, count: int) -> Iterator[Filters]:
    """Yield different filters: each shape under each period, its values drawn by chance from those that occur."""
    chance, seen = random.Random(4), set()
    offered = {name: occurring(generation, name) for shape in SHAPES[audience] for name in shape}
    shapes = list(product(SHAPES[audience], PERIODS))
    while len(seen) < count:
        shape, period = shapes[len(seen) % len(shapes)] if len(seen) < len(shapes) else chance.choice(shapes)
        picked = tuple((name, tuple(chance.sample(offered[name], chance.randint(1, 3)))) for name in shape)
        filters = Filters(period, picked)
        if filters not in seen:
            seen.add(filters)
            yield filters


def occurring(generation: Generation, dimension: str) -> list[str]:
    """Return the values of a dimension, the frequent ones first: at most eight, so that slices are not empty."""
    mart = "dim_employers" if dimension in EMPLOYER_FACTS else "fct_applications"
    text = f"""
        select {dimension} as word from analytics.marts.{mart} where {dimension} is not null
        group by {dimension} order by count(*) desc, {dimension} limit 8
    """
    return list(run(generation, Query(text))["word"])


def held(known: Catalogue, name: str, scope: Scope) -> Iterator[Held]:
    """Yield what holds a metric: for a rate its denominator and its numerator, else its value."""
    definition = known.metric(name)
    parts = [definition.denominator or name, definition.numerator or name]
    for part, condition in zip(dict.fromkeys(parts), ("true", COUNTED), strict=False):
        yield Held(part, measure_of(known.metric(part), known, scope, condition, counts=definition.unit in COUNTS))


COUNTS = ("count", "share")
"""Units of metrics whose rows are themselves the units; of an average cost, say, they are what adds to it."""


def measure_of(part: Definition, known: Catalogue, scope: Scope, condition: str, *, counts: bool) -> str:
    """Return the aggregate over the opened rows that must equal a simple metric."""
    mart = known.models[part.model].mart
    expression = str(part.expression)
    if counts and part.aggregation == "sum" and adds_one(scope, mart, expression):
        return f"count(*) filter (where {condition})"
    form = {"sum": "sum({})", "average": "avg({})", "median": "median({})", "count_distinct": "count(distinct {})"}
    return f"{form[str(part.aggregation)].format(expression)} filter (where {condition})"


def adds_one(scope: Scope, mart: str, expression: str) -> bool:
    """Tell whether a row of the mart adds 0 or 1."""
    text = f"select count(*) as more from analytics.marts.{mart} where ({expression}) not in (0, 1)"
    return bool(run(scope.generation, Query(text))["more"][0] == 0)


def measured(scope: Scope, holding: dict[str, list[Held]]) -> dict[str, list[float]]:
    """Return the measures of every metric over its opened rows, all in one statement.

    A sum may be over a column that is not opened, such as a flag: the very same rows are taken with all their columns.
    """
    parts, order = [], []
    for name, each in holding.items():
        rows = rows_behind(scope, name)
        assert rows is not None
        whole = rows.query.text.replace(f" as {COUNTED}, ", f" as {COUNTED}, *, ", 1)
        for place, one in enumerate(each):
            parts.append(f"select cast({one.measure} as double) as found from ({whole})")
            order.append((name, place))
    numbered = [f"select {number} as number, found from ({part})" for number, part in enumerate(parts)]
    text = " union all ".join(numbered)
    found = run(scope.generation, Query.of(text, scope.parameters())).sort("number")["found"].to_list()
    counted: dict[str, list[float]] = {name: [] for name in holding}
    for (name, _), value in zip(order, found, strict=True):
        counted[name].append(value or 0.0)
    return counted


def test_what_is_no_metric_is_held_by_its_rows_too(drawn: dict[Audience, dict[str, Reading]]) -> None:
    others = [each for readings in drawn.values() for each in readings.values() if not each.is_metric and each.rows]
    assert len(others) >= 5
    missed = {reading.name: found for reading in others if (found := missing(reading)) is not None}
    assert set(missed) == set(NOT_COUNTED), missed


def missing(reading: Reading) -> tuple[float | None, float] | None:
    """Return what a reading says beside what its rows hold, where these differ."""
    assert reading.rows is not None
    total, counted = reading.rows.counts()
    opened = reading.rows.all()
    if reading.name in opened.columns:
        pair = (reading.value, opened[reading.name].sum())
    elif reading.denominator is not None:
        pair = (reading.denominator, total)
    else:
        pair = (reading.value, counted)
    return None if pair[0] == pair[1] else pair


NOT_COUNTED = {
    "incremental_hires": "An estimate; its rows are the hires that it is made from.",
    "days_since_delivery": "Days; its rows are the deliveries.",
}
"""Number that is no metric and no count of its rows -> what its rows are."""
