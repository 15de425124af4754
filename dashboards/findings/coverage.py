"""Findings of what is known by term."""

import polars as pl

from dashboards.findings import Finding
from dashboards.formats import count_text, share_text, whole_share_text


def by_term(found: pl.DataFrame, window: str) -> Finding:
    """Say how the mature terms lie, and how many terms are still watched."""
    over = found.filter("is_mature").drop_nulls("value")
    watched = found.filter(~pl.col("is_mature"))
    parts = [
        f"{row['term']}: {share_text(row['value'])}"
        + ("" if row["is_mature"] else f" so far, still watching {row['waiting']:,} of {row['pairs']:,}")
        for row in found.drop_nulls("value").iter_rows(named=True)
    ]
    summary = f"Hired within {window} by term of completion. {'; '.join(parts) or 'No term has 10 completers'}."
    waiting = f"; {count_text(watched.height, 'term is', 'terms are')} still watched" if watched.height else ""
    if over.is_empty():
        return Finding(f"No term has {window} behind it and 10 completers yet{waiting}", summary)
    low, high = min(over["value"].to_list()), max(over["value"].to_list())
    if over.height == 1:
        return Finding(f"{over['term'][0]}: {share_text(low)} hired within {window}{waiting}", summary)
    if low == high == 0:
        return Finding(f"No term that is over has a hire within {window}{waiting}", summary)
    title = f"{share_text(low)} to {share_text(high)} of a term are hired within {window}{_overlap(over)}{waiting}"
    return Finding(title, summary)


def _overlap(over: pl.DataFrame) -> str:
    """Say when one share lies in all intervals, so that the terms need not differ."""
    banded = over.drop_nulls(["low", "high"])
    is_shared = banded.height > 1 and max(banded["low"].to_list()) <= min(banded["high"].to_list())
    return ", with intervals that overlap" if is_shared else ""


def bounds(found: pl.DataFrame) -> Finding:
    """Say how far the unknown outcomes leave the year's hire-through open, over all terms that are due."""
    due, unknown = (int(found[name].sum()) for name in ("due", "unknown"))
    if not due:
        return Finding("No term's year is over yet", "No term has 10 completers whose year is over.")
    low = float((found["low"] * found["due"]).sum()) / due
    high = float((found["high"] * found["due"]).sum()) / due
    parts = [
        f"{row['term']}: {share_text(row['low'])} to {share_text(row['high'])}, outcome known of "
        f"{whole_share_text(row['coverage_share'])} of {row['due']:,}"
        for row in found.iter_rows(named=True)
    ]
    summary = f"Hired within a year, if nobody and if everybody of the unknown was. {'; '.join(parts)}."
    if not unknown:
        return Finding(f"Every outcome is known: {share_text(low)} were hired within a year", summary)
    return Finding(
        f"Outcomes are known of {whole_share_text(1 - unknown / due)}; whatever became of the rest, "
        f"{share_text(low)} to {share_text(high)} were hired within a year",
        summary,
    )
