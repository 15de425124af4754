"""Findings of the leak map."""

from collections.abc import Mapping
from typing import Any

import polars as pl

from dashboards.findings import Finding
from dashboards.formats import count_text, money_text, share_text


def leaks(found: pl.DataFrame) -> Finding:
    """Say which leak may have cost most, as the upper bound that it is."""
    known = found.drop_nulls("hires_lost")
    if not found["people"].sum():
        return Finding("Nobody has left the pipeline yet", "All people of this slice are open or moved on.")
    parts = [
        f"{row['leak']}: {count_text(row['people'], 'person', 'people')} left, {_bound(row)}"
        for row in found.iter_rows(named=True)
    ]
    summary = (
        f"{'; '.join(parts)}. Upper bounds: as if those who left had gone on to be hired like those who stayed, "
        "and as if there had been room for all of them."
    )
    if known.is_empty():
        return Finding("Too few have been watched for long enough to say what a leak costs", summary)
    worst = known.sort("hires_lost", descending=True).row(0, named=True)
    return Finding(f"“{worst['leak']}” may have cost most: {_bound(worst)}", summary)


def _bound(row: Mapping[str, Any]) -> str:
    if row["hires_lost"] is None:
        return f"too few to say ({row['mature']:,} mature {row['passed']})"
    return f"at most {row['hires_lost']:,.1f} {'hire' if row['hires_lost'] == 1 else 'hires'}, " + money_text(
        row["value_usd"]
    )


def note(found: pl.DataFrame, benchmark: Mapping[str, Any]) -> str:
    """Say how a leak's cost is bounded, and whose cost per hire it is."""
    stages = found.unique("passed", maintain_order=True).drop_nulls("hire_rate")
    shares = [f"{row['passed']} {share_text(row['hire_rate'])}" for row in stages.iter_rows(named=True)]
    rates = f" ({', '.join(shares)})" if shares else ""
    return (
        "Upper bound: people who left x the share hired of those who passed the stage that they did not, in mature "
        f"cohorts{rates}, x {money_text(benchmark['figure_usd'])} per hire ({benchmark['source']}; {benchmark['year']})"
    )


def benchmark(row: Mapping[str, Any]) -> str:
    """Name a published cost per hire, with its figure and year."""
    return f"{row['label']}: {money_text(row['figure_usd'])} ({row['year']})"
