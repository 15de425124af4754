"""Is it worth it? Everything that the ROI page says of one programme under one set of assumptions."""

from collections.abc import Mapping
from dataclasses import dataclass

from dashboards.economics.assumptions import Assumption, changed
from dashboards.economics.effects import Effect
from dashboards.economics.roi import (
    Distribution,
    Programme,
    Swing,
    break_even_hire_through,
    break_even_hires,
    distribution,
    tornado,
)
from dashboards.economics.savings import Amount, Estimate, misfits_avoided

COUNTED = ("chosen", "hires", "cost_usd", "engagements_without_time")


@dataclass(frozen=True)
class Worth:
    """The programme, what it added and what that returns; None for what cannot be said.

    ``effect`` is None where nobody was passed over, ``distribution`` and the break-evens where there is no cost, no
    effect, or no hire that is worth anything.
    """

    programme: Programme
    effect: Effect | None
    assumed: Mapping[str, Assumption]
    distribution: Distribution | None = None
    swings: tuple[Swing, ...] = ()
    break_even_hires: float | None = None
    break_even_hire_through: float | None = None
    misfits: Amount | None = None

    @property
    def is_mature(self) -> bool:
        """Tell whether any month of the programme can be judged."""
        return any(getattr(self.programme, name) for name in COUNTED)

    @property
    def incremental_hires(self) -> Estimate | None:
        """Return the hires that the programme added, with their 95 % interval."""
        if self.effect is None:
            return None
        ends = (self.effect.difference, self.effect.low, self.effect.high)
        return Estimate(*(self.programme.chosen * end for end in ends))

    @property
    def plausible_confounding(self) -> float:
        """Return the strength of confounding that the reader takes as plausible."""
        return self.assumed["plausible_confounding"].default

    @property
    def is_explained_away(self) -> bool:
        """Tell whether plausible confounding could leave no effect."""
        return self.effect is not None and self.effect.is_explained_by(self.plausible_confounding)

    @property
    def changed(self) -> tuple[Assumption, ...]:
        """Return the assumptions that the reader changed."""
        return changed(self.assumed)


def worth(programme: Programme, effect: Effect | None, assumed: Mapping[str, Assumption], *, seed: int) -> Worth:
    """Return what the programme is worth; the same seed gives the same distribution."""
    turnover = assumed["turnover_cost_share"].default * assumed["first_year_pay"].default
    micro, others = programme.micro_leavers, programme.comparison_leavers
    misfits = None if micro is None or others is None else misfits_avoided(programme.hires, micro, others, turnover)
    found = None if effect is None else distribution(programme, effect, seed=seed, assumed=assumed)
    if effect is None or found is None:
        return Worth(programme, effect, assumed, misfits=misfits)
    return Worth(
        programme,
        effect,
        assumed,
        found,
        tuple(tornado(programme, effect, assumed)),
        break_even_hires(programme, assumed),
        break_even_hire_through(programme, effect, assumed),
        misfits,
    )
