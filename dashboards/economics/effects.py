"""Incremental hires: how much more often those chosen were hired than they would have been, project by project."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from dashboards.economics.comparison import Comparison, Floats, Sums, sums_by_group
from dashboards.economics.sensitivity import bias_factor, e_value

DRAWS = 1000
"""The ends of the interval then lie within a tenth of its standard error; twice as many take twice as long."""

CELLS_AT_ONCE = 4_000_000
RIDGE = 1e-9
PROJECTS_NEEDED = 10
"""Below so many projects the bootstrap's interval is too narrow to be believed: METRICS.md, "Intervals"."""


@dataclass(frozen=True)
class Effect:
    """The effect on the treated, as a risk difference with its 95 % interval; ``draws`` are the bootstrap's (b).

    ``e_value`` is the strength that an unmeasured cause of both must have to explain the estimate away, and
    ``e_value_of_limit`` the interval's end nearer to no effect (1: that end already allows for none).
    """

    difference: float
    low: float
    high: float
    treated_rate: float
    treated: int
    passed_over: int
    projects: int
    treated_alone: int
    e_value: float
    e_value_of_limit: float
    draws: Floats
    chosen_elsewhere: int = 0

    @property
    def counterfactual_rate(self) -> float:
        """Return how often the treated would have been hired all the same."""
        return self.treated_rate - self.difference

    @property
    def contamination(self) -> float:
        """Return the share of those passed over whom the host chose elsewhere: they pull the difference to nothing."""
        return self.chosen_elsewhere / self.passed_over

    @property
    def is_thin(self) -> bool:
        """Tell whether there are too few projects for the interval."""
        return self.projects < PROJECTS_NEEDED

    def is_explained_by(self, strength: float) -> bool:
        """Tell whether an unmeasured cause of this strength (risk ratio, both ways) could leave no effect."""
        return self.e_value_of_limit <= strength

    def corrected(self, selection: float, outcome: float) -> float:
        """Return the least difference that is left after an unmeasured cause of these risk ratios.

        Ding and VanderWeele (2016): the true ratio is at least the observed one over the bias factor.
        """
        return self.treated_rate - self.counterfactual_rate * bias_factor(selection, outcome)


def effect_on_the_treated(rows: Comparison, *, seed: int, draws: int = DRAWS) -> Effect | None:
    """Return the effect within projects, adjusted for covariates, bootstrapped by project; None without a comparison.

    The same seed gives the same interval.
    """
    if not rows.is_treated.any():
        return None
    rng = np.random.default_rng(seed)
    sums = sums_by_group(rows, rng)
    groups = len(sums.treated)
    difference, treated_rate = (float(part[0]) for part in _estimates(sums, np.ones((1, groups)), _exact_slopes))
    differences, rates = _bootstrap(sums, rng, draws)
    low, high = np.quantile(differences, [0.025, 0.975])
    ratios = risk_ratio(rates, rates - differences)
    limit = float(np.quantile(ratios, 0.025 if difference > 0 else 0.975, method="inverted_cdf"))  # inf among them
    crosses = limit <= 1 if difference > 0 else limit >= 1
    return Effect(
        difference=difference,
        low=float(low),
        high=float(high),
        treated_rate=treated_rate,
        treated=int(sums.treated.sum()),
        passed_over=sums.passed_over,
        projects=sums.projects,
        treated_alone=rows.treated_alone,
        e_value=e_value(float(risk_ratio(np.array([treated_rate]), np.array([treated_rate - difference]))[0])),
        e_value_of_limit=1.0 if crosses else e_value(limit),
        draws=differences,
        chosen_elsewhere=rows.chosen_elsewhere,
    )


def risk_ratio(rate: Floats, counterfactual: Floats) -> Floats:
    """Return the ratio of rates: infinite where nobody would have been hired, 1 where nobody was either way."""
    base = np.maximum(counterfactual, 0.0)
    ratio = np.divide(rate, base, out=np.full(len(rate), np.inf), where=base > 0)
    return np.asarray(np.where((base == 0) & (rate == 0), 1.0, ratio))


def _bootstrap(sums: Sums, rng: np.random.Generator, draws: int) -> tuple[Floats, Floats]:
    """Return differences and rates of the chosen (b) over resamples of groups, in blocks of bounded memory."""
    groups, width = sums.covariate_excess.shape
    at_once = max(1, CELLS_AT_ONCE // max(groups, width * width, 1))
    found: list[tuple[Floats, Floats]] = []
    for done in range(0, draws, at_once):
        weights = rng.multinomial(groups, np.full(groups, 1 / groups), size=min(at_once, draws - done))
        found.append(_estimates(sums, weights.astype(np.float64), _nearly_exact_slopes))
    differences, rates = (np.concatenate(part) for part in zip(*found, strict=True))
    return differences, rates


def _estimates(sums: Sums, weights: Floats, solved: Callable[[Floats, Floats], Floats]) -> tuple[Floats, Floats]:
    """Return difference and rate of the chosen for each row of weights (b x g)."""
    groups, width = sums.covariate_excess.shape
    treated = weights @ sums.treated
    excess = weights @ sums.excess
    if width:
        cross = (weights @ sums.cross.reshape(groups, -1)).reshape(-1, width, width)
        slopes = solved(cross, weights @ sums.cross_outcome)
        excess = excess - ((weights @ sums.covariate_excess) * slopes).sum(axis=1)
    return excess / treated, weights @ sums.treated_outcome / treated


def _exact_slopes(cross: Floats, cross_outcome: Floats) -> Floats:
    """Return the shortest least-squares slopes (b x p): a covariate that varies within no project has none."""
    return np.asarray((np.linalg.pinv(cross, hermitian=True) @ cross_outcome[:, :, None])[:, :, 0])


def _nearly_exact_slopes(cross: Floats, cross_outcome: Floats) -> Floats:
    """Return the same slopes to about eight digits, 20 times as fast, by a ridge of RIDGE x the mean diagonal."""
    width = cross.shape[1]
    diagonal = np.arange(width)
    raised = cross.copy()
    raised[:, diagonal, diagonal] += RIDGE * np.maximum(cross[:, diagonal, diagonal].mean(axis=1), 1.0)[:, None]
    return np.asarray(np.linalg.solve(raised, cross_outcome[:, :, None])[:, :, 0])
