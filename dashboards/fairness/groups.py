"""Groups at one stage: their rates, the one that leads, four fifths and the flip, all in whole numbers."""

from collections.abc import Iterable
from dataclasses import dataclass
from fractions import Fraction

MINIMUM_UNITS = 10
"""Below so many units a group leads no comparison: METRICS.md, "Fairness lens" and "Suppression"."""


class GroupCountError(ValueError):
    """A group whose counts cannot be: fewer than none, or more advanced than there are."""

    def __init__(self, name: str, advanced: int, units: int) -> None:
        super().__init__(f"Expected 0 <= advanced <= units for the group {name!r}; found {advanced} of {units}.")


@dataclass(frozen=True)
class Group:
    """One group at one stage: how many units there were, and how many of them advanced."""

    name: str
    advanced: int
    units: int

    def __post_init__(self) -> None:
        if not 0 <= self.advanced <= self.units:
            raise GroupCountError(self.name, self.advanced, self.units)

    @property
    def rate(self) -> Fraction | None:
        """The share that advanced, 0 to 1, exact; None without units."""
        return Fraction(self.advanced, self.units) if self.units else None


def leading_group(groups: Iterable[Group], minimum: int = MINIMUM_UNITS) -> Group | None:
    """Return the group with the highest rate among those of at least ``minimum`` units, or None.

    Of equal rates the larger group leads, then the first by name: the column ``is_leading`` of the mart
    agg_selection_cube says the same.
    """
    rated = [(group.rate, group) for group in groups if group.units >= minimum and group.rate is not None]
    return min(rated, key=lambda each: (-each[0], -each[1].units, each[1].name))[1] if rated else None


def impact_ratio(group: Group, leading: Group) -> float | None:
    """Return the group's rate over the leading group's; None where either is unknown or nobody leads."""
    if group.rate is None or not leading.rate:
        return None
    return float(group.rate / leading.rate)


def passes_four_fifths(group: Group, leading: Group) -> bool | None:
    """Tell whether the group's rate is at least four fifths of the leading one (29 CFR 1607.4 D); None as above.

    Whole numbers decide, so that 3/5 against 3/4 lies exactly on the line and passes.
    """
    if group.rate is None or not leading.rate:
        return None
    return 5 * group.advanced * leading.units >= 4 * leading.advanced * group.units


def lead_would_flip(group: Group, leading: Group) -> bool:
    """Tell whether one selection moved from the leading group to the other would put the other ahead.

    Then the numbers are too small to say: Questions and Answers on the Uniform Guidelines, no. 21 (44 FR 11996).
    """
    if leading.advanced == 0 or group.advanced == group.units:
        return False
    return (group.advanced + 1) * leading.units > (leading.advanced - 1) * group.units
