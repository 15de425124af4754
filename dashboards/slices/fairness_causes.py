"""Where groups part: who applied and who advanced, stage by stage, in all projects together and within each."""

import polars as pl

from dashboards.fairness.finished import ODDS
from dashboards.fairness.groups import leading_group
from dashboards.fairness.stages import decompose, product_of_ratios
from dashboards.scope import Scope
from dashboards.slices.fairness import STAGES, at, group_text, groups_in_full
from dashboards.slices.fairness_tables import tables

CHAIN = ("selected", "completed", "hired")
"""The stages whose ratios are multiplied; an offer is a step to the hire and would count twice."""


def composition(groups: pl.DataFrame, period: str, stage: str) -> pl.DataFrame:
    """Return each group's share of applications and of those who advanced, among the groups shown in full in both."""
    applied = at(groups, period, "selected").filter("is_known").select("group", applied="units")
    reached = at(groups, period, stage).filter(pl.col("status") == "shown").select("group", reached="advanced")
    both = applied.join(reached, on="group", how="inner", maintain_order="left")
    shares = [(pl.col(name) / pl.col(name).sum()).alias(f"{name}_share") for name in ("applied", "reached")]
    return both.with_columns(shares).sort("applied_share", "group", descending=[True, False])


def chained(groups: pl.DataFrame, period: str) -> tuple[tuple[str, ...], list[str]]:
    """Return as many stages of the chain as two groups are shown in full at, and these groups; the first leads.

    Empty where not even two stages and two groups are.
    """
    for length in range(len(CHAIN), 1, -1):
        stages = CHAIN[:length]
        held = [{each.name: each for each in groups_in_full(at(groups, period, stage))} for stage in stages]
        names = [name for name in held[0] if all(name in each for each in held)]
        leading = leading_group(held[0][name] for name in names)
        if leading is not None and len(names) > 1:
            return stages, [leading.name, *sorted(name for name in names if name != leading.name)]
    return (), []


def stage_parts(groups: pl.DataFrame, period: str, group: str) -> pl.DataFrame:
    """Return at each stage of the chain the group's rate over the leading one's, and the stage's part of the whole."""
    schema = {"stage": pl.String, "rate": pl.Float64, "leading_rate": pl.Float64, "ratio": pl.Float64}
    stages, names = chained(groups, period)
    if group not in names[1:]:
        return pl.DataFrame(schema=schema | {"share": pl.Float64})
    held = [{each.name: each for each in groups_in_full(at(groups, period, stage))} for stage in stages]
    labels = [STAGES[stage].label for stage in stages]
    parts = decompose(labels, [each[group] for each in held], [each[names[0]] for each in held])
    rows = [(each.stage, each.rate, each.other_rate, each.ratio, each.share) for each in parts]
    whole = ("All stages", None, None, product_of_ratios(parts), None)
    return pl.DataFrame([*rows, whole], schema=schema | {"share": pl.Float64}, orient="row")


def stratified(scope: Scope, dimension: str) -> pl.DataFrame:
    """Return per group its odds of selection against the leading group's: of all projects together, and within each."""
    return stratified_frame(tables(scope)[ODDS], dimension)


def stratified_frame(odds: pl.DataFrame, dimension: str) -> pl.DataFrame:
    """Return a dimension's rows of the finished odds, the groups as words."""
    columns = ("pooled", "pooled_low", "pooled_high", "within", "within_low", "within_high", "within_p")
    words = [
        pl.col(name).map_elements(lambda each: group_text(dimension, each), return_dtype=pl.String).alias(word)
        for name, word in (("group_value", "group"), ("leading_value", "leading"))
    ]
    return odds.filter(pl.col("group_dimension") == dimension).select(*words, *columns).sort("within", "group")
