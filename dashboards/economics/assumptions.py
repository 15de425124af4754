"""The ROI formula and everything that it assumes, in one place, as data: a page makes each row a control."""

from collections.abc import Mapping
from dataclasses import dataclass, replace

ROI_FORMULA = (
    "(incremental hires x benchmark cost per hire"
    " + incremental hires x (attrition of comparison hires - attrition of micro-internship hires) x turnover cost"
    " + value of the work, if switched on) / programme cost - 1"
)
"""METRICS.md, "Money". Turnover cost is its share of first-year pay; the saving against a benchmark is no input."""


class UnknownAssumptionError(KeyError):
    """A name that no assumption has."""

    def __init__(self, name: str) -> None:
        super().__init__(f"Expected one of {', '.join(ASSUMPTIONS)}, found {name!r}. See dashboards/economics.")


class AssumptionRangeError(ValueError):
    """A value that does not lie within its own range."""

    def __init__(self, name: str, low: float, default: float, high: float) -> None:
        super().__init__(f"Expected low <= value <= high for {name!r}, found {low:g}, {default:g}, {high:g}.")


@dataclass(frozen=True)
class Assumption:
    """One number that nobody measured here, with the range over which it is drawn; ``benchmark``: dim_benchmarks.

    ``least`` and ``most`` bound what makes sense at all.
    """

    name: str
    label: str
    default: float
    low: float
    high: float
    unit: str
    source: str
    benchmark: str | None = None
    least: float = 0.0
    most: float | None = None

    def __post_init__(self) -> None:
        if not self.low <= self.default <= self.high:
            raise AssumptionRangeError(self.name, self.low, self.default, self.high)


_DECLARED = (
    Assumption(
        "benchmark_cost_per_hire",
        "Cost of a hire by other means",
        4700, 1633, 6110, "USD",
        "SHRM: mean about 4,700, median 1,633; college hires 6,110 (NACE, cited 2020)",
        "cost-per-hire-mean",
    ),
    Assumption(
        "turnover_cost_share",
        "Cost of a leaver, as a share of first-year pay",
        0.21, 0.16, 0.5, "share",
        "Boushey and Glynn (2012): 21 %; others up to 33 %; range 0.16 to 0.5",
        "turnover-cost-low",
    ),
    Assumption(
        "first_year_pay",
        "First-year pay of a hire",
        68680, 65276, 78731, "USD",
        "NACE salary survey, 2025: all majors; business to engineering",
        "starting-pay-all",
    ),
    Assumption(
        "attrition_micro",
        "Micro-internship hires who leave within a year, where too few were seen",
        0.345, 0.345, 0.48, "share",
        "NACE 2017 (secondary): 65.5 % of internal interns stay; at worst they leave like other interns",
        "retention-internal-intern",
        most=1.0,
    ),
    Assumption(
        "attrition_comparison",
        "Comparison hires who leave within a year, where too few were seen",
        0.538, 0.48, 0.538, "share",
        "NACE 2017 (secondary): 46.2 % of hires without an internship stay, 52 % of other interns",
        "retention-no-intern",
        most=1.0,
    ),
    Assumption(
        "work_rate",
        "Value of an hour of work",
        23, 20, 26, "USD per hour",
        "NACE internship report, 2024-25: intern wage; range ours",
        "intern-wage",
    ),
    Assumption(
        "supervisor_hours",
        "Supervisor hours per engagement, where none are reported",
        2, 0.5, 5, "hours", "ours",
    ),
    Assumption(
        "supervisor_rate",
        "Loaded hourly rate of a supervisor",
        62, 45, 80, "USD per hour", "ours; the rate that the sample's managers cost",
    ),
    Assumption(
        "screening_hours",
        "Screening hours per engagement, where none are reported",
        1.5, 0.5, 4, "hours", "ours",
    ),
    Assumption(
        "screening_rate",
        "Loaded hourly rate of whoever screens",
        48, 35, 65, "USD per hour", "ours; the rate that the sample's recruiters cost",
    ),
    Assumption(
        "plausible_confounding",
        "How strongly something unmeasured may raise both being chosen and being hired",
        3, 1.5, 5, "risk ratio",
        "ours; in the sample the abler half is hired 3.6 times as often; judge it against measured covariates",
        least=1.0,
    ),
)  # fmt: skip

ASSUMPTIONS: Mapping[str, Assumption] = {each.name: each for each in _DECLARED}
"""Name -> assumption, in the order in which a page shows them."""


def assumptions(**values: float) -> dict[str, Assumption]:
    """Return all assumptions with these values instead of their defaults; a range is widened to hold its value."""
    chosen = dict(ASSUMPTIONS)
    for name, value in values.items():
        if name not in chosen:
            raise UnknownAssumptionError(name)
        row = chosen[name]
        chosen[name] = replace(row, default=value, low=min(row.low, value), high=max(row.high, value))
    return chosen


def chosen(values: Mapping[str, tuple[float, float, float]]) -> dict[str, Assumption]:
    """Return all assumptions with value, low and high as a reader set them; a range is widened to hold its value."""
    rows = assumptions(**{name: value for name, (value, _, _) in values.items()})
    for name, (value, low, high) in values.items():
        rows[name] = replace(rows[name], low=min(low, value), high=max(high, value))
    return rows


def changed(assumed: Mapping[str, Assumption]) -> tuple[Assumption, ...]:
    """Return the assumptions whose value or range is not the default."""
    return tuple(row for name, row in assumed.items() if row != ASSUMPTIONS[name])


def fixed(**values: float) -> dict[str, Assumption]:
    """Return all assumptions without their ranges, these values set: nothing is left to chance."""
    return {name: replace(row, low=row.default, high=row.default) for name, row in assumptions(**values).items()}
