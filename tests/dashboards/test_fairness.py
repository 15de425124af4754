"""The pages about groups: what they show of the cube, what they say of it, and that nothing else leaves them."""

import json
import runpy
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from random import Random
from typing import Any

import polars as pl
import pytest

from dashboards.charts import fairness as charts
from dashboards.charts import fairness_grids as grids
from dashboards.components import fairness as lens
from dashboards.components import page
from dashboards.database import Generation, Query, run
from dashboards.fairness import finished as finished_module
from dashboards.fairness.comparison import compare_groups
from dashboards.fairness.finished import LEAST_PROJECTS, ODDS, SHOWN
from dashboards.fairness.groups import Group
from dashboards.fairness.stratified import sum_strata
from dashboards.fairness.suppression import Cell, ShownCell, suppress
from dashboards.fairness.tables import ALL_TIME
from dashboards.findings import fairness as findings
from dashboards.navigation import PAGES
from dashboards.readings import Reading
from dashboards.scope import Filters, Scope
from dashboards.slices import fairness, fairness_causes, fairness_tables, fairness_tiles
from tests.dashboards.fairness.cubes import SIZES, counted_cell, cube, cube_frame, finished, strata_frame

ScopeOf = Callable[..., Scope]
VIEWS = Path(page.__file__).resolve().parents[1] / "views"
BERKELEY = {
    "A": (512, 825, 89, 108),
    "B": (353, 560, 17, 25),
    "C": (120, 325, 202, 593),
    "D": (138, 417, 131, 375),
    "E": (53, 191, 94, 393),
    "F": (22, 373, 24, 341),
}
"""Department -> admitted and applied, men then women: METRICS.md, "Fairness lens"."""


def frame_of(*counts: tuple[str | None, int, int], stage: str = "selected") -> pl.DataFrame:
    """Return what is shown of groups of one stage, over all time."""
    return shown_of([counted_cell(ALL_TIME, stage, *each) for each in counts], "school_type")


def shown_of(cells: list[Cell], dimension: str) -> pl.DataFrame:
    """Return what is shown of cells."""
    return fairness.shown_frame(finished(cells, dimension)[SHOWN], dimension)


def compared(*counts: tuple[str | None, int, int]) -> pl.DataFrame:
    return fairness.comparison(frame_of(*counts), ALL_TIME, "selected")


# What the slices take from the cube.


def test_the_cells_are_the_cube_s_own_of_one_scope(generation: Generation, employer: ScopeOf) -> None:
    """The employer reads them in its extract, where neither the cube nor the strata has a row."""
    scope = employer()
    text = """
        select unit_count, advanced_count from analytics.marts.agg_selection_cube
        where scope_id = $host and group_dimension = 'pell' and period_label = 'All time' and stage = 'selected'
            and group_value = 'no'
    """
    counted = run(generation, Query.of(text, {"host": str(scope.host_id)})).row(0)
    shown = fairness.at(fairness.shown(scope, "pell"), ALL_TIME, "selected")
    assert shown.filter(pl.col("group") == "No Pell grant").select("units", "advanced").row(0) == counted
    for raw in fairness_tables.RAW:
        rows = run(scope.generation, Query(f"select count(*) as n from analytics.marts.{raw}"))
        assert rows["n"][0] == 0, raw


def test_no_filter_toggles_what_is_shown_of_groups(employer: ScopeOf) -> None:
    """Golden i) of METRICS.md: the difference of two filtered views would be a group that neither shows."""
    filtered = employer(Filters(period="Last 12 months", chosen=(("category", ("Data analysis",)),)))
    for name, rows in fairness_tables.tables(employer()).items():
        assert not rows.is_empty()
        assert fairness_tables.tables(filtered)[name].equals(rows)
    for page_entry in PAGES:
        if page_entry.name in ("fair_access", "access_and_equity"):
            assert (page_entry.filters, page_entry.clocks, page_entry.has_lens) == ((), (), False)
            assert page_entry.name != "fair_access" or "leadership" not in page_entry.roles


def test_without_a_host_the_cells_are_the_platform_s(generation: Generation) -> None:
    scope = Scope(generation, "leadership")
    found = fairness.at(fairness.shown(scope, "gpa_band"), ALL_TIME, "selected")
    counted = run(
        generation, Query("select count(*) as n from analytics.marts.fct_applications where is_mature_30_days = 1")
    )
    assert found["status"].is_in(["shown", "band", "counted"]).all()
    assert 0 < found["units"].sum() <= counted["n"][0]


