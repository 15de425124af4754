"""All groups of one dimension at one stage against the one that leads, in numbers and in careful words."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from dashboards.fairness.groups import (
    MINIMUM_UNITS,
    Group,
    impact_ratio,
    lead_would_flip,
    leading_group,
    passes_four_fifths,
)
from dashboards.fairness.significance import LEVEL, Significance, compare_shares, holm

Verdict = Literal["comparison for review", "no comparison for review", "too few to say"]


@dataclass(frozen=True)
class Comparison:
    """One group against the leading one; ``adjusted_p`` is Holm's, over all comparisons with that leader.

    ``is_small``: fewer units than a group needs to be shown. ``would_flip``: one selection more or less decides.
    """

    group: Group
    leading: Group
    impact_ratio: float | None
    passes_four_fifths: bool | None
    significance: Significance | None
    adjusted_p: float | None
    is_small: bool
    would_flip: bool

    @property
    def is_significant(self) -> bool:
        return self.adjusted_p is not None and self.adjusted_p < LEVEL

    @property
    def verdict(self) -> Verdict:
        """What may be said: too few where one selection decides or the group is small, never a legal finding."""
        if self.is_small or self.would_flip or self.passes_four_fifths is None:
            return "too few to say"
        if self.passes_four_fifths and not self.is_significant:
            return "no comparison for review"
        return "comparison for review"


def compare_groups(groups: Sequence[Group], minimum: int = MINIMUM_UNITS) -> tuple[Comparison, ...]:
    """Return each other group against the leading one, in the order given; nothing where no group is large enough.

    Groups without units are left out: there is nothing to compare, and they take no part in Holm's adjustment.
    """
    leading = leading_group(groups, minimum)
    if leading is None:
        return ()
    others = [group for group in groups if group is not leading and group.units]
    tests = [compare_shares(group, leading) for group in others]
    adjusted = holm([test.p_value for test in tests if test is not None])
    return tuple(
        Comparison(
            group=group,
            leading=leading,
            impact_ratio=impact_ratio(group, leading),
            passes_four_fifths=passes_four_fifths(group, leading),
            significance=test,
            adjusted_p=float(p_value),
            is_small=group.units < minimum,
            would_flip=lead_would_flip(group, leading),
        )
        for group, test, p_value in zip(others, tests, adjusted, strict=True)
    )
