"""Findings of the Employers page."""

import polars as pl

from dashboards.findings import Finding
from dashboards.formats import count_text, share_text, whole_share_text
from dashboards.slices.league import DRAWN, LEAST_COMPLETERS, League


def too_few(found: League) -> str:
    """Say how many employers the table leaves out."""
    if found.few == 0:
        return f"Every employer has at least {LEAST_COMPLETERS} completers whose 12 months are over."
    return (
        f"{count_text(found.few, 'employer')} with fewer than {LEAST_COMPLETERS} completers whose 12 months are over "
        f"{'is' if found.few == 1 else 'are'} not in the table: too few to say."
    )


def forest(found: League) -> Finding:
    """Say how many employers can be told from the platform's rate, and how many would be by chance."""
    apart = found.table.filter(pl.col("against_platform") != "not told apart")
    rate = share_text(found.overall)
    parts = [
        f"{row['employer']} {share_text(row['hire_through_rate'])} ({row['interval']}, n {row['completers']:,})"
        for row in found.table.sort("completers", "employer", descending=[True, False])
        .head(DRAWN)
        .iter_rows(named=True)
    ]
    title = (
        f"No employer can be told from the platform's {rate}"
        if apart.is_empty()
        else f"{apart.height} of {count_text(found.table.height, 'employer')} can be told from the platform's {rate}"
    )
    return Finding(
        title,
        f"Hire-through within 12 months of matured completers, with 95 % intervals: {'; '.join(parts)}. "
        "Of twenty employers that are all alike, one would look different by chance.",
    )


def volumes(buckets: pl.DataFrame) -> Finding:
    """Say what part of the projects the employers with most of them post."""
    posted = buckets.filter(pl.col("employers") > 0)
    if posted.is_empty():
        return Finding("Nobody posted", "There are no projects in this slice.")
    last = posted.row(-1, named=True)
    parts = [
        f"{row['posted']}: {count_text(row['employers'], 'employer')}, {count_text(row['projects'], 'project')}"
        for row in posted.iter_rows(named=True)
    ]
    return Finding(
        f"{whole_share_text(last['employers_share'])} of employers posted {last['posted']} projects each, "
        f"{whole_share_text(last['projects_share'])} of all",
        f"Employers by the number of projects that they posted. {'; '.join(parts)}.",
    )