def test_protected_classes_are_offered_only_where_the_cube_has_them(
    generation: Generation, monkeypatch: pytest.MonkeyPatch
) -> None:
    scope = Scope(generation, "leadership")
    assert set(fairness.dimensions(scope)) == {"school_type", "first_generation", "pell", "major_family", "gpa_band"}
    held = pl.DataFrame({"group_dimension": ["gender", "pell", "gender"]})
    monkeypatch.setattr(fairness, "tables", lambda _: {SHOWN: held})
    assert fairness.dimensions(scope) == ["pell", "gender"]


def test_periods_are_all_time_then_the_terms_from_the_newest() -> None:
    terms = ("Fall 2024", "Spring 2025", ALL_TIME, "Summer 2025")
    cells = [counted_cell(term, "selected", group, 40, 20) for term in terms for group in ("a", "b")]
    found = shown_of(cells, "school_type")
    assert fairness.periods(found) == [ALL_TIME, "Summer 2025", "Spring 2025", "Fall 2024"]


# The comparison.


def test_a_comparison_is_that_of_the_pure_module() -> None:
    counts = (("a", 1000, 400), ("b", 1000, 500), ("c", 60, 20))
    found = {row["group"]: row for row in compared(*counts).iter_rows(named=True)}
    for expected in compare_groups([Group(name, advanced, units) for name, units, advanced in counts]):
        row = found[expected.group.name]
        assert (row["impact_ratio"], row["adjusted_p"], row["verdict"]) == (
            expected.impact_ratio,
            expected.adjusted_p,
            expected.verdict,
        )
    assert found["b"]["is_leading"]
    assert found["a"]["z"] == pytest.approx(-4.49, abs=0.01)


def test_bands_and_the_unknown_are_compared_with_nobody() -> None:
    found = compared(("a", 100, 50), ("b", 100, 30), ("few", 80, 1), ("c", 90, 40), (None, 70, 60))
    assert set(found.drop_nulls("verdict")["group"]) | {"a"} == {"a", "b", "c"}
    assert found.filter(pl.col("group") == "few").select("figure", "rate", "advanced").row(0) == ("<5 %", None, None)
    assert found["group"][-1] == "Not known"


def test_those_of_whom_it_is_unknown_lead_nobody_though_their_rate_is_the_highest() -> None:
    found = compared(("a", 100, 50), ("b", 100, 30), (None, 70, 60))
    assert found.filter("is_leading")["group"].to_list() == ["a"]
    assert found.filter(pl.col("group") == "Not known").select("figure", "verdict").row(0) == ("85.7 %", None)


def odds_frame(shown: dict[str, tuple[int, int]], row: dict[str, Any]) -> pl.DataFrame:
    """Return the finished odds of two genders, of units and selected over all time, and of sums over projects."""
    cells = [counted_cell(ALL_TIME, "selected", group, *counts) for group, counts in shown.items()]
    return fairness_causes.stratified_frame(finished(cells, "gender", [row])[ODDS], "gender")


def test_berkeley_s_men_lead_together_and_not_within_departments() -> None:
    men, women = (tuple(sum(row[place] for row in BERKELEY.values()) for place in pair) for pair in ((1, 0), (3, 2)))
    tables = [[[w, v - w], [m, n - m]] for m, n, w, v in BERKELEY.values()]
    row = {"group_value": "women", "leading_value": "men", "project_count": 6} | vars(sum_strata(tables))
    odds = odds_frame({"men": men, "women": women}, row | {"unit_count": women[0], "leading_unit_count": men[0]})
    found = odds.row(0, named=True)
    assert found["pooled"] < 1 < found["within"]
    assert abs(found["within"] - 1 / 0.905) <= 0.006, "two decimals, of the odds the other way round"
    finding = findings.stratified(odds)
    assert finding.title == "Within the same projects, women no longer behind men: where they applied matters"


ENOUGH = {
    "group_value": "women",
    "leading_value": "men",
    "project_count": LEAST_PROJECTS,
    "unit_count": 40,
    "leading_unit_count": 40,
} | vars(sum_strata([[[10, 20], [20, 10]]] * LEAST_PROJECTS))
BOTH = {"men": (290, 150), "women": (280, 130)}


