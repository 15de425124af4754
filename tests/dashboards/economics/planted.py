"""Small marketplaces with a planted lift of being chosen: projects, applicants, ability, covariates, choice."""

from dataclasses import dataclass

import numpy as np

from dashboards.economics.comparison import Comparison, Flags, Floats, Ints


@dataclass(frozen=True)
class World:
    """What is planted; ``ability`` is unobserved and raises being chosen and being hired, as in the sample."""

    projects: int = 250
    ability: float = 0.0
    lift_ratio: float = 1.6
    hired_share: float = 0.10
    has_two_kinds: bool = False
    """Ability is then one of two kinds, which gives its strength in closed form."""


@dataclass(frozen=True)
class Planted:
    """The rows that an estimate sees, beside what it does not: each applicant's chances, and ability."""

    rows: Comparison
    if_chosen: Floats
    if_not: Floats
    ability: Floats

    @property
    def lift(self) -> float:
        """Return the planted effect on the treated of this marketplace."""
        return float((self.if_chosen - self.if_not)[self.rows.is_treated].mean())


def plant(world: World, seed: int) -> Planted:
    """Draw a marketplace: applicants per project overdispersed, one to three chosen by score, hires by chance."""
    rng = np.random.default_rng(seed)
    sizes = np.maximum(rng.poisson(14 * rng.gamma(1.6, 1 / 1.6, world.projects)), 2)
    slots = np.minimum(rng.choice([1, 2, 3], world.projects, p=[0.84, 0.12, 0.04]), sizes - 1)
    project = np.repeat(np.arange(world.projects), sizes)
    size = len(project)
    ability = rng.integers(0, 2, size) * 2.0 if world.has_two_kinds else rng.normal(size=size)
    year, prior = rng.integers(0, 4, size), rng.poisson(0.4, size).clip(0, 3)
    score = 1.1 * world.ability * ability + 0.3 * prior + 0.2 * (year == 0) + rng.gumbel(size=size)
    liking = np.exp(rng.normal(0, 0.3, world.projects))[project]
    observed = 1 + 0.3 * (year == 0) + 0.15 * prior
    tilt = np.exp(0.8 * world.ability * (ability - 1))
    if_not = np.clip(world.hired_share / world.lift_ratio * liking * tilt * observed, 0, 0.6)
    if_chosen = np.clip(world.lift_ratio * if_not, 0, 0.95)
    chosen = _best(project, score, slots)
    hired = (rng.random(size) < np.where(chosen, if_chosen, if_not)).astype(np.float64)
    covariates = np.column_stack([*(year == level for level in (1, 2, 3)), *(prior == level for level in (1, 2, 3))])
    rows = Comparison(project, chosen, hired, covariates.astype(np.float64))
    return Planted(rows, if_chosen, if_not, ability)


def _best(project: Ints, score: Floats, slots: Ints) -> Flags:
    """Return the applicants with the best scores of each project, as many as it has slots."""
    order = np.lexsort((-score, project))
    first = np.searchsorted(project, np.arange(len(slots)))
    rank = np.empty(len(project), dtype=np.int64)
    rank[order] = np.arange(len(project)) - first[project[order]]
    return np.asarray(rank < slots[project])
