"""Tiles of the ROI page that are no metric of the dictionary: saving, incremental hires, ROI, break-even, E-value."""

import math
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from dashboards.database import Query
from dashboards.economics.assumptions import ROI_FORMULA
from dashboards.economics.effects import PROJECTS_NEEDED
from dashboards.economics.savings import saving_against_benchmark
from dashboards.economics.worth import Worth
from dashboards.formats import count_text, money_text, share_text
from dashboards.intervals import Interval
from dashboards.readings import Explanation, Reading
from dashboards.rows import slice_rows
from dashboards.scope import Scope
from dashboards.slices.roi import choices_query, mature_share, months_query

ACCEPTED = "month in which the engagement was accepted"
CHOICE = "first choice of the host in which the person stood"
YEAR = "365 days"
OWNER = "platform analytics"
COSTS = {"cost_per_micro_hire": "hire", "cost_per_completed_project": "completed project", "cost_per_hire": "hire"}
"""Metric -> the unit that the cost is divided by."""

SAVING = Explanation(
    "What the hires of the mature months would have cost at the benchmark, less what the programme cost. Every hire is "
    "counted as if the programme caused it, so this flatters; it is a figure of its own and never an input of ROI.",
    "hires x (benchmark cost per hire - micro-internship cost per hire)",
    ACCEPTED,
    YEAR,
    OWNER,
    "higher is better",
)
INCREMENTAL = Explanation(
    "How many of those chosen were hired because they were chosen. Within each project, those passed over say what the "
    "chosen would have met with; adjusted for major family, years to graduation and earlier projects.",
    "persons chosen x (hire rate of the chosen - what those passed over suggest); bootstrap by project",
    CHOICE,
    YEAR,
    OWNER,
    "higher is better",
)
ROI = Explanation(
    "The return on what the programme cost, as a distribution: what was measured is resampled by project, what is "
    "assumed is drawn from its range.",
    ROI_FORMULA,
    ACCEPTED,
    YEAR,
    OWNER,
    "higher is better",
)
PROBABILITY = Explanation(
    "How often ROI is above zero among 10,000 draws from what was measured and what is assumed.",
    "draws with ROI above zero / draws",
    ACCEPTED,
    YEAR,
    OWNER,
    "higher is better",
)
BREAK_EVEN = Explanation(
    "The share of the chosen who must be hired within a year for ROI to be zero, all inputs at their centre: those who "
    "would have been hired anyway, and the incremental hires that pay for the programme.",
    "rate without being chosen + (cost - value of the work) / worth of a hire / persons chosen",
    CHOICE,
    YEAR,
    OWNER,
    "lower is better",
)
E_VALUE = Explanation(
    "How strong something unmeasured would have to be, as a risk ratio both with being chosen and with being hired, to "
    "move the interval of the difference to no effect at all. 1: the interval allows for none already. VanderWeele and "
    "Ding (2017), Annals of Internal Medicine 167.",
    "ratio + sqrt(ratio x (ratio - 1)) of the interval's end nearer to no effect",
    CHOICE,
    YEAR,
    OWNER,
    "higher is better",
)
MISFITS = Explanation(
    "What it saves that micro-internship hires leave less often within a year than other hires do; negative where they "
    "leave more often. The interval is that of the difference of the two rates, the cost of a leaver is given.",
    "hires x (attrition of other hires - attrition of micro-internship hires) x cost of a leaver",
    "first day of work",
    "1 year",
    OWNER,
    "higher is better",
)


def readings(scope: Scope, found: Worth, benchmark: Mapping[str, Any] | None) -> list[Reading]:
    """Return the tiles; ``benchmark`` has label, usd, year and source, None where none is known."""
    return [
        _roi(scope, found),
        _probability(scope, found),
        _incremental(scope, found),
        _break_even(scope, found),
        _e_value(scope, found),
        _saving(scope, found, benchmark),
    ]


def costs(found: Mapping[str, Reading]) -> list[Reading]:
    """Return the dictionary's costs with what they are divided by."""
    return [
        replace(
            found[name],
            notes=(
                f"{money_text(found[name].numerator)} over {count_text(found[name].denominator, word)}",
                *found[name].notes,
            ),
        )
        for name, word in COSTS.items()
    ]


def _saving(scope: Scope, found: Worth, benchmark: Mapping[str, Any] | None) -> Reading:
    programme = found.programme
    value, notes = None, ["no benchmark is published"]
    if benchmark is not None:
        value = saving_against_benchmark(programme.hires, benchmark["usd"], programme.cost_per_hire_usd)
        notes = [f"{money_text(benchmark['usd'])} per hire: {benchmark['label']}, {benchmark['year']}"]
    if benchmark is not None and value is None:
        notes.append("no hire from mature months yet")
    return _reading(scope, "saving_against_benchmark", "Saving against the benchmark", "USD", value, SAVING,
                    months_query(scope), denominator=programme.hires, notes=tuple(notes))  # fmt: skip


