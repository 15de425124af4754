"""Findings about groups, in careful words: comparisons for review, never legal findings."""

from collections.abc import Mapping

import polars as pl

from dashboards.fairness.significance import LEVEL
from dashboards.findings import Finding
from dashboards.formats import count_text, share_text
from dashboards.slices.fairness import REVIEW, STAGES, TOO_FEW
from dashboards.slices.fairness_tiles import AT_HOME

SMALL = 0.02
NAMED = 3
RATES = {
    "selected": "selection rate",
    "completed": "completion rate",
    "offered": "offer rate",
    "hired": "hire rate",
}
DONE = {"selected": "was selected", "completed": "completed", "offered": "had an offer", "hired": "was hired"}
STEPS = {
    "Applied": "applications",
    "Selected": "selections",
    "Completed": "completions",
    "Offered": "offers",
    "Hired": "hires",
}
RULE = (
    "Groups of fewer than 10 are not shown, nor are others that would give them away. "
    "3 or fewer who advanced, or who did not, are a band; a withheld rate would give others away."
)

NOT_WITHIN = Finding(
    "Too few met within the same projects to compare them there",
    "Two groups, each shown in full, must have applied to the same five projects or more, ten times or more each.",
)
NO_SECOND_STAGE = Finding(
    "Too few at a second stage to say where groups part",
    "Two groups must be shown in full at two stages or more.",
)


def comparison(compared: pl.DataFrame, stage: str) -> Finding:
    """Say which groups are comparisons for review at a stage, and against whom."""
    return Finding(_comparison_title(compared, RATES[stage]), _comparison_summary(compared, stage))


def _comparison_title(compared: pl.DataFrame, rate: str) -> str:
    leading = compared.filter("is_leading")["group"].to_list()
    others = compared.drop_nulls("verdict")
    review, few = (others.filter(pl.col("verdict") == verdict) for verdict in (REVIEW, TOO_FEW))
    if not leading:
        return f"No group can be compared: no {rate} may be shown in full"
    if others.is_empty():
        return f"Only {leading[0]} can be shown in full: there is nothing to compare it with"
    if review.is_empty():
        if few.height == others.height:
            return "Too few to say: one person more or less would change who leads"
        rest = f"; {few.height} too few to say" if few.height else ""
        return f"No comparison for review: no {rate} is below four fifths of the highest, or apart beyond chance{rest}"
    if review.height > NAMED:
        return f"{review.height} of {others.height} groups are comparisons for review against {leading[0]}"
    named = ", ".join(f"{row['group']} at {row['impact_ratio']:.2f}" for row in review.iter_rows(named=True))
    return f"For review: {named} of the {rate} of {leading[0]}{_chance(review)}"


def _chance(review: pl.DataFrame) -> str:
    """Say whether the differences exceed chance: below four fifths, a few units often differ so."""
    sure = review.filter(pl.col("adjusted_p") < LEVEL).height
    if sure == review.height:
        return ", more than chance explains"
    return ", within chance" if sure == 0 else f", {sure} of them more than chance explains"


def _comparison_summary(compared: pl.DataFrame, stage: str) -> str:
    parts = [
        f"{row['group']} {row['figure']} of {count_text(row['units'], STAGES[stage].units[:-1])}{_against(row)}"
        for row in compared.iter_rows(named=True)
    ]
    return f"Share of {STAGES[stage].units} {STAGES[stage].rate}, by group. {'; '.join(parts)}. {RULE}"


def _against(row: Mapping[str, object]) -> str:
    if row["is_leading"]:
        return " (the highest)"
    ratio, p_value = row["impact_ratio"], row["adjusted_p"]
    if not isinstance(ratio, float) or not isinstance(p_value, float):
        return ""
    return f" (ratio {ratio:.2f}, adjusted p {p_value:.3f}, {row['verdict']})"


def ladder(found: pl.DataFrame) -> Finding:
    """Say at which stages groups are for review."""
    stages = [stage for stage in STAGES if not _reviewed(found, stage).is_empty()]
    parts = [
        f"{STAGES[stage].label}: " + ", ".join(f"{row['group']} {row['figure']}" for row in here.iter_rows(named=True))
        for stage in STAGES
        if not (here := found.filter(pl.col("stage") == stage)).is_empty()
    ]
    if found.drop_nulls("verdict").is_empty():
        title = "Too few at every stage to compare groups"
    elif stages:
        title = f"Groups are for review at: {', '.join(STAGES[stage].label.lower() for stage in stages)}"
    else:
        title = "No stage has a comparison for review"
    return Finding(title, f"Rate of each group at each stage. {'. '.join(parts)}. {RULE}")


def _reviewed(found: pl.DataFrame, stage: str) -> pl.DataFrame:
    return found.filter((pl.col("stage") == stage) & (pl.col("verdict") == REVIEW))


def stage_parts(parts: pl.DataFrame, group: str, other: str) -> Finding:
    """Say at which stage two groups part."""
    *steps, whole = parts.iter_rows(named=True)
    furthest = min(steps, key=lambda row: row["ratio"])
    listed = ", ".join(f"{row['stage']} {row['ratio']:.2f}" for row in steps)
    if furthest["ratio"] >= 1 - SMALL:
        title = f"{group} is level with {other}, or ahead, at every stage"
    else:
        title = (
            f"{group} is furthest behind {other} at: {furthest['stage'].lower()}, {furthest['ratio']:.2f} of its rate"
        )
    return Finding(title, f"{group} over {other}: {listed}; their product {whole['ratio']:.2f}.")


