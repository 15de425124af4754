"""Groups as the finished tables have them: suppressed before anything else is done, and all else is made of that."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import polars as pl

from dashboards.fairness.comparison import Comparison, Verdict, compare_groups
from dashboards.fairness.finished import SHOWN
from dashboards.fairness.groups import Group, leading_group
from dashboards.fairness.tables import ALL_TIME
from dashboards.formats import MISSING, share_text
from dashboards.intervals import wilson
from dashboards.scope import Scope
from dashboards.slices.fairness_tables import tables
from dashboards.terms import term_key

UNKNOWN = "Not known"
WITHHELD = "withheld"
REVIEW: Verdict = "comparison for review"
TOO_FEW: Verdict = "too few to say"
DIMENSIONS = {
    "school_type": "School type",
    "first_generation": "First-generation",
    "pell": "Pell grant",
    "major_family": "Major family",
    "gpa_band": "GPA band",
    "gender": "Gender",
    "race_ethnicity": "Race or ethnicity",
}
"""Dimension of the cube -> its word. The last two are in the cube only where a deployment switches them on."""

GROUP_WORDS = {
    ("pell", "yes"): "Pell grant",
    ("pell", "no"): "No Pell grant",
    ("first_generation", "yes"): "First-generation",
    ("first_generation", "no"): "Not first-generation",
}


@dataclass(frozen=True)
class Stage:
    """What advancing means at a stage, and of what."""

    label: str
    units: str
    rate: str


STAGES = {
    "selected": Stage("Selected", "applications", "selected within 30 days of applying"),
    "completed": Stage("Completed", "engagements", "approved within 14 days of being due"),
    "offered": Stage("Offered", "completers", "offered a full-time job or internship within 365 days"),
    "hired": Stage("Hired", "completers", "started full-time with the host within 365 days"),
}

SHOWN_COLUMNS = {
    "period": pl.String,
    "stage": pl.String,
    "group": pl.String,
    "is_known": pl.Boolean,
    "status": pl.String,
    "units": pl.Int64,
    "advanced": pl.Int64,
    "low_edge": pl.Float64,
    "high_edge": pl.Float64,
    "figure": pl.String,
}

COMPARED_COLUMNS = {
    "group": pl.String,
    "figure": pl.String,
    "units": pl.Int64,
    "advanced": pl.Int64,
    "rate": pl.Float64,
    "low": pl.Float64,
    "high": pl.Float64,
    "low_edge": pl.Float64,
    "high_edge": pl.Float64,
    "is_leading": pl.Boolean,
    "impact_ratio": pl.Float64,
    "passes_four_fifths": pl.Boolean,
    "z": pl.Float64,
    "test": pl.String,
    "adjusted_p": pl.Float64,
    "would_flip": pl.Boolean,
    "verdict": pl.String,
}


def dimensions(scope: Scope) -> list[str]:
    """Name the dimensions that groups can be compared by, in the order of their words."""
    held = set(tables(scope)[SHOWN]["group_dimension"])
    return [name for name in DIMENSIONS if name in held]


def shown(scope: Scope, dimension: str) -> pl.DataFrame:
    """Return what may be shown of a dimension's groups, per period and stage; hidden cells are not among the rows."""
    return shown_frame(tables(scope)[SHOWN], dimension)


def shown_frame(finished: pl.DataFrame, dimension: str) -> pl.DataFrame:
    """Return a dimension's rows of the finished cells as a frame of SHOWN_COLUMNS."""
    rows = [
        (
            row["period_label"],
            row["stage"],
            group_text(dimension, row["group_value"]),
            row["group_value"] is not None,
            row["status"],
            row["unit_count"],
            row["advanced_count"],
            row["band_low_rate"],
            row["band_high_rate"],
            figure_text(row),
        )
        for row in finished.filter((pl.col("group_dimension") == dimension) & (pl.col("status") != "hidden")).iter_rows(
            named=True
        )
    ]
    return pl.DataFrame(rows, schema=SHOWN_COLUMNS, orient="row")


def group_text(dimension: str, group: str | None) -> str:
    """Write a group as a word."""
    return UNKNOWN if group is None else GROUP_WORDS.get((dimension, group), group)


def figure_text(cell: Mapping[str, Any]) -> str:
    """Write the rate of a cell as far as it may be shown: a share, a band such as ``<5 %``, or ``withheld``."""
    if cell["advanced_count"] is not None:
        return share_text(cell["advanced_count"] / cell["unit_count"])
    low, high = cell["band_low_rate"], cell["band_high_rate"]
    if low is None:
        return WITHHELD
    return f"<{high * 100:.0f} %" if low == 0 else f">{low * 100:.0f} %"


def periods(groups: pl.DataFrame) -> list[str]:
    """Return all time and the terms of which something may be shown, the newest first."""
    terms = set(groups["period"]) - {ALL_TIME}
    return [ALL_TIME, *sorted(terms, key=term_key, reverse=True)]


