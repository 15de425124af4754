"""Where groups part: who applied and who advanced, stage by stage, in all projects together and within each."""

from dataclasses import fields

import polars as pl

from dashboards.database import Query, frame
from dashboards.fairness.groups import MINIMUM_UNITS, Group, leading_group
from dashboards.fairness.stages import decompose, product_of_ratios
from dashboards.fairness.stratified import StrataSums, Stratified, mantel_haenszel, sum_strata
from dashboards.fairness.suppression import ALL_TIME, LEAST_ADVANCED
from dashboards.scope import Scope
from dashboards.slices.fairness import PLATFORM, STAGES, at, group_text, groups_in_full

LEAST_PROJECTS = 3
"""In fewer projects, a comparison within projects would show single projects' selections."""

CHAIN = ("selected", "completed", "hired")
"""The stages whose ratios are multiplied; an offer is a step to the hire and would count twice."""

STRATA = """
    select group_value, leading_value, project_count, unit_count, leading_unit_count, observed, expected, variance,
        concordant, discordant, concordant_variance, mixed_variance, discordant_variance
    from analytics.marts.agg_selection_strata
    where scope_id = $cube_scope and group_dimension = $dimension
    order by group_value
"""


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


def stratified(scope: Scope, dimension: str, groups: pl.DataFrame) -> pl.DataFrame:
    """Return per group its odds of selection against the leading group's: of all projects together, and within each."""
    query = Query.of(STRATA, {"cube_scope": scope.host_id or PLATFORM, "dimension": dimension})
    return stratified_frame(frame(scope.generation, scope.viewer, query), dimension, groups)


def stratified_frame(strata: pl.DataFrame, dimension: str, groups: pl.DataFrame) -> pl.DataFrame:
    """Return the same from the sums over projects; groups that the suppression does not show in full are left out."""
    counted = {each.name: each for each in groups_in_full(at(groups, ALL_TIME, "selected"))}
    rows = []
    for row in strata.iter_rows(named=True):
        name, leading = group_text(dimension, row["group_value"]), group_text(dimension, row["leading_value"])
        if name in counted and leading in counted and _is_large(row):
            pooled = mantel_haenszel(sum_strata([[_table_row(counted[name]), _table_row(counted[leading])]]))
            within = mantel_haenszel(StrataSums(*(row[each.name] for each in fields(StrataSums))))
            rows.append((name, leading, *_odds(pooled), *_odds(within), within.p_value_corrected))
    names = ("pooled", "pooled_low", "pooled_high", "within", "within_low", "within_high", "within_p")
    schema = {"group": pl.String, "leading": pl.String} | dict.fromkeys(names, pl.Float64)
    found = pl.DataFrame(rows, schema=schema, orient="row")
    return found.drop_nulls(["pooled_low", "within_low"]).sort("within", "group")


def _is_large(row: dict[str, float]) -> bool:
    """Tell whether the sums over projects rest on enough to be shown: the rule of the cells, and several projects."""
    selected, units = row["observed"], row["unit_count"]
    enough = units >= MINIMUM_UNITS and row["leading_unit_count"] >= MINIMUM_UNITS
    return enough and row["project_count"] >= LEAST_PROJECTS and LEAST_ADVANCED <= selected <= units - LEAST_ADVANCED


def _table_row(group: Group) -> list[int]:
    return [group.advanced, group.units - group.advanced]


def _odds(found: Stratified) -> tuple[float | None, float | None, float | None]:
    interval = found.interval
    return found.odds_ratio, interval.low if interval else None, interval.high if interval else None
