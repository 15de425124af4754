"""Findings of retention by how hires came."""

import polars as pl

from dashboards.findings import Finding
from dashboards.formats import share_text

WORDS = {"micro-internship": "a micro-internship", "other intern": "another internship", "neither": "neither"}
OURS, OTHERS = "micro-internship", "neither"


def curves(found: pl.DataFrame) -> Finding:
    """Say who stays the first year: hires by a micro-internship against those by neither, as far as known."""
    read = {row["came_by"]: row for row in found.drop_nulls("value").iter_rows(named=True)}
    parts = [
        f"{WORDS[way]}: {share_text(row['value'])}{_band(row)} after a year, {row['at_risk']:,} at risk"
        for way, row in read.items()
    ]
    few = [WORDS[way] for way in WORDS if way not in read]
    unread = f" Fewer than 10 watched for a year: {', '.join(few)}." if few else ""
    summary = f"Share still employed, Kaplan-Meier with its 95 % band. {'; '.join(parts) or 'None to read'}.{unread}"
    if OURS in read and OTHERS in read:
        return Finding(_compared(read[OURS], read[OTHERS]), summary)
    if not read:
        return Finding("Too few hires have been watched for a year to say who stays", summary)
    way, row = next(iter(read.items()))
    return Finding(f"{share_text(row['value'])} of hires by way of {WORDS[way]} stay a year", summary)


def _compared(ours: dict[str, float], others: dict[str, float]) -> str:
    apart = (
        None not in (ours["low"], ours["high"], others["low"], others["high"])
        and (ours["low"] > others["high"] or ours["high"] < others["low"])
    )  # fmt: skip
    words = f"{share_text(ours['value'])} of hires by micro-internship stay a year, {share_text(others['value'])} of"
    return f"{words} those without an internship" + ("" if apart else "; the bands overlap")


def _band(row: dict[str, float]) -> str:
    return "" if row["low"] is None else f" ({share_text(row['low'])} to {share_text(row['high'])})"
