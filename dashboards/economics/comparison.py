"""The rows of fct_selection_outcomes as sums by project: all that the estimate and its bootstrap need.

Each row is a person and a host: the host's first choice in which the person stood. So a hire counts once, and no pair
has a part in two projects. Those passed over whom the host chose elsewhere meanwhile stay in, since leaving them out
would condition on what came later; they draw the effect towards nothing, and are counted.

Within a project, those passed over say what the chosen would have met with. With project fixed effects a and
covariates x, the outcome without being chosen is a + x b, fitted on those passed over; a chosen person's effect is the
outcome less that prediction. Every part is a sum over projects, so a resample of projects is a weighted sum.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import polars as pl

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
Flags = npt.NDArray[np.bool_]

LEVELS = ("major_family", "years_to_graduation")
COUNTS = ("prior_completion_count",)
HIGHEST_COUNT = 3
UNKNOWN = "unknown"
MOST_GROUPS = 500
"""More projects than this are bundled at random; bundles of exchangeable projects are resampled as validly."""


@dataclass(frozen=True)
class Comparison:
    """Persons before decided projects: project codes (n), chosen (n), outcome 0 or 1 (n), covariates (n x p).

    ``treated_alone`` are chosen with nobody to compare them with, ``chosen_elsewhere`` passed over and chosen later.
    """

    project: Ints
    is_treated: Flags
    outcome: Floats
    covariates: Floats
    treated_alone: int = 0
    chosen_elsewhere: int = 0


@dataclass(frozen=True)
class Sums:
    """Sums by group of projects (first axis g): of the chosen, and of the passed-over's cross products (p x p)."""

    treated: Floats
    treated_outcome: Floats
    excess: Floats
    covariate_excess: Floats
    cross: Floats
    cross_outcome: Floats
    projects: int
    passed_over: int


def comparison(frame: pl.DataFrame, *, levels: Sequence[str] = LEVELS, counts: Sequence[str] = COUNTS) -> Comparison:
    """Return the rows with ``is_compared`` whose project has both chosen and passed-over applicants.

    Covariates enter as indicators, counts capped at three; unknown is a level of its own. ``treated_alone`` counts
    the chosen whose project holds nobody to compare them with, and ``chosen_elsewhere`` those passed over whom the
    host chose for another project within the window.
    """
    rows = frame.filter(pl.col("is_compared") == 1).with_columns(is_treated=pl.col("is_selected") == 1)
    has_both = pl.col("is_treated").any().over("project_id") & ~pl.col("is_treated").all().over("project_id")
    kept = rows.filter(has_both)
    words = [
        *(pl.col(name).cast(pl.String).fill_null(UNKNOWN) for name in levels),
        *(pl.col(name).clip(0, HIGHEST_COUNT).cast(pl.String).fill_null(UNKNOWN) for name in counts),
    ]
    return Comparison(
        project=kept["project_id"].rank("dense").cast(pl.Int64).to_numpy() - 1,
        is_treated=kept["is_treated"].to_numpy(),
        outcome=kept["is_hired_365_days"].cast(pl.Float64).to_numpy(),
        covariates=indicators(kept.select(words)),
        chosen_elsewhere=int(kept["is_chosen_elsewhere_365_days"].sum()),
        treated_alone=int(rows["is_treated"].to_numpy().sum() - kept["is_treated"].to_numpy().sum()),
    )


def indicators(words: pl.DataFrame) -> Floats:
    """Return one 0/1 column (n x p) for each level of each column but its commonest."""
    parts = []
    for column in words.iter_columns():
        codes = column.rank("dense").cast(pl.Int64).to_numpy() - 1 if len(column) else np.zeros(0, dtype=np.int64)
        sizes = np.bincount(codes)
        parts += [(codes == level).astype(np.float64) for level in np.flatnonzero(sizes) if level != sizes.argmax()]
    return np.column_stack(parts) if parts else np.zeros((len(words), 0))


def sums_by_group(rows: Comparison, rng: np.random.Generator, most_groups: int = MOST_GROUPS) -> Sums:
    """Return the sums by project, or by random bundle of projects where there are more than ``most_groups``."""
    projects = int(rows.project.max(initial=-1)) + 1
    group_of = np.arange(projects) if projects <= most_groups else rng.permutation(projects) % most_groups
    groups = min(projects, most_groups)
    group = group_of[rows.project]
    outcome = rows.outcome - _passed_over_means(rows, rows.outcome)[rows.project]
    covariates = rows.covariates - _passed_over_means(rows, rows.covariates)[rows.project]
    chosen = rows.is_treated
    cross, cross_outcome = _cross_products(covariates[~chosen], outcome[~chosen], group[~chosen], groups)
    return Sums(
        treated=_totals(group[chosen], np.ones(int(chosen.sum())), groups),
        treated_outcome=_totals(group[chosen], rows.outcome[chosen], groups),
        excess=_totals(group[chosen], outcome[chosen], groups),
        covariate_excess=_totals(group[chosen], covariates[chosen], groups),
        cross=cross,
        cross_outcome=cross_outcome,
        projects=projects,
        passed_over=int((~chosen).sum()),
    )


def _totals(group: Ints, values: Floats, groups: int) -> Floats:
    """Return the sums of values (n, or n x p) by group (g, or g x p)."""
    if values.ndim == 1:
        return np.asarray(np.bincount(group, values, groups), dtype=np.float64)
    columns = [_totals(group, column, groups) for column in values.T]
    return np.column_stack(columns) if columns else np.zeros((groups, 0))


def _passed_over_means(rows: Comparison, values: Floats) -> Floats:
    """Return the means over those passed over, by project (j, or j x p)."""
    projects = int(rows.project.max(initial=-1)) + 1
    base = ~rows.is_treated
    sizes = _totals(rows.project[base], np.ones(int(base.sum())), projects)
    totals = _totals(rows.project[base], values[base], projects)
    return np.asarray(totals / (sizes if values.ndim == 1 else sizes[:, None]))


def _cross_products(covariates: Floats, outcome: Floats, group: Ints, groups: int) -> tuple[Floats, Floats]:
    """Return covariates' cross products with themselves (g x p x p) and with the outcome (g x p)."""
    order = np.argsort(group, kind="stable")
    edges = np.searchsorted(group[order], np.arange(groups + 1))
    width = covariates.shape[1]
    cross, cross_outcome = np.zeros((groups, width, width)), np.zeros((groups, width))
    for number in range(groups if width else 0):
        own = order[edges[number] : edges[number + 1]]
        cross[number] = covariates[own].T @ covariates[own]
        cross_outcome[number] = covariates[own].T @ outcome[own]
    return cross, cross_outcome
