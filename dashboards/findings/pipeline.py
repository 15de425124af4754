"""Findings of the Pipeline page."""

import polars as pl

from dashboards.findings import Finding
from dashboards.formats import count_text, share_text, whole_share_text


def funnel(stages: pl.DataFrame) -> Finding:
    """Say how far applications get, and how many are undecided."""
    reached = dict(stages.select("stage", "reached").iter_rows())
    still_open = int(stages["still_open"].sum())
    share = reached["Selected"] / reached["Applied"] if reached["Applied"] else None
    undecided = f"; {count_text(still_open, 'is', 'are')} still open" if still_open else ""
    parts = [f"{stage} {count:,}" for stage, count in reached.items()]
    return Finding(
        f"{share_text(share)} of applications were selected{undecided}",
        f"Furthest stage reached, one cohort by application date. {', '.join(parts)}. "
        f"Of all, {still_open:,} are undecided and count neither as moved on nor as lost.",
    )


def after_completion(stages: pl.DataFrame) -> Finding:
    """Say how many completers the host hired so far, and how many could not be watched for a year yet."""
    reached = dict(stages.select("stage", "reached").iter_rows())
    waiting = int(stages.filter(pl.col("stage") == "Completed")["still_open"].sum())
    parts = [f"{stage} {count:,}" for stage, count in reached.items()]
    hired = count_text(reached["Hired"], "hire", "hires")
    return Finding(
        f"{hired} so far out of {count_text(reached['Completed'], 'completer')}; {waiting:,} not watched for a year",
        f"Persons x host after a completed project. {', '.join(parts)}. "
        f"{waiting:,} have no offer yet and were not watched for 365 days: the year is not over, or was not seen.",
    )


def flow(flows: pl.DataFrame) -> Finding:
    """Say where most applications leave the flow."""
    exits = flows.filter(pl.col("target").is_in(["Not selected", "Withdrew", "Never decided", "Did not finish"]))
    if exits.is_empty():
        return Finding("No application has left the flow yet", "All applications of this slice are open or moved on.")
    summed = exits.group_by("target").agg(pl.col("count").sum()).sort("count", "target", descending=[True, False])
    name, count = summed.row(0)
    total = int(flows.filter(pl.col("source") == "Applied")["count"].sum())
    parts = [f"{target} {number:,}" for target, number in summed.iter_rows()]
    return Finding(
        f"Most leave as “{name.lower()}”: {whole_share_text(count / total if total else None)} of applications",
        f"Flow of {total:,} applications from stage to stage. Ways out: {', '.join(parts)}.",
    )


def stage_times(times: pl.DataFrame) -> Finding:
    """Say which step takes longest."""
    known = times.drop_nulls("median")
    if known.is_empty():
        return Finding("No step has been taken yet", "There are no stage times in this slice.")
    slowest = known.sort("median", descending=True).row(0, named=True)
    parts = [f"{row['step']} {row['median']:.1f} days (n {row['n']:,})" for row in known.iter_rows(named=True)]
    return Finding(
        f"{slowest['step']} takes longest: {slowest['median']:.1f} days at the median",
        f"Median days of those who took the step. {', '.join(parts)}.",
    )
