"""Findings of the ROI page: the paragraph, and the titles of its charts. Pure; right for every state."""

from itertools import chain

import polars as pl

from dashboards.economics.effects import Effect
from dashboards.economics.roi import Distribution
from dashboards.economics.worth import Worth
from dashboards.findings import Finding
from dashboards.formats import count_text, money_text, share_text, whole_share_text

VERDICTS = (
    (0.95, "almost surely pays for itself"),
    (0.8, "probably pays for itself"),
    (0.5 + 1e-9, "more likely pays for itself than not"),
    (0.2, "more likely than not does not pay for itself"),
    (0.05, "probably does not pay for itself"),
    (0.0, "almost surely does not pay for itself"),
)
"""Least P(ROI > 0) -> what may be said; the first that fits."""


def summary(found: Worth) -> Finding:
    """Say in one paragraph whether the programme is worth it, and on what that rests."""
    if not found.is_mature:
        return Finding(
            "Too early to say whether it is worth it",
            "No month of the programme is mature: hires are counted for 365 days after its last engagement was over, "
            "as far as your outcome feed reaches.",
        )
    parts = chain([_cohort(found)], _effect(found), _verdict(found), _break_even(found), _assumed(found))
    return Finding(_title(found), " ".join(parts))


def no_return(found: Worth) -> tuple[str, str]:
    """Say why there is no ROI to draw, and what would bring one."""
    if not found.is_mature:
        return "Nothing is mature yet", "ROI appears 365 days after the first month's engagements are over."
    if found.effect is None:
        return "Nothing to compare with", "ROI needs a project with chosen and passed-over applicants, followed a year."
    return "No cost in these months", "ROI needs a cost: own fees, reported time, or assumed hours above zero."


def verdict(probability: float) -> str:
    """Return the words for a probability that ROI is above zero."""
    return next(words for least, words in VERDICTS if probability >= least)


def _title(found: Worth) -> str:
    if found.effect is None:
        return "No comparison: nobody can say what would have happened without the programme"
    if found.distribution is None:
        return "No cost: there is nothing to divide the return by"
    if found.effect.is_thin:
        return f"Too few to judge: {count_text(found.effect.projects, 'project')} to compare, 10 are needed"
    said = f"The programme {verdict(found.distribution.probability_positive)}"
    if found.distribution.probability_positive >= VERDICTS[2][0] and found.is_explained_away:
        said += ", if those chosen were not simply the better ones"
    return f"{said}: ROI {_signed(found.distribution.median)}, 80 % band {_band(found.distribution)}"


def _cohort(found: Worth) -> str:
    programme = found.programme
    cost = "no cost reported" if programme.cost_usd == 0 else f"a cost of {money_text(programme.cost_usd)}"
    words = (
        f"Mature months: {count_text(programme.chosen, 'person')} chosen for the first time, "
        f"{count_text(programme.hires, 'hire')} within a year of completing, {cost}"
    )
    if programme.engagements_without_time:
        without = count_text(programme.engagements_without_time, "engagement")
        words += f"; the time on {without} for which none was reported is assumed"
    return f"{words}."


def _effect(found: Worth) -> list[str]:
    effect, added = found.effect, found.incremental_hires
    if effect is None or added is None:
        return ["No project was followed for a year with both chosen and passed-over applicants to compare."]
    words = []
    if effect.is_thin:
        words.append(
            f"Only {count_text(effect.projects, 'project')} can be compared: "
            "with fewer than 10 the interval is narrower than it should be."
        )
    if effect.treated_rate == 0 and effect.low == effect.high == 0:
        none = "Nobody in the comparison was hired within a year, chosen or not, so it shows no difference."
        return [*words, none, "Confounding could hide one."]
    words.append(
        f"In the projects that can be compared, the chosen were hired in {share_text(effect.treated_rate)} of cases; "
        f"those passed over suggest {share_text(max(effect.counterfactual_rate, 0.0))} without being chosen: "
        f"{_points(effect.difference)} points ({_points(effect.low)} to {_points(effect.high)}), "
        f"or {_tenths(added.value)} incremental hires ({_tenths(added.low)} to {_tenths(added.high)})."
    )
    return [*words, *_zero(effect), _confounding(found, effect)]


def _zero(effect: Effect) -> list[str]:
    if effect.high < 0:
        return ["The chosen were hired less often than those passed over."]
    if effect.low <= 0:
        return ["The interval covers zero: being chosen may have added no hire."]
    return []


