"""What of a group may be shown: METRICS.md, "Suppression". The cells of one scope and dimension, over all periods.

Two layers. What a cell may show by itself is decided in SQL, beside the counts: its number of units from ten on, how
many advanced where more than three did and more than three did not, else a band. Then nothing of it may be had back
from what else is known: the groups of a period add up to totals that other pages show, the terms of a group add up to
all time. So more is withheld, as little as can be found, until every withheld count could be three persons higher or
lower in some other marketplace that would look exactly the same.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from math import log2

from dashboards.fairness.freedom import NEVER, Cost, Step, cheapest_path, range_of
from dashboards.fairness.groups import MINIMUM_UNITS
from dashboards.fairness.persons import Classes, Count, Profile, Program, classes_by_term, classes_of_all_time
from dashboards.fairness.tables import ALL_TIME, NOBODY, Counts, Kind, Status, Table

UNITS_OF = {"offered": "completers", "hired": "completers"}
"""Stages that count the same units; every other stage counts units of its own."""

UNKNOWN_SHARE, ALL_TIME_FACTOR, HIDING_FACTOR = 0.25, 8, 3
"""What withholding costs: little of those whom nobody compares, much of all time, more of units than of rates."""


@dataclass(frozen=True)
class Cell:
    """One group at one stage in one period, as counted; a group of None holds those of whom it is unknown.

    ``alone`` and the edges say what may be shown of it by itself: columns of the mart agg_selection_cube.
    """

    period: str
    stage: str
    group: str | None
    units: int
    advanced: int
    alone: Status
    low_edge: float | None = None
    high_edge: float | None = None


@dataclass(frozen=True)
class ShownCell:
    """What may be seen of a cell: shown (all), a band of its rate, counted (units alone), or hidden (nothing)."""

    period: str
    stage: str
    group: str | None
    status: Status
    units: int | None = None
    advanced: int | None = None
    low_edge: float | None = None
    high_edge: float | None = None


def suppress(cells: Sequence[Cell], persons: Mapping[Profile, int] | None = None) -> list[ShownCell]:
    """Return what may be shown of each cell, in order. The cells must be all of one scope and one dimension.

    ``persons`` says how many persons have which rows, where readers have rows of persons. Where they are too many to
    ask term by term, nothing is shown of a term.
    """
    if not persons:
        return _suppressed(cells, cells, None)
    groups = len({cell.group for cell in cells})
    if (classes := classes_by_term(persons, groups)) is not None:
        return _suppressed(cells, cells, classes)
    whole = [cell for cell in cells if cell.period == ALL_TIME]
    return _suppressed(cells, whole, classes_of_all_time(persons, groups))


def _suppressed(cells: Sequence[Cell], kept: Sequence[Cell], classes: Classes | None) -> list[ShownCell]:
    """Return what may be shown of each cell, and nothing of those that are not kept."""
    tables = tables_of(kept)
    for table in tables.values():
        protect(table)
    if classes is not None:
        protect_persons(tables, classes)
    known = {(cell.period, cell.stage, cell.group) for cell in kept}
    return [
        _shown(cell, tables[cell.stage]) if (cell.period, cell.stage, cell.group) in known else _hidden(cell)
        for cell in cells
    ]


def suppress_alone(cells: Sequence[Cell]) -> list[ShownCell]:
    """Return what each cell may show by itself: for groups that readers can count row by row anyway."""
    shown = {"hidden": _hidden, "shown": _whole, "band": _band, "counted": _counted}
    return [shown[cell.alone](cell) for cell in cells]


def tables_of(cells: Sequence[Cell]) -> dict[str, Table]:
    """Return the table of each stage; stages that count the same units share one."""
    groups = list(dict.fromkeys(cell.group for cell in cells))
    held = {(cell.period, cell.stage, cell.group): cell for cell in cells}
    by_units: dict[str, list[str]] = {}
    for stage in dict.fromkeys(cell.stage for cell in cells):
        by_units.setdefault(UNITS_OF.get(stage, stage), []).append(stage)
    found: dict[str, Table] = {}
    for stages in by_units.values():
        periods = dict.fromkeys(cell.period for cell in cells if cell.stage in stages)
        places = [(period, group) for period in periods for group in groups]
        counts = {stage: [_counts(held.get((period, stage, group))) for period, group in places] for stage in stages}
        found |= dict.fromkeys(stages, Table(places, counts))
    return found


def _counts(cell: Cell | None) -> Counts:
    return NOBODY if cell is None else Counts(cell.units, cell.advanced, cell.alone, cell.low_edge == 0)


def protect(table: Table) -> None:
    """Withhold more of a table until every withheld count is open as wide as it must be."""
    clear: set[tuple[int, str]] = set()
    # What has room keeps it when more is withheld, so that no count is looked at twice.
    while pending := [each for each in _pending(table) if each not in clear]:
        for place, counter in pending:
            _widen(table, place, counter)
            clear.add((place, counter))


def _pending(table: Table) -> Iterator[tuple[int, str]]:
    while rest := small_rest(table):
        table.hide(min(rest, key=lambda place: weight(table, place)))
    yield from table.withheld()


def small_rest(table: Table) -> list[int]:
    """Return the shown places of a sum whose hidden ones are fewer than ten together: their sum would be told."""
    sums: dict[object, list[int]] = {}
    for place, (period, group) in enumerate(table.places):
        sums.setdefault(("period", period), []).append(place)
        if period != ALL_TIME:
            sums.setdefault(("group", group), []).append(place)
    whole = {group: place for place, (period, group) in enumerate(table.places) if period == ALL_TIME}
    for (kind, name), places in ((key, each) for key, each in sums.items() if isinstance(key, tuple)):
        rest = sum(table.units[place] for place in places if place in table.hidden)
        others = [place for place in places if place not in table.hidden]
        if kind == "group" and (name not in whole or whole[name] in table.hidden):
            continue
        if 0 < rest < MINIMUM_UNITS and others:
            return others
    return []


def _widen(table: Table, place: int, counter: str) -> None:
    """Withhold more, as little as can be found, until a withheld count is open wide enough."""
    while (lacking := table.needed(place, counter) - sum(moves := _moves(table, place, counter))) > 0:
        found = (
            _cheapest(table, kind, Step(place, sign), moved + more)
            for more in range(lacking, 0, -1)
            for kind in table.kinds(counter)
            for sign, moved in zip((1, -1), moves, strict=True)
        )
        spent, withheld = min(found, key=lambda each: each[0])
        if spent == NEVER:
            withheld = _anything(table, counter)
        if not withheld:
            return
        for each, status in withheld.items():
            _withhold(table, each, counter, status)


def _moves(table: Table, place: int, counter: str) -> tuple[int, int]:
    """Return how far a count can rise and fall, each as far as it is needed."""
    needed = table.needed(place, counter)
    most = [0, 0]
    for kind in table.kinds(counter):
        rooms = table.rooms(kind)
        for number, sign in enumerate((1, -1)):
            if sum(most) < needed:
                moved = range_of(table.network, rooms, Step(place, sign), needed - most[1 - number])
                most[number] = max(most[number], moved)
    return most[0], most[1]


def _cheapest(table: Table, kind: Kind, step: Step, amount: int) -> tuple[float, Mapping[int, Status]]:
    """Return the least that must be withheld for a count to move so far, and what that is by place."""
    ways = [_ways(table, place, kind, amount) for place in range(len(table.places))]
    costs = [Cost(*(cost for cost, _ in each)) for each in ways]
    own = costs[step.place].up if step.sign > 0 else costs[step.place].down
    spent, path = cheapest_path(table.network, costs, step)
    if own + spent == NEVER:
        return NEVER, {}
    chosen = {each.place: ways[each.place][each.sign > 0][1] for each in (step, *path)}
    return own + spent, {place: status for place, status in chosen.items() if status != "shown"}


def _ways(table: Table, place: int, kind: Kind, amount: int) -> tuple[tuple[float, Status], tuple[float, Status]]:
    """Return what it costs, and takes, that a count may fall and rise by an amount; ``shown`` takes nothing more."""
    now = table.status(place, kind.stages)
    cost = weight(table, place)
    states: list[tuple[float, Status, Status]] = [(0.0, now, "shown")]
    if now == "shown" and not kind.with_units:
        states.append((cost, "counted", "counted"))
    if now != "hidden":
        states.append((cost * HIDING_FACTOR, "hidden", "hidden"))
    rooms = [(spent, table.room(place, kind, state), taken) for spent, state, taken in states]
    down = next(((spent, taken) for spent, room, taken in rooms if room.down >= amount), (NEVER, now))
    up = next(((spent, taken) for spent, room, taken in rooms if room.up >= amount), (NEVER, now))
    return down, up


def _anything(table: Table, counter: str) -> Mapping[int, Status]:
    """Return the next place to withhold where no single path helps; nothing when all is withheld already."""
    rest = [place for place, units in enumerate(table.units) if units and place not in table.hidden]
    return {min(rest, key=lambda place: weight(table, place)): "hidden"} if rest else {}


def _withhold(table: Table, place: int, counter: str, status: Status) -> None:
    if status == "hidden":
        table.hide(place)
    else:
        table.inexact[counter].add(place)


def weight(table: Table, place: int) -> float:
    """Return what is lost with a place: the larger, the more; little of the unknown, most of all time."""
    period, group = table.places[place]
    lost = log2(2 + table.units[place])
    return lost * (UNKNOWN_SHARE if group is None else 1) * (ALL_TIME_FACTOR if period == ALL_TIME else 1)


def _shown(cell: Cell, table: Table) -> ShownCell:
    place = table.places.index((cell.period, cell.group))
    if place in table.hidden:
        return _hidden(cell)
    if place not in table.inexact[cell.stage]:
        return _whole(cell)
    return _band(cell) if cell.alone == "band" else _counted(cell)


def _hidden(cell: Cell) -> ShownCell:
    return ShownCell(cell.period, cell.stage, cell.group, "hidden")


def _whole(cell: Cell) -> ShownCell:
    return ShownCell(cell.period, cell.stage, cell.group, "shown", cell.units, cell.advanced)


def _counted(cell: Cell) -> ShownCell:
    return ShownCell(cell.period, cell.stage, cell.group, "counted", cell.units)


def _band(cell: Cell) -> ShownCell:
    return ShownCell(cell.period, cell.stage, cell.group, "band", cell.units, None, cell.low_edge, cell.high_edge)


def protect_persons(tables: Mapping[str, Table], classes: Classes) -> None:
    """Withhold more until every withheld count is open as wide as it must be for a reader of rows of persons."""
    program = Program(tables, classes)
    settled: set[Count] = set()
    while closed := [each for each in program.closed() if each[0] not in settled]:
        for count, binding in closed:
            places = {each.count: weight(tables[each.count.stage], each.count.place) for each in binding}
            if not places:
                settled.add(count)
                continue
            chosen = min(places, key=lambda each: (places[each], each))
            table = tables[chosen.stage]
            is_exact = chosen.counter == "advanced" and chosen.place not in table.inexact[chosen.stage]
            _withhold(table, chosen.place, chosen.stage, "counted" if is_exact else "hidden")
            protect(table)