def _incremental(scope: Scope, found: Worth) -> Reading:
    added, effect = found.incremental_hires, found.effect
    if added is None or effect is None:
        notes: tuple[str, ...] = ("no project with chosen and passed-over applicants followed for a year",)
    else:
        notes = (f"{count_text(found.programme.chosen, 'person')} chosen; {effect.projects:,} projects compared",)
        if effect.is_thin:
            notes += (f"fewer than {PROJECTS_NEEDED} projects: the interval is too narrow",)
        if effect.contamination > 0:
            notes += (f"{share_text(effect.contamination)} of those passed over were chosen elsewhere here later",)
    return _reading(
        scope,
        "incremental_hires",
        "Incremental hires",
        "hires",
        round(added.value, 2) + 0.0 if added else None,
        INCREMENTAL,
        choices_query(scope),
        interval=Interval(added.low, added.high) if added else None,
        mature_share=mature_share(scope),
        notes=notes,
        rows=slice_rows(
            scope,
            "fct_selection_outcomes",
            "first_selected_date",
            "is_compared = 1",
            "is_hired_365_days = 1",
            columns=(),
            is_rate=True,
        ),
    )


def _roi(scope: Scope, found: Worth) -> Reading:
    drawn = found.distribution
    if drawn is None:
        notes = [_unknown(found)]
    else:
        notes = [f"median; 80 % band {drawn.low * 100:+,.0f} to {drawn.high * 100:+,.0f} %"]
    if found.effect is not None and found.effect.is_thin:
        notes.append(f"fewer than {PROJECTS_NEEDED} projects compared")
    if found.programme.with_work_value:
        notes.append("value of the work counted")
    value = drawn.median if drawn else None
    return _reading(scope, "roi", "Return on investment", "share", value, ROI, months_query(scope), notes=tuple(notes))


def _probability(scope: Scope, found: Worth) -> Reading:
    drawn = found.distribution
    return _reading(
        scope,
        "roi_positive",
        "Chance that ROI is above zero",
        "share",
        drawn.probability_positive if drawn else None,
        PROBABILITY,
        months_query(scope),
        notes=(f"{len(drawn.draws):,} draws",) if drawn else (_unknown(found),),
    )


def _break_even(scope: Scope, found: Worth) -> Reading:
    rate, hires = found.break_even_hire_through, found.break_even_hires
    if found.distribution is None or found.effect is None:
        notes: tuple[str, ...] = (_unknown(found),)
    elif hires is None:
        notes = ("a hire is worth nothing under these assumptions",)
    elif hires == 0:
        notes = ("the value of the work alone covers the cost",)
    elif rate is None:
        notes = ("nobody new was chosen",)
    else:
        notes = (f"{hires:,.1f} incremental hires; the chosen were hired in {share_text(found.effect.treated_rate)}",)
        notes += ("above 100 %: no hire-through pays for it",) if rate > 1 else ()
    return _reading(
        scope,
        "break_even_hire_through",
        "Break-even hire-through",
        "share",
        rate,
        BREAK_EVEN,
        choices_query(scope),
        notes=notes,
    )


def _e_value(scope: Scope, found: Worth) -> Reading:
    effect = found.effect
    if effect is None:
        value: float | None = None
        notes: tuple[str, ...] = (_unknown(found),)
    elif math.isinf(effect.e_value_of_limit):
        value, notes = None, ("no finite strength explains the difference away",)
    else:
        value = effect.e_value_of_limit
        says = "explains it away" if found.is_explained_away else "does not explain it away"
        notes = (f"confounding up to {found.plausible_confounding:.1f}, taken as plausible, {says}",)
        if math.isfinite(effect.e_value):
            notes += (f"of the estimate itself {effect.e_value:.2f}",)
    return _reading(scope, "e_value", "E-value of the interval", "ratio", value, E_VALUE, choices_query(scope),
                    notes=notes)  # fmt: skip


def misfits_reading(scope: Scope, found: Worth, query: Query) -> Reading:
    """Return the misfits avoided; ``query`` is the statement of the hires."""
    avoided = found.misfits
    return _reading(
        scope,
        "misfits_avoided",
        "Misfits avoided",
        "USD",
        avoided.usd if avoided else None,
        MISFITS,
        query,
        interval=Interval(avoided.low_usd, avoided.high_usd) if avoided else None,
        notes=(f"{count_text(found.programme.hires, 'hire')} of mature months",)
        if avoided
        else ("no first year known of one kind of hires",),
    )


def _unknown(found: Worth) -> str:
    if found.effect is None:
        return "no comparison, no effect to count with"
    return "the programme cost nothing"


def _reading(
    scope: Scope,
    name: str,
    label: str,
    unit: str,
    value: float | None,
    explanation: Explanation,
    receipt: Query,
    **more: Any,
) -> Reading:
    return Reading(
        name=name,
        label=label,
        unit=unit,
        value=value,
        explanation=explanation,
        receipt=receipt,
        filters=scope.filters,
        **more,
    )
