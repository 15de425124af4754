"""Findings of the Data health page."""

import polars as pl

from dashboards.findings import Finding
from dashboards.formats import count_text, day_text, whole_share_text
from dashboards.slices.operations import SILENT_DAYS


def loads(by_day: pl.DataFrame) -> Finding:
    """Say how many rows came in, and when last."""
    if by_day.is_empty():
        return Finding("Nothing has been delivered", "The ledger is empty.")
    quarantined = int(by_day["quarantined"].sum())
    rows = int(by_day["loaded"].sum()) + int(by_day["unchanged"].sum()) + quarantined
    return Finding(
        f"{rows:,} rows read; {quarantined:,} of them in quarantine",
        f"Rows by day of delivery, {by_day.height} days, the last on {day_text(by_day['delivered_on'][-1])}.",
    )


def quarantine(by_rule: pl.DataFrame) -> Finding:
    """Say which rule rows break most often."""
    if by_rule.is_empty():
        return Finding("The quarantine is empty", "No row broke a rule.")
    top = by_rule.row(0, named=True)
    total = int(by_rule["quarantined"].sum())
    return Finding(
        f"“{top['rule']}” is behind {whole_share_text(top['quarantined'] / total)} of quarantined rows",
        f"{total:,} rows by rule: "
        + ", ".join(f"{rule} {n:,}" for rule, n in by_rule.select("rule", "quarantined").rows()),
    )


def checks(by_batch: pl.DataFrame) -> Finding:
    """Say how the last batch did."""
    if by_batch.is_empty():
        return Finding("No checks have run", "There are no validation results.")
    last = by_batch.row(-1, named=True)
    total = last["passed"] + last["warned"] + last["failed"]
    return Finding(
        f"{last['passed']:,} of {total:,} checks passed in the last batch; {count_text(last['warned'], 'warning')}, "
        f"{last['failed']:,} critical",
        f"Validation results of {by_batch.height} batches, the last on {day_text(last['checked_at'])}.",
    )


def feeds(found: pl.DataFrame) -> Finding:
    """Say how many outcome feeds went silent."""
    silent, ended = (found.filter(pl.col("status") == word).height for word in ("silent", "ended"))
    going = found.height - ended
    title = f"{silent:,} of {count_text(going, 'going outcome feed')} silent for more than {SILENT_DAYS} days"
    if not silent:
        title = f"All {going:,} going outcome feeds speak"
    return Finding(
        title,
        "Hires after a feed's last word are unknown, so follow-up ends there: a silent feed is no failure to hire. "
        f"{count_text(ended, 'feed')} ended.",
    )


def freshness(found: pl.DataFrame) -> Finding:
    """Say which entity has waited longest for a delivery."""
    if found.is_empty():
        return Finding("Nothing has been delivered", "No source has loaded a file.")
    oldest = found.row(0, named=True)
    title = f"{oldest['entity']} is the oldest: {count_text(oldest['days_old'], 'day')} before the data's date"
    if oldest["days_old"] == 0:
        title = "Every entity was delivered on the data's own date"
    return Finding(title, f"Last delivery of {found.height} entities, in days before as_of.")


def failing(found: pl.DataFrame) -> Finding:
    """Say how many checks did not pass."""
    return Finding(
        f"{count_text(found.height, 'check')} did not pass in the last batch",
        "Checks at the border in (raw rows) and out (published marts), with how many rows they found.",
    )


def ledger(found: pl.DataFrame) -> Finding:
    """Say how many files were delivered, and how many refused."""
    refused = found.filter(pl.col("status") == "refused").height
    return Finding(
        f"{count_text(found.height, 'delivery', 'deliveries')} in the ledger; {refused:,} refused",
        "For each: rows read = loaded + unchanged + quarantined.",
    )
