"""Findings of the Benchmarks page."""

import polars as pl

from dashboards.findings import Finding
from dashboards.formats import MISSING, count_text, share_text

SIDES = ("better", "worse", "higher", "lower")


def benchmarks(rows: pl.DataFrame) -> Finding:
    """Say in how many rates we can be told from the others, and on which side."""
    judged = rows.drop_nulls("standing")
    sides = {side: judged.filter(pl.col("standing") == side).height for side in SIDES}
    said = [f"{side} in {count}" for side, count in sides.items() if count]
    if rows["peers"].drop_nulls().is_empty():
        title = "Too few other employers to compare with"
    elif judged.is_empty():
        title = "Too few of your own to compare yet"
    elif not said:
        title = f"You cannot be told from the others in {count_text(judged.height, 'rate')}"
    else:
        title = f"Against the others, you are {' and '.join(said)} of {count_text(judged.height, 'rate')}"
    return Finding(title, f"Our share against the others' pooled: {'; '.join(map(_pair, rows.to_dicts())) or 'none'}.")


def _pair(row: dict[str, object]) -> str:
    ours, theirs = row["ours"], row["theirs"]
    us = share_text(ours) if isinstance(ours, float) else MISSING
    if not isinstance(theirs, float):
        return f"{row['label']} {us}, others: {row['hidden']}"
    standing = f", {row['standing']}" if row["standing"] else ", too few of ours to say"
    return f"{row['label']} {us} against {share_text(theirs)} of {row['peers']} others{standing}"


def published(rows: pl.DataFrame) -> Finding:
    """Say that published figures are counted in another way than ours."""
    parts = [
        f"{row['quantity']}: {row['published_figure']} ({row['source']}, {row['year']}), ours {row['ours']}"
        for row in rows.iter_rows(named=True)
    ]
    return Finding(
        "Published figures are means over employers; ours are pooled",
        f"They count a small employer as much as a large one, ours each unit once. {'; '.join(parts)}.",
    )