def stratified(found: pl.DataFrame) -> Finding:
    """Say whether the comparison changes once groups are compared within the same projects."""
    leading = found["leading"][0]
    turned = found.filter((pl.col("pooled") < 1) & (pl.col("within") > 1))["group"].to_list()
    behind = found.filter(pl.col("within_high") < 1)["group"].to_list()
    parts = [
        f"{row['group']} {row['pooled']:.2f} together, {row['within']:.2f} within projects"
        f"{_interval(row['within_low'], row['within_high'])}"
        for row in found.iter_rows(named=True)
    ]
    if behind:
        title = f"Within the same projects, still behind {leading} beyond chance: {_first(behind)}"
    elif turned:
        title = f"Within the same projects, {_first(turned)} no longer behind {leading}: where they applied matters"
    else:
        title = f"Within the same projects, no group differs from {leading} by more than chance"
    return Finding(title, f"Odds of being selected against {leading}. {'; '.join(parts)}.")


def _first(names: list[str]) -> str:
    more = f" and {len(names) - NAMED} more" if len(names) > NAMED else ""
    return ", ".join(names[:NAMED]) + more


def _interval(low: float | None, high: float | None) -> str:
    return "" if low is None or high is None else f" ({low:.2f} to {high:.2f})"


def composition(found: pl.DataFrame, stage: str) -> Finding:
    """Say whose share grows and whose shrinks most from applying to a stage."""
    word = STAGES[stage].label.lower()
    moved = found.with_columns(change=pl.col("reached_share") - pl.col("applied_share")).sort("change", "group")
    least, most = moved.row(0, named=True), moved.row(-1, named=True)
    parts = [
        f"{row['group']} {share_text(row['applied_share'])} of applications, {share_text(row['reached_share'])} {word}"
        for row in found.iter_rows(named=True)
    ]
    if -least["change"] < SMALL and most["change"] < SMALL:
        title = f"Who {DONE[stage]} mirrors who applied: no share moves by {SMALL * 100:.0f} points"
    else:
        down, up = f"{least['change'] * 100:+.0f}", f"{most['change'] * 100:+.0f}"
        title = f"From applied to {word}: {most['group']} {up} points, {least['group']} {down}"
    return Finding(title, f"Shares among the groups that are shown in full. {'; '.join(parts)}.")


def participation(found: pl.DataFrame, group: str) -> Finding:
    """Say how a group's share of applications compares with its share at the institutions."""
    shares = {row["step"]: row["share"] for row in found.iter_rows(named=True) if row["share"] is not None}
    parts = [f"{step} {share_text(share)}" for step, share in shares.items()]
    steps = [step for step in shares if step != AT_HOME]
    summary = f"{group}, share of those of whom it is known. {'; '.join(parts) or 'Nothing can be shown'}."
    if not steps:
        return Finding(f"{group}: too few to say who takes part", summary)
    first, last = shares[steps[0]], shares[steps[-1]]
    title = f"{group}: {share_text(first)} of {STEPS[steps[0]]}"
    if len(steps) > 1:
        title += f", {share_text(last)} of {STEPS[steps[-1]]}"
    home = shares.get(AT_HOME)
    return Finding(title if home is None else f"{title}; {share_text(home)} where they study", summary)


def overview(found: pl.DataFrame) -> Finding:
    """Say how many comparisons there are, how many are for review, and where the lowest ratio stands."""
    known = found.drop_nulls("lowest_ratio").sort("lowest_ratio", "dimension", "stage")
    compared, review = int(found["compared"].sum()), int(found["review"].sum())
    if known.is_empty():
        return Finding("No group can be compared yet", f"No stage has two groups that may be shown in full. {RULE}")
    lowest = known.row(0, named=True)
    parts = [
        f"{row['dimension']}, {STAGES[row['stage']].label.lower()}: {row['review']} of {row['compared']}"
        for row in found.iter_rows(named=True)
    ]
    return Finding(
        f"{review} of {compared} comparisons are for review; lowest ratio {lowest['lowest_ratio']:.2f}: "
        f"{lowest['dimension']}, {STAGES[lowest['stage']].label.lower()}",
        f"Groups for review of those compared with the highest, all time. {'; '.join(parts)}. {RULE}",
    )


def tests(compared: pl.DataFrame) -> Finding:
    """Say how many groups differ from the highest by more than chance."""
    tested = compared.drop_nulls("adjusted_p")
    sure = tested.filter(pl.col("adjusted_p") < LEVEL).height
    if tested.is_empty():
        return Finding("No group is tested", f"There are not two groups shown in full. {RULE}")
    if tested.height == 1:
        title = f"The difference is {'more than chance explains' if sure else 'within chance'}"
    else:
        title = f"{sure} of {tested.height} groups differ from the highest by more than chance explains"
    return Finding(title, f"Two-sided tests against the highest group, adjusted for their number by Holm. {RULE}")