@pytest.mark.parametrize("short", [{"project_count": 4}, {"unit_count": 9}, {"leading_unit_count": 9}, {"observed": 3}])
def test_sums_over_few_projects_or_persons_are_not_shown(short: dict[str, float]) -> None:
    whole = ENOUGH | {"observed": 20.0}
    assert odds_frame(BOTH, whole).height == 1
    assert odds_frame(BOTH, whole | short).is_empty()


@pytest.mark.parametrize("other", [(9, 4), (40, 2), (10, 1)])
def test_a_comparison_within_projects_waits_until_every_group_is_shown_in_full(other: tuple[int, int]) -> None:
    """Who leads is known from all groups: that it is another than the highest shown would tell of one that is not."""
    many = BOTH | {"others": (300, 140)}
    assert odds_frame(many, ENOUGH | {"observed": 20.0}).height == 1
    assert odds_frame(many | {"withheld": other}, ENOUGH | {"observed": 20.0}).is_empty()


def test_stage_parts_multiply_to_the_whole() -> None:
    counts = {"selected": ((100, 50), (100, 40)), "completed": ((50, 40), (40, 24)), "hired": ((40, 20), (24, 12))}
    cells = [
        counted_cell(ALL_TIME, stage, group, *pair)
        for stage, pairs in counts.items()
        for group, pair in zip("ab", pairs, strict=True)
    ]
    groups = shown_of(cells, "school_type")
    assert fairness_causes.chained(groups, ALL_TIME) == (("selected", "completed", "hired"), ["a", "b"])
    parts = fairness_causes.stage_parts(groups, ALL_TIME, "b")
    assert parts["ratio"].to_list() == pytest.approx([0.8, 0.75, 1.0, 0.6])
    assert findings.stage_parts(parts, "b", "a").title == "b is furthest behind a at: completed, 0.75 of its rate"
    assert fairness_causes.stage_parts(groups, ALL_TIME, "nobody").is_empty()


def test_shares_are_of_the_groups_that_are_shown_at_both_ends() -> None:
    cells = [
        counted_cell(ALL_TIME, stage, group, *pair)
        for stage, pairs in {
            "selected": {"a": (300, 100), "b": (100, 40), "c": (60, 20)},
            "hired": {"a": (90, 30), "b": (50, 20), "c": (9, 3)},
        }.items()
        for group, pair in pairs.items()
    ]
    found = fairness_causes.composition(shown_of(cells, "school_type"), ALL_TIME, "hired")
    assert found["group"].to_list() == ["a"]
    both = fairness_causes.composition(shown_of(cells[:3], "school_type"), ALL_TIME, "selected")
    assert both["applied_share"].to_list() == pytest.approx([300 / 460, 100 / 460, 60 / 460])
    assert both["reached_share"].to_list() == pytest.approx([100 / 160, 40 / 160, 20 / 160])


def test_who_takes_part_is_counted_among_those_of_whom_it_is_known() -> None:
    cells = [
        counted_cell(ALL_TIME, "selected", group, *pair)
        for group, pair in (("yes", (30, 10)), ("no", (70, 30)), (None, (50, 9)))
    ]
    steps = fairness_tiles.participation(shown_of(cells, "pell"), 0.4, "pell")
    assert steps.rows() == [("At their institutions", 0.4, None), ("Applied", 0.3, 100), ("Selected", 0.25, 40)]
    title = findings.participation(steps, "Pell").title
    assert title == "Pell: 30.0 % of applications, 25.0 % of selections; 40.0 % where they study"


def test_the_institutions_facts_are_means_over_students(generation: Generation) -> None:
    text = """
        select avg(institutions.pell_share) as pell from analytics.marts.dim_students as students
        inner join analytics.marts.dim_institutions as institutions using (institution_unitid)
        where not students.is_deleted
    """
    found = fairness_tiles.institutions(Scope(generation, "leadership"))
    assert found["pell"] == pytest.approx(float(run(generation, Query(text))["pell"][0]))


# What is said, in every state.


