"""At which stage two groups part: the product of the stages' ratios, and each stage's part in it.

Where each stage counts those who advanced at the one before, the product is the ratio of the groups' overall rates. The
stages of ``agg_selection_cube`` do not: applications, engagements and person-host pairs each wait for windows of their
own. Their product is that of the stages' ratios and of no single cohort; ``is_nested`` tells which.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from dashboards.fairness.groups import Group


class StagesDifferError(ValueError):
    """The two groups were not counted at the same number of stages."""

    def __init__(self, first: int, second: int) -> None:
        super().__init__(f"Expected both groups at the same stages; found {first} and {second} of them.")


@dataclass(frozen=True)
class StageShare:
    """One stage: the group's rate, the other's, their ratio, and the part of the difference made here.

    ``share`` is the stage's part of the logarithm of the product of ratios: the parts sum to one; it is negative
    where the stage narrows the difference. None where a rate is zero or unknown, or the product is one.
    """

    stage: str
    rate: float | None
    other_rate: float | None
    ratio: float | None
    share: float | None


def decompose(stages: Sequence[str], group: Sequence[Group], other: Sequence[Group]) -> tuple[StageShare, ...]:
    """Return each stage's part in the difference of two groups; raise StagesDifferError when the lengths differ.

    The stages follow each other (selected, completed, hired), each with its own rate and denominator; only where they
    are nested (``is_nested``) is the product of their ratios that of the overall rates.
    """
    if not len(stages) == len(group) == len(other):
        raise StagesDifferError(len(group), len(other))
    ratios = [ratio_of(one, two) for one, two in zip(group, other, strict=True)]
    logs = [math.log(ratio) for ratio in ratios if ratio]
    whole = math.fsum(logs) if len(logs) == len(ratios) else 0.0
    return tuple(
        StageShare(stage, share_of(one), share_of(two), ratio, math.log(ratio) / whole if ratio and whole else None)
        for stage, one, two, ratio in zip(stages, group, other, ratios, strict=True)
    )


def share_of(group: Group) -> float | None:
    """Return the group's rate as a float, None where unknown."""
    return None if group.rate is None else float(group.rate)


def ratio_of(group: Group, other: Group) -> float | None:
    """Return the group's rate over the other's, None where unknown or over nothing."""
    return float(group.rate / other.rate) if group.rate is not None and other.rate else None


def is_nested(group: Sequence[Group]) -> bool:
    """Tell whether each stage counts exactly those who advanced at the stage before: one cohort, followed through."""
    return all(before.advanced == after.units for before, after in pairwise(group))


def product_of_ratios(shares: Sequence[StageShare]) -> float | None:
    """Return the product of the stages' ratios, None where one is unknown: of nested stages, the overall ratio."""
    ratios = [each.ratio for each in shares]
    known = [ratio for ratio in ratios if ratio is not None]
    return math.prod(known) if len(known) == len(ratios) else None
