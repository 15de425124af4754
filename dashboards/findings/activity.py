"""Findings of the pipeline's activity."""

from collections.abc import Sequence

import polars as pl

from dashboards.findings import Finding
from dashboards.findings import months as of_months
from dashboards.formats import count_text


def by_month(months: pl.DataFrame) -> Finding:
    """Say what the twelve months to the last event brought, against the twelve before where there are as many."""
    lately = of_months.year(months)
    parts = [f"{event} {_total(lately, event):,}" for event in dict.fromkeys(months["event"].to_list())]
    now, before = _total(lately, "Applications"), _total(of_months.year(months, 1), "Applications")
    is_known = of_months.reaches_back(months, 2) and before
    change = f", {(now / before - 1) * 100:+.0f} % on the twelve before" if is_known else ""
    hires = count_text(_total(lately, "Hires after a project"), "hire", "hires")
    return Finding(
        f"{count_text(now, 'application')} in {of_months.words(months)}{change}; {hires} after a project",
        f"Events by the month in which they happened, over {count_text(of_months.span(months), 'complete month')}. "
        f"In {of_months.words(months)}: {', '.join(parts)}.",
    )


def _total(months: pl.DataFrame, event: str) -> int:
    return int(months.filter(pl.col("event") == event)["count"].sum())


def note(unfiltered: Sequence[str]) -> str:
    """Say what is counted, and which filter does not reach which event."""
    said = "By the month of the event, complete months only; those who applied in a month are not those hired in it"
    return f"{said}. {'; '.join(unfiltered)}" if unfiltered else said
