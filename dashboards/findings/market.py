"""Findings of the Marketplace health page."""

import polars as pl

from dashboards.findings import Finding
from dashboards.findings import months as of_months
from dashboards.formats import count_text, day_text, money_text, share_text, whole_share_text
from dashboards.slices.projects import LARGEST, herfindahl, median_day, top_share

HHI_MODERATE, HHI_HIGH = 1000, 1800


def fill(by_term: pl.DataFrame) -> Finding:
    """Say how the fill rate of the last fully mature term compares with that of a year before."""
    mature = by_term.filter((pl.col("mature_share") > 0.999) & pl.col("fill_rate_30_days").is_not_null())
    parts = [
        f"{row['term']} {share_text(row['fill_rate_30_days'])}"
        + ("" if (row["mature_share"] or 0) > 0.999 else " so far, of those posted early enough")
        for row in by_term.iter_rows(named=True)
    ]
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
    """Say what the twelve months to the last booking brought against the twelve before."""
    booked = by_month["gmv_booked"]
    last, before = (float(of_months.year(by_month, back)["gmv_booked"].sum()) for back in (0, 1))
    is_known = of_months.reaches_back(by_month, 2) and before
    change = f", {(last / before - 1) * 100:+.0f} % on the twelve before" if is_known else ""
    return Finding(
        f"{money_text(last)} booked in {of_months.words(by_month)}{change}",
        f"Activity by month: {money_text(float(booked.sum()))} booked by acceptance, "
        f"{money_text(float(by_month['gmv_recognised'].sum()))} recognised by approval, over {by_month.height} months.",
    )


def supply_and_demand(cells: pl.DataFrame) -> Finding:
    """Say where students are most and least plentiful."""
    by_category = _ratios(cells, "category")
    if by_category.is_empty():
        return Finding("No slot was open", "There is no demand in this slice.")
    parts = ", ".join(f"{row['category']} {row['ratio']:.1f}" for row in by_category.iter_rows(named=True))
    return Finding(
        _range(by_category, "category", "students per open slot"),
        f"Students who applied in the 30 days before a month's end, per slot open then, by category: {parts}.",
    )


def states(cells: pl.DataFrame) -> Finding:
    """Say in which states students are most and least plentiful against the slots of the employers there."""
    by_place = _ratios(cells, "state")
    if by_place.is_empty():
        return Finding("No state had an open slot", "There is no demand in this slice.")
    idle = cells.filter((pl.col("slots") == 0) & (pl.col("students") > 0)).height
    parts = ", ".join(f"{row['state']} {row['ratio']:.1f}" for row in by_place.iter_rows(named=True))
    return Finding(
        _range(by_place, "state", "students per open slot"),
        f"Students who live in a state per slot open at its employers, over month ends: {parts}. "
        f"{count_text(idle, 'state')} with students and no open slot.",
    )


def _ratios(cells: pl.DataFrame, column: str) -> pl.DataFrame:
    return (
        cells.group_by(column)
        .agg((pl.col("students").sum() / pl.col("slots").sum()).alias("ratio"), pl.col("slots").sum())
        .filter(pl.col("slots") > 0)
        .sort("ratio", column)
    )


def _range(ratios: pl.DataFrame, column: str, unit: str) -> str:
    scarce, plenty = ratios.row(0, named=True), ratios.row(-1, named=True)
    if ratios.height == 1:
        return f"{scarce['ratio']:.1f} {unit} in {scarce[column]}"
    return f"From {scarce['ratio']:.1f} {unit} in {scarce[column]} to {plenty['ratio']:.1f} in {plenty[column]}"


def calendar(days: pl.DataFrame, word: str) -> Finding:
    """Say which day was busiest, and how weekends compare with working days."""
    total = int(days["count"].sum())
    if not total:
        return Finding(f"No {word.lower()} in the last 53 weeks", "Every day of the calendar is empty.")
    busiest = days.sort("count", "day", descending=[True, False]).row(0, named=True)
    weekend = days.filter(pl.col("weekday") >= 5)["count"].mean()
    working = days.filter(pl.col("weekday") < 5)["count"].mean()
    share = f"; a weekend day brings {weekend / working * 100:.0f} % of a working day" if working else ""  # type: ignore[operator]
    months = days.group_by(pl.col("day").dt.strftime("%b %Y").alias("month"), maintain_order=True)
    parts = ", ".join(f"{month} {count:,}" for month, count in months.agg(pl.col("count").sum()).iter_rows())
    return Finding(
        f"Busiest: {busiest['day']:%A}, {day_text(busiest['day'])} with {busiest['count']:,}{share}",
        f"{word} by day over 53 weeks, {total:,} in all. By month: {parts}.",
    )


def trend(by_month: pl.DataFrame) -> Finding:
    """Say what an active employer spends in a year, and against the year before."""
    known = by_month.drop_nulls("gmv_per_active_employer")
    if known.is_empty():
        return Finding("No employer has spent yet", "There are no active employers in this slice.")
    last = known.row(-1, named=True)
    before = known.row(-13, named=True) if known.height > 12 else None
    change = _change(last["gmv_per_active_employer"], before["gmv_per_active_employer"]) if before else ""
    return Finding(
        f"{count_text(last['active_employers'], 'active employer')} spend "
        f"{money_text(last['gmv_per_active_employer'])} each in twelve months{change}",
        f"Trailing 365 days at each of {known.height} month ends. A year earlier: "
        + (
            f"{before['active_employers']:,.0f} active, {money_text(before['gmv_per_active_employer'])} each."
            if before
            else "not known."
        ),
    )


def _change(last: float, before: float) -> str:
    return f", {(last / before - 1) * 100:+.0f} % on a year before" if before else ""


def retention(by_month: pl.DataFrame) -> Finding:
    """Say how much of a dollar of the year before is spent again by the same employers."""
    known = by_month.drop_nulls("spend_retention")
    if known.is_empty():
        return Finding("Spend retention needs two years", "Nobody had spent in the twelve months before.")
    last = known.row(-1, named=True)
    parts = ", ".join(f"{row['month']:%b %Y} {row['spend_retention']:.2f}" for row in known[::12].iter_rows(named=True))
    return Finding(
        f"Each dollar of the year before brings {last['spend_retention']:.2f} dollars from the same employers",
        f"Trailing 365 days over the 365 before, same employers, at month ends. {parts}.",
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
