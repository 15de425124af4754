"""Years of the calendar in a frame by month, so that a title never calls a year the last one that is not."""

from datetime import date

import polars as pl

YEAR = 12


def year(months: pl.DataFrame, before: int = 0) -> pl.DataFrame:
    """Return the rows of the twelve months that end with the last one, or so many years before them."""
    last = months["month"].max()
    ends = pl.lit(last).dt.offset_by(f"-{before}y")
    return months.filter((pl.col("month") <= ends) & (pl.col("month") > ends.dt.offset_by("-1y")))


def reaches_back(months: pl.DataFrame, years: int) -> bool:
    """Tell whether the frame spans so many whole years of the calendar."""
    return span(months) >= years * YEAR


def span(months: pl.DataFrame) -> int:
    """Return how many months of the calendar lie between the first and the last, both counted; 0 without any."""
    if months.is_empty():
        return 0
    first, last = _ends(months)
    return (last.year - first.year) * YEAR + last.month - first.month + 1


def words(months: pl.DataFrame) -> str:
    """Name the year that ends with the last month: ``the 12 months to June 2026``, or as many as there are."""
    (_, last), whole = _ends(months), min(span(months), YEAR)
    return f"{last:%B %Y}" if whole == 1 else f"the {whole} months to {last:%B %Y}"


def _ends(months: pl.DataFrame) -> tuple[date, date]:
    first, last = months.select(pl.col("month").min(), pl.col("month").max().alias("last")).row(0)
    return first, last