@pytest.mark.parametrize(
    ("counts", "title"),
    [
        ((), "No group can be compared: no selection rate may be shown in full"),
        ((("a", 9, 4), ("b", 8, 4)), "No group can be compared: no selection rate may be shown in full"),
        (
            (("a", 90, 40), ("b", 40, 1), ("c", 60, 20)),
            "Only a can be shown in full: there is nothing to compare it with",
        ),
        ((("a", 12, 6), ("b", 12, 6)), "Too few to say: one person more or less would change who leads"),
        (
            (("a", 1000, 500), ("b", 1000, 490)),
            "No comparison for review: no selection rate is below four fifths of the highest, or apart beyond chance",
        ),
        (
            (("a", 1000, 500), ("b", 1000, 300)),
            "For review: b at 0.60 of the selection rate of a, more than chance explains",
        ),
        ((("a", 20, 10), ("b", 20, 7)), "For review: b at 0.70 of the selection rate of a, within chance"),
        (
            (("a", 2000, 1000), ("b", 2000, 600), ("c", 20, 7)),
            "For review: c at 0.70, b at 0.60 of the selection rate of a, 1 of them more than chance explains",
        ),
        (
            tuple((name, 1000, 500 if name == "a" else 300) for name in "abcde"),
            "4 of 4 groups are comparisons for review against a",
        ),
    ],
)
def test_a_comparison_is_said_in_careful_words(counts: tuple[tuple[str, int, int], ...], title: str) -> None:
    found = findings.comparison(compared(*counts), "selected")
    assert found.title == title
    assert "discriminat" not in found.title + found.summary


def test_the_tests_are_said_in_every_state() -> None:
    assert findings.tests(compared(("a", 90, 40))).title == "No group is tested"
    assert findings.tests(compared(("a", 90, 40), ("b", 90, 39))).title == "The difference is within chance"
    one = findings.tests(compared(("a", 1000, 500), ("b", 1000, 300), ("c", 1000, 498)))
    assert one.title == "1 of 2 groups differ from the highest by more than chance explains"


def test_the_ladder_and_the_overview_name_the_stages_for_review() -> None:
    groups = frame_of(("a", 1000, 500), ("b", 1000, 300))
    assert findings.ladder(fairness.ladder(groups, ALL_TIME)).title == "Groups are for review at: selected"
    level = frame_of(("a", 1000, 500), ("b", 1000, 499))
    assert findings.ladder(fairness.ladder(level, ALL_TIME)).title == "No stage has a comparison for review"
    none = fairness.ladder(frame_of(("a", 9, 5)), ALL_TIME)
    assert findings.ladder(none).title == "Too few at every stage to compare groups"
    schema = {
        "dimension": pl.String,
        "stage": pl.String,
        "compared": pl.Int64,
        "review": pl.Int64,
        "lowest_ratio": pl.Float64,
    }
    nothing = pl.DataFrame([("Pell grant", "hired", 0, 0, None)], schema=schema, orient="row")
    assert findings.overview(nothing).title == "No group can be compared yet"
    some = pl.DataFrame(
        [("GPA band", "hired", 2, 1, 0.5), ("Pell grant", "hired", 1, 0, 0.9)], schema=schema, orient="row"
    )
    assert findings.overview(some).title == "1 of 3 comparisons are for review; lowest ratio 0.50: GPA band, hired"


def test_shares_that_stay_and_shares_that_move_are_said() -> None:
    schema = ("group", "applied_share", "reached_share")
    still = pl.DataFrame([("a", 0.5, 0.505), ("b", 0.5, 0.495)], schema=schema, orient="row")
    assert findings.composition(still, "hired").title.startswith("Who was hired mirrors who applied")
    moved = pl.DataFrame([("a", 0.5, 0.6), ("b", 0.5, 0.4)], schema=schema, orient="row")
    assert findings.composition(moved, "hired").title == "From applied to hired: a +10 points, b -10"
    nobody = pl.DataFrame({"step": ["At their institutions"], "share": [None], "known": [None]})
    assert findings.participation(nobody, "Pell").title == "Pell: too few to say who takes part"


# What is drawn.


def test_the_forest_draws_rates_as_marks_and_bands_as_bars() -> None:
    found = compared(("a", 100, 50), ("b", 100, 30), ("few", 80, 1), ("c", 90, 40))
    drawn = charts.forest(found, "light")
    marks = next(trace for trace in drawn.data if trace.type == "scatter")
    assert list(marks.x) == found.drop_nulls("rate")["rate"].to_list()
    bands = next(trace for trace in drawn.data if trace.type == "bar")
    assert (list(bands.base), list(bands.x)) == ([0.0], [0.05])
    assert marks.marker.symbol[0] == "diamond"