def at(groups: pl.DataFrame, period: str, stage: str) -> pl.DataFrame:
    """Return the groups of one period and stage."""
    return groups.filter((pl.col("period") == period) & (pl.col("stage") == stage))


def comparison(groups: pl.DataFrame, period: str, stage: str) -> pl.DataFrame:
    """Return each group against the leading one, the highest rate first, then those without a rate."""
    here = at(groups, period, stage)
    counted = groups_in_full(here)
    compared = {each.group.name: each for each in compare_groups(counted)}
    leading = leading_group(counted)
    rows = [
        _compared_row(row, compared.get(row["group"]), leading is not None and row["group"] == leading.name)
        for row in here.iter_rows(named=True)
    ]
    found = pl.DataFrame(rows, schema=COMPARED_COLUMNS)
    order = [pl.col("group") == UNKNOWN, pl.col("rate"), pl.col("units"), pl.col("group")]
    return found.sort(order, descending=[False, True, True, False], nulls_last=True)


def groups_in_full(here: pl.DataFrame) -> list[Group]:
    """Return the known groups whose figures are shown in full: nobody is compared with a band."""
    exact = here.filter((pl.col("status") == "shown") & pl.col("is_known"))
    return [Group(*row) for row in exact.select("group", "advanced", "units").iter_rows()]


def _compared_row(row: dict[str, Any], compared: Comparison | None, is_leading: bool) -> dict[str, Any]:
    found: dict[str, Any] = {name: row.get(name) for name in COMPARED_COLUMNS} | {"is_leading": is_leading}
    if row["advanced"] is not None and (interval := wilson(row["advanced"], row["units"])):
        found |= {"rate": row["advanced"] / row["units"], "low": interval.low, "high": interval.high}
    if compared:
        test = compared.significance
        found |= {
            "impact_ratio": compared.impact_ratio,
            "passes_four_fifths": compared.passes_four_fifths,
            "z": test.z if test else None,
            "test": test.test if test else None,
            "adjusted_p": compared.adjusted_p,
            "would_flip": compared.would_flip,
            "verdict": compared.verdict,
        }
    return found


def table(compared: pl.DataFrame) -> pl.DataFrame:
    """Return a comparison as people read it: no column says more than another shows."""
    return compared.select(
        "group",
        pl.col("figure").alias("rate"),
        pl.col("units").alias("n"),
        pl.col("impact_ratio").round(3).alias("ratio_to_highest"),
        pl.when(pl.col("is_leading"))
        .then(pl.lit("highest"))
        .otherwise(pl.col("passes_four_fifths").replace_strict({True: "yes", False: "no"}, return_dtype=pl.String))
        .fill_null(MISSING)
        .alias("at_least_four_fifths"),
        pl.col("z").round(2).alias("z_score"),
        pl.col("test").fill_null(MISSING),
        pl.col("adjusted_p").round(4).alias("adjusted_p_value"),
        pl.col("would_flip")
        .replace_strict({True: "yes", False: "no"}, return_dtype=pl.String)
        .fill_null(MISSING)
        .alias("one_flips_it"),
        pl.col("verdict").fill_null(MISSING),
    )


def ladder(groups: pl.DataFrame, period: str) -> pl.DataFrame:
    """Return per group and stage what is shown, its ratio to the highest and its verdict; groups by their size."""
    stages = [comparison(groups, period, stage).with_columns(pl.lit(stage).alias("stage")) for stage in STAGES]
    found = pl.concat(stages).select("group", "stage", "figure", "is_leading", "impact_ratio", "verdict", "units")
    size = pl.col("units").max().over("group")
    return found.sort([pl.col("group") == UNKNOWN, -size, pl.col("group")], maintain_order=True)


def overview(scope: Scope) -> pl.DataFrame:
    """Return per dimension and stage, over all time: groups compared, those for review, the lowest ratio."""
    rows = []
    for dimension in dimensions(scope):
        groups = shown(scope, dimension).filter(pl.col("period") == ALL_TIME)
        for stage in STAGES:
            compared = compare_groups(groups_in_full(groups.filter(pl.col("stage") == stage)))
            counted = counts([each.verdict for each in compared], [each.impact_ratio for each in compared])
            rows.append((DIMENSIONS[dimension], stage, *counted))
    columns = {"dimension": pl.String, "stage": pl.String, "compared": pl.Int64, "review": pl.Int64}
    return pl.DataFrame(rows, schema=columns | {"too_few": pl.Int64, "lowest_ratio": pl.Float64}, orient="row")


def counts(verdicts: Sequence[str], ratios: Sequence[float | None]) -> tuple[int, int, int, float | None]:
    """Return how many groups are compared with the highest, for review, too few to say, and the lowest ratio."""
    known = [ratio for ratio in ratios if ratio is not None]
    return len(verdicts), verdicts.count(REVIEW), verdicts.count(TOO_FEW), min(known, default=None)
