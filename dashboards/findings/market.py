"""Findings of the Marketplace health page."""

import polars as pl

from dashboards.findings import Finding
from dashboards.formats import money_text, share_text, whole_share_text
from dashboards.slices.projects import LARGEST, herfindahl, median_day, top_share

HHI_MODERATE, HHI_HIGH = 1000, 1800


def fill(by_term: pl.DataFrame) -> Finding:
    """Say how the fill rate of the last fully mature term compares with that of a year before."""
    mature = by_term.filter((pl.col("mature_share") > 0.999) & pl.col("fill_rate_30_days").is_not_null())
    parts = [f"{row['term']} {share_text(row['fill_rate_30_days'])}" for row in by_term.iter_rows(named=True)]
    if mature.is_empty():
        return Finding("No term is mature yet", "Fill rates need projects posted at least 60 days ago.")
    last = mature.row(-1, named=True)
    return Finding(
        f"{whole_share_text(last['fill_rate_30_days'])} of {last['term']} projects filled within 30 days",
        f"Share of projects with an accepted selection within 30 days, by term of posting. {', '.join(parts)}.",
    )


def first_application(incidence: pl.DataFrame) -> Finding:
    """Say by when half of all projects have an application."""
    day = median_day(incidence)
    never = None if incidence.is_empty() else float(incidence["closed_without"][-1])
    title = (
        "Less than half of the projects draw an application" if day is None else f"Half draw one within {_days(day)}"
    )
    return Finding(
        f"{title}; {whole_share_text(never)} close without any",
        "Cumulative incidence of the first application after posting; closing without one competes.",
    )


def _days(day: float) -> str:
    return "a day" if day <= 1 else f"{day:.0f} days"


def ends(by_term: pl.DataFrame) -> Finding:
    """Say what share of closed projects drew no applicant, and what share nobody was selected from."""
    counts = dict(by_term.group_by("reason").agg(pl.col("projects").sum()).iter_rows())
    closed = sum(count for reason, count in counts.items() if reason != "Still open")
    nobody = counts.get("Closed, nobody selected", 0)
    empty = counts.get("Closed, nobody applied", 0)
    return Finding(
        f"{whole_share_text(nobody / closed if closed else None)} end with nobody selected, "
        f"{whole_share_text(empty / closed if closed else None)} with nobody applying",
        "Projects by how they ended: "
        + ", ".join(f"{reason} {count:,}" for reason, count in sorted(counts.items()))
        + ".",
    )


def depth(buckets: pl.DataFrame) -> Finding:
    """Say what share of projects draws at least five applications."""
    deep = float(buckets.filter(~pl.col("applications").is_in(["0", "1-4"]))["share"].sum() or 0.0)
    parts = [f"{row['applications']}: {row['projects']:,}" for row in buckets.iter_rows(named=True)]
    return Finding(
        f"{whole_share_text(deep)} of projects draw five applications or more",
        f"Projects by the number of applications. {', '.join(parts)}.",
    )


def money(by_month: pl.DataFrame) -> Finding:
    """Say what the last twelve months booked against the twelve before."""
    booked = by_month["gmv_booked"]
    last, before = float(booked.tail(12).sum()), float(booked.tail(24).head(12).sum())
    change = f", {(last / before - 1) * 100:+.0f} % on the twelve before" if by_month.height >= 24 and before else ""
    return Finding(
        f"{money_text(last)} booked in the last twelve months{change}",
        f"Activity by month: {money_text(float(booked.sum()))} booked by acceptance, "
        f"{money_text(float(by_month['gmv_recognised'].sum()))} recognised by approval, over {by_month.height} months.",
    )


def supply_and_demand(cells: pl.DataFrame) -> Finding:
    """Say where students are most and least plentiful."""
    by_category = (
        cells.group_by("category")
        .agg((pl.col("students").sum() / pl.col("slots").sum()).alias("ratio"), pl.col("slots").sum())
        .filter(pl.col("slots") > 0)
        .sort("ratio", "category")
    )
    if by_category.is_empty():
        return Finding("No slots were posted", "There is no demand in this slice.")
    scarce, plenty = by_category.row(0, named=True), by_category.row(-1, named=True)
    return Finding(
        f"From {scarce['ratio']:.0f} students per slot in {scarce['category']} "
        f"to {plenty['ratio']:.0f} in {plenty['category']}",
        "Students who applied in a term, per slot posted in it, by category: "
        + ", ".join(f"{row['category']} {row['ratio']:.1f}" for row in by_category.iter_rows(named=True))
        + ".",
    )


def concentration(concentrated: pl.DataFrame) -> Finding:
    """Say how much the largest hosts book, and what the Herfindahl-Hirschman index calls that."""
    index = herfindahl(concentrated["share"])
    if index is None:
        return Finding("Nothing was booked", "There are no accepted engagements in this slice.")
    level = "high" if index > HHI_HIGH else "moderate" if index >= HHI_MODERATE else "low"
    share = whole_share_text(top_share(concentrated))
    return Finding(
        f"The {LARGEST} largest book {share}; concentration is {level} (HHI {index:,.0f})",
        f"Share of booked value by host, {concentrated.height:,} hosts. Herfindahl-Hirschman index {index:,.0f}: "
        "1,000 to 1,800 is moderate.",
    )