def test_the_ladder_leaves_blank_what_is_not_shown() -> None:
    cells = [counted_cell(ALL_TIME, "selected", group, 90, 40) for group in "ab"]
    cells += [counted_cell(ALL_TIME, "hired", "a", 40, 20), counted_cell(ALL_TIME, "hired", "b", 40, 1)]
    groups = shown_of(cells, "school_type")
    drawn = grids.ladder(fairness.ladder(groups, ALL_TIME), lens.STAGE_WORDS, "dark")
    assert [list(row) for row in drawn.data[0].text] == [["44.4 %", "", "", "–"], ["44.4 %", "", "", "<10 %"]]  # noqa: RUF001


# That nothing else leaves the pages.


class Emitted:
    """Takes down all that a page hands to the reader: findings, notes, figures with hovers, tables, tiles."""

    def __init__(self) -> None:
        self.parts: list[str] = []

    def chart(self, name: str, finding: Any, note: str, drawn: Any, rows: pl.DataFrame) -> None:
        self.parts += [name, finding.title, finding.summary, note, json.dumps(drawn.to_plotly_json(), default=str)]
        self.parts.append(rows.write_csv())

    def table(self, name: str, finding: Any, note: str, rows: pl.DataFrame) -> None:
        self.parts += [name, finding.title, finding.summary, note, rows.write_csv()]

    def tiles(self, name: str, scope: Scope, readings: list[Reading]) -> None:
        assert all(reading.rows is None for reading in readings)
        self.parts += [name, *(repr(reading) for reading in readings)]


def emitted(
    view: str, cells: list[Cell], strata: pl.DataFrame, choice: tuple[str, str], monkeypatch: pytest.MonkeyPatch
) -> str:
    """Run a page over a cube and return all that it hands to the reader."""
    taken = Emitted()
    held = {
        "agg_selection_cube": cube_frame(cells, "pell"),
        "agg_selection_strata": strata,
        "duckdb_tables": pl.DataFrame({"tables": [0]}),
        "alike": pl.DataFrame(schema=dict.fromkeys(PERSONS_COLUMNS, pl.String)),
    }

    def read(*asked: Any) -> pl.DataFrame:
        return next(rows for name, rows in held.items() if name in asked[-1].text)

    fairness_tables._tables.cache_clear()
    home = {"pell": 0.4, "first_generation": None}
    scope = Scope(Generation("generated", Path(__file__), datetime(2026, 7, 1)), "leadership", "host")
    with monkeypatch.context() as patched:
        patched.setattr(fairness_tables, "frame", read)
        patched.setattr(fairness_tables, "run", read)
        patched.setattr(fairness_tiles, "institutions", lambda _: home)
        patched.setattr(page, "scope", lambda: scope)
        patched.setattr(page, "mode", lambda: "light")
        patched.setattr("dashboards.readings.read", lambda *_: dict.fromkeys(REACH, NOTHING))
        for place in ("dashboards.components.fairness", "dashboards.components.chart_frame"):
            patched.setattr(f"{place}.chart_frame", taken.chart)
            patched.setattr(f"{place}.table_frame", taken.table)
        patched.setattr("dashboards.components.tile.tiles", taken.tiles)
        stage, period = choice
        patched.setattr(lens, "choose", lambda *_: lens.Choice("pell", fairness.shown(scope, "pell"), stage, period))
        runpy.run_path(str(VIEWS / f"{view}.py"))
    fairness_tables._tables.cache_clear()
    return "\n".join(taken.parts)


PERSONS_COLUMNS = ("person", "person_count", "stage", "term_label", "unit_count", "advanced_count")
REACH = ("new_school_share_of_selections", "new_school_share_of_hires")
NOTHING = fairness_tiles.comparison_readings(
    Scope(Generation("generated", Path(__file__), datetime(2026, 7, 1)), "leadership"), compared(), "selected"
)[0]


def strata_of(cells: list[Cell], random: Random) -> pl.DataFrame:
    """Return sums over projects for the groups of a cube, each against one of them."""
    groups = sorted({cell.group for cell in cells if cell.group})
    tables = [[[random.randint(1, 9) for _ in range(2)] for _ in range(2)] for _ in range(LEAST_PROJECTS)]
    sums = vars(sum_strata(tables))
    counts = {"project_count": LEAST_PROJECTS, "unit_count": 60, "leading_unit_count": 60}
    leading = random.choice(groups)
    pairs = [{"group_value": each, "leading_value": leading} for each in groups if each != leading]
    return strata_frame([pair | counts | sums for pair in pairs], "pell")


