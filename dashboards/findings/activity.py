"""Findings of the pipeline's activity."""

from collections.abc import Sequence

import polars as pl

from dashboards.findings import Finding
from dashboards.formats import count_text

YEAR = 12


def by_month(months: pl.DataFrame) -> Finding:
    """Say what the last twelve months brought, against the twelve before where there are as many."""
    lately = months.filter(pl.col("month") > pl.col("month").max().dt.offset_by("-1y"))
    parts = [f"{event} {_total(lately, event):,}" for event in dict.fromkeys(months["event"].to_list())]
    now, whole = _total(lately, "Applications"), months["month"].n_unique()
    before = _total(months, "Applications", YEAR)
    change = f", {(now / before - 1) * 100:+.0f} % on the twelve before" if whole >= 2 * YEAR and before else ""
    hires = count_text(_total(lately, "Hires after a project"), "hire", "hires")
    span = count_text(min(whole, YEAR), "month")
    return Finding(
        f"{count_text(now, 'application')} in the last {span}{change}; {hires} after a project",
        f"Events by the month in which they happened, over {count_text(whole, 'complete month')}. The last "
        f"{min(whole, YEAR)}: {', '.join(parts)}.",
    )


def _total(months: pl.DataFrame, event: str, skipped: int = 0) -> int:
    """Return the events of twelve months, counted back from the last, after skipping so many."""
    here = months.filter(pl.col("event") == event).sort("month")["count"]
    return int(here.head(max(here.len() - skipped, 0)).tail(YEAR).sum())


def note(unfiltered: Sequence[str]) -> str:
    """Say what is counted, and which filter does not reach which event."""
    said = "By the month of the event, complete months only; those who applied in a month are not those hired in it"
    return f"{said}. {'; '.join(unfiltered)}" if unfiltered else said