def _confounding(found: Worth, effect: Effect) -> str:
    plausible = f"{found.plausible_confounding:.1f}"
    if effect.e_value_of_limit == float("inf"):
        return "No finite confounding explains the difference away: otherwise nobody would have been hired at all."
    if not found.is_explained_away:
        return (
            f"Confounding would have to be stronger than plausible to explain the difference away: a risk ratio of "
            f"{effect.e_value_of_limit:.2f} with being chosen and with being hired, against {plausible}."
        )
    if effect.e_value_of_limit == 1:
        return "Confounding could explain the difference: the interval allows for none even without it."
    return (
        f"Confounding could explain the difference: a risk ratio of {effect.e_value_of_limit:.2f} with being "
        f"chosen and with being hired is enough, and up to {plausible} is taken as plausible."
    )


def _verdict(found: Worth) -> list[str]:
    if found.effect is None:
        return []
    if found.distribution is None:
        return ["Without a cost there is no return on it."]
    share = found.distribution.probability_positive
    words = f"ROI has a median of {_signed(found.distribution.median)}, an 80 % band of {_band(found.distribution)}, "
    words += f"and is above zero in {_of_draws(share)}"
    return [f"{words}." if found.effect.is_thin else f"{words}: the programme {verdict(share)}."]


def _break_even(found: Worth) -> list[str]:
    effect, hires, rate = found.effect, found.break_even_hires, found.break_even_hire_through
    if effect is None or found.distribution is None:
        return []
    if hires is None:
        return ["Under these assumptions a hire is worth nothing, so no number of hires breaks even."]
    if hires == 0:
        return ["The value of the work alone covers the cost."]
    if rate is None:
        return ["Nobody new was chosen in these months, so no hire-through breaks even."]
    if rate > 1:
        return [f"It would break even at {hires:,.1f} incremental hires, which hiring all the chosen would not bring."]
    return [f"It breaks even at {hires:,.1f} incremental hires, a hire-through of {share_text(max(rate, 0.0))}."]


def _assumed(found: Worth) -> list[str]:
    words = [
        f"The value of the work is counted, {found.programme.hours_worked:,.0f} hours."
        if found.programme.with_work_value
        else "The value of the work is left out."
    ]
    if found.changed:
        names = ", ".join(row.label.partition(",")[0].lower() for row in found.changed)
        words.append(f"{count_text(len(found.changed), 'assumption was', 'assumptions were')} changed: {names}.")
    return words


def _of_draws(share: float) -> str:
    if share in (0, 1):
        return "every draw" if share else "no draw"
    if share > 0.995:
        return ">99 % of draws"
    return f"{whole_share_text(share)} of draws"


def _signed(share: float) -> str:
    return f"{share * 100:+,.0f} %"


def _points(share: float) -> str:
    return f"{round(share * 100, 1) + 0.0:+.1f}"


def _tenths(number: float) -> str:
    """Write a number with one decimal; nothing is not called less than nothing."""
    return f"{round(number, 1) + 0.0:,.1f}"


def _band(found: Distribution) -> str:
    return f"{found.low * 100:+,.0f} to {found.high * 100:+,.0f} %"


def distribution(found: Distribution) -> Finding:
    """Say where most draws lie."""
    return Finding(
        f"ROI is above zero in {_of_draws(found.probability_positive)}",
        f"Median {_signed(found.median)}, 80 % of draws between {_band(found)}.",
    )


def tornado(swings: pl.DataFrame) -> Finding:
    """Say what moves ROI most, and whether any one input turns its sign."""
    widest = swings.row(0, named=True)
    turning = swings.filter((pl.col("at_low") > 0) != (pl.col("at_high") > 0))
    parts = [
        f"{row['input']} ({row['low_text']} to {row['high_text']}): "
        f"{_signed(row['at_low'])} to {_signed(row['at_high'])}"
        for row in swings.iter_rows(named=True)
    ]
    turns = (
        f"{count_text(turning.height, 'input')} alone could turn the sign"
        if turning.height
        else "no input alone turns the sign"
    )
    return Finding(f"{widest['input']} moves ROI most; {turns}", f"ROI at both ends of each range. {'; '.join(parts)}.")


def incremental(found: Worth) -> Finding:
    """Say how much more often the chosen were hired."""
    effect, added = found.effect, found.incremental_hires
    if effect is None or added is None:
        return Finding(
            "No comparison yet", "No project has both chosen and passed-over applicants followed for a year."
        )
    covers = "; the interval covers zero" if effect.low <= 0 <= effect.high else ""
    points = abs(effect.difference) * 100
    words = f"{points:.1f} points {'more' if effect.difference > 0 else 'less'} often than"
    return Finding(
        f"The chosen were hired {words if points >= 0.05 else 'as often as'} they would have been{covers}",
        f"{share_text(effect.treated_rate)} of the {effect.treated:,} chosen were hired within a year of the choice; "
        f"without being chosen {share_text(max(effect.counterfactual_rate, 0.0))}, after {effect.passed_over:,} passed "
        f"over in the same {effect.projects:,} projects. Difference {_points(effect.low)} to {_points(effect.high)} "
        "points.",
    )
