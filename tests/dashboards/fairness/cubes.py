"""Cubes made at random: groups by stage and term, with the sums over terms, as agg_selection_cube has them."""

from random import Random

from dashboards.fairness.suppression import ALL_TIME, Cell

STAGES = ("selected", "completed", "hired")


def cube(random: Random, groups: tuple[str | None, ...] | None = None) -> list[Cell]:
    """Return the cells of one scope and dimension; sizes and rates are such that every rule has something to do."""
    terms = [f"Fall {2020 + number}" for number in range(random.randint(1, 4))]
    named = groups or tuple(f"group {number}" for number in range(random.randint(1, 5)))
    known = [*named, None] if random.random() < 0.7 and None not in named else list(named)
    cells = []
    for stage in STAGES:
        for group in known:
            size, rate = random.choice((3, 8, 15, 40, 200)), random.choice((0.02, 0.1, 0.5, 0.95))
            counted = [Cell(term, stage, group, *_counts(random, size, rate)) for term in terms]
            held = [cell for cell in counted if cell.units]
            if held:
                units, advanced = sum(cell.units for cell in held), sum(cell.advanced for cell in held)
                cells += [*held, Cell(ALL_TIME, stage, group, units, advanced)]
    return cells


def _counts(random: Random, size: int, rate: float) -> tuple[int, int]:
    units = random.randint(0, size)
    return units, sum(random.random() < rate for _ in range(units))