def twin(cells: list[Cell], random: Random) -> list[Cell]:
    """Return the same cube with other numbers in all that is not shown."""
    return [_other(cell, shown, random) for cell, shown in zip(cells, suppress(cells), strict=True)]


def _other(cell: Cell, shown: ShownCell, random: Random) -> Cell:
    key, units = (cell.period, cell.stage, cell.group), cell.units
    if shown.status == "shown":
        return cell
    if shown.status == "hidden":
        units = random.randint(1, 9) if units < 10 else units + random.randint(0, 3)
        return counted_cell(*key, units, random.randint(0, units))
    if shown.status == "band":
        near = random.randint(0, 3)
        return counted_cell(*key, units, near if shown.low_edge == 0 else units - near)
    return counted_cell(*key, units, random.randint(0, 10) if units == 10 else random.randint(4, units - 4))


def cases(random: Random, count: int) -> list[tuple[list[Cell], list[Cell]]]:
    """Return cubes with twins that differ only in what is not shown."""
    found: list[tuple[list[Cell], list[Cell]]] = []
    while len(found) < count:
        named = random.choice((("yes", "no"), ("a", "b", "c", "yes", "no"), ("a", "b", "c", "d")))
        cells = cube(random, named, random.choice((SIZES, (8, 300, 400))))
        cells.sort(key=lambda cell: (cell.period, cell.stage, cell.group is None, cell.group))
        shown = finished(cells, "pell")[SHOWN]
        for other in (twin(cells, random) for _ in range(3)):
            if other != cells and finished(other, "pell")[SHOWN].equals(shown):
                found.append((cells, other))
                break
    return found


@pytest.mark.parametrize(("view", "count"), [("fair_access", 60), ("access_and_equity", 12)])
def test_no_number_of_a_hidden_cell_is_anywhere_on_the_page(
    view: str, count: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Two marketplaces that differ in nothing but what is withheld give the same page, to the last hover."""
    random = Random(4)
    charts_seen = set()
    for number, (cells, other) in enumerate(cases(random, count)):
        strata = strata_of(cells, random)
        periods = sorted({cell.period for cell in cells})
        choice = (list(fairness.STAGES)[number % 4], periods[number % len(periods)])
        first = emitted(view, cells, strata, choice, monkeypatch)
        assert first == emitted(view, other, strata, choice, monkeypatch)
        charts_seen |= set(first.splitlines())
    assert {"groups", "ladder", "tests", "stage-parts", "within-projects", "composition"} <= charts_seen


def test_without_suppression_the_page_gives_hidden_numbers_away(monkeypatch: pytest.MonkeyPatch) -> None:
    """The positive control of the test above."""
    random = Random(4)
    made = cases(random, 5)
    monkeypatch.setattr(
        finished_module,
        "suppress",
        lambda cells, _: [
            ShownCell(*list(vars(cell).values())[:3], "shown", cell.units, cell.advanced) for cell in cells
        ],
    )
    monkeypatch.setattr(fairness_causes, "chained", lambda *_: ((), []))
    for cells, other in made:
        strata = strata_of(cells, random)
        periods = {first.period for first, second in zip(cells, other, strict=True) if first != second}
        stage = next(first.stage for first, second in zip(cells, other, strict=True) if first != second)
        pages = [
            [emitted("fair_access", each, strata, (stage, period), monkeypatch) for period in periods]
            for each in (cells, other)
        ]
        assert pages[0] != pages[1]


@pytest.mark.parametrize("view", ["fair_access", "access_and_equity"])
@pytest.mark.parametrize(
    ("counts", "title"),
    [
        ({}, "No groups to compare yet"),
        ({"yes": (9, 4), "no": (9, 4)}, "Too few to say"),
        ({"yes": (40, 20)}, "Too few to say"),
        ({"yes": (90, 40), "no": (80, 1), None: (50, 20)}, None),
    ],
)
def test_a_page_has_words_for_nothing_for_all_hidden_and_for_one_group(
    view: str, counts: dict[str | None, tuple[int, int]], title: str | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    said: list[str] = []
    monkeypatch.setattr("dashboards.components.states._box", lambda title, *_: said.append(title))
    cells = [counted_cell(ALL_TIME, "selected", group, *pair) for group, pair in counts.items()]
    text = emitted(view, cells, strata_frame([], "pell"), ("selected", ALL_TIME), monkeypatch)
    assert said == [title] * (title is not None)
    assert ("Only Pell grant can be shown in full" in text) == (title is None)
