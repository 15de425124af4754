"""Findings about drift, on the Data health page."""

import polars as pl

from dashboards.findings import Finding
from dashboards.formats import count_text


def found(told: pl.DataFrame) -> Finding:
    """Say how much drifted with this generation, and how much of it somebody had to accept."""
    if told.is_empty():
        return Finding("Nothing drifted", "Columns, volumes, feeds, marts and metrics are as before.")
    kinds = told.group_by("kind").len().sort("len", "kind", descending=[True, False])
    accepted = told.filter(pl.col("standing") == "accepted")
    title = f"{count_text(told.height, 'finding')} of drift: " + ", ".join(f"{kind} {n}" for kind, n in kinds.rows())
    reasons = "; ".join(accepted["reason"].unique(maintain_order=True))
    return Finding(
        f"{title}; {accepted.height} accepted" if accepted.height else title,
        "What came or is shown, against what came and was shown before. What blocks needs somebody who says "
        "why it is right" + (f": {reasons}." if reasons else "."),
    )


def note(told: pl.DataFrame) -> str:
    """Say why what blocks was published all the same, and where the rows of a finding are."""
    accepted = told.filter(pl.col("standing") == "accepted").select("reason", "accepted_by").unique(maintain_order=True)
    reasons = "; ".join(f"\u201c{reason}\u201d ({who})" for reason, who in accepted.rows())
    said = f"Accepted: {reasons}" if reasons else "What blocks is published only with a reason"
    return f"{said}. The command throughline drift show lists the rows of each."


def accepted_before(told: pl.DataFrame) -> Finding:
    """Say how much was accepted for earlier generations."""
    return Finding(
        f"{count_text(told.height, 'finding')} of drift accepted before",
        "What was published in spite of drift, by whom it was accepted, and why.",
    )
