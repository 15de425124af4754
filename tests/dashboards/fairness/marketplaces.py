"""Marketplaces made at random, row by row: persons of groups who apply, are chosen, complete and are hired."""

from collections.abc import Sequence
from dataclasses import dataclass
from random import Random

from dashboards.fairness.suppression import Cell
from dashboards.fairness.tables import ALL_TIME
from tests.dashboards.fairness.attacker import Unit
from tests.dashboards.fairness.cubes import counted_cell

TERMS = ("Fall 2024", "Spring 2025", "Fall 2025", "Spring 2026")
HOSTS = ("large", "middle", "small")


@dataclass(frozen=True)
class Marketplace:
    """Each person's group (None: unknown), and the units of each host."""

    groups: dict[str, str | None]
    units: dict[str, list[Unit]]

    def of(self, host: str) -> list[Unit]:
        """Return the units of a host, or of all hosts: a completer counts once for each."""
        return self.units[host] if host in self.units else [unit for each in self.units.values() for unit in each]

    def cells(self, host: str) -> list[Cell]:
        """Return the cube of a host, or of the platform: every total is a cell."""
        counted: dict[tuple[str, str, str | None], list[int]] = {}
        for person, stage, term, advanced in self.of(host):
            for period in (term, ALL_TIME):
                held = counted.setdefault((period, stage, self.groups[person]), [0, 0])
                held[0] += 1
                held[1] += advanced
        order = sorted(counted, key=lambda each: (each[0], each[1], each[2] or "~"))
        return [counted_cell(*key, counted[key][0], counted[key][1]) for key in order]


def marketplace(seed: int, persons: int, names: Sequence[str]) -> Marketplace:
    """Make a marketplace; its groups are of uneven size, one in ten persons says nothing."""
    random = Random(seed)
    weights = [random.uniform(0.2, 1) for _ in names]
    groups: dict[str, str | None] = {}
    units: dict[str, list[Unit]] = {host: [] for host in HOSTS}
    for number in range(persons):
        person = f"p{number}"
        groups[person] = None if random.random() < 0.1 else random.choices(names, weights)[0]
        completed: set[str] = set()
        for _ in range(random.randint(1, 4)):
            host = random.choices(HOSTS, (6, 3, 1))[0]
            units[host] += _way(random, person, first=host not in completed)
            completed |= {host} if any(unit[1] == "hired" for unit in units[host] if unit[0] == person) else set()
    return Marketplace(groups, units)


def _way(random: Random, person: str, *, first: bool) -> list[Unit]:
    """Return one application and what came of it: the work, and the first of completed works the person at the host."""
    applied = random.randrange(len(TERMS))
    chosen = random.random() < 0.45
    found: list[Unit] = [(person, "selected", TERMS[applied], int(chosen))]
    due = applied + (random.random() < 0.3)
    if not chosen or due >= len(TERMS):
        return found
    done = random.random() < 0.85
    found.append((person, "completed", TERMS[due], int(done)))
    if done and first and due < len(TERMS) - 1:
        offered = random.random() < 0.3
        found += [(person, "offered", TERMS[due], int(offered))]
        found += [(person, "hired", TERMS[due], int(offered and random.random() < 0.6))]
    return found
