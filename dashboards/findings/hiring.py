"""Findings of the activity of hiring: hires and offers per month, days to hire, starts anywhere."""

import polars as pl

from dashboards.findings import Finding
from dashboards.findings import months as of_months
from dashboards.formats import count_text, share_text, whole_share_text

WAYS = {"micro-internship": "by a micro-internship", "other intern": "by another internship", "neither": "by neither"}
WINDOWS = {180: "6 months", 365: "12 months", 730: "24 months"}


def hires(found: pl.DataFrame) -> Finding:
    """Say how many started in the twelve months to the last start, and how many by a micro-internship."""
    if found.is_empty():
        return Finding("Nobody has been hired yet", "No full-time start in a month that is over.")
    last = of_months.year(found)
    total, ours = int(last["hires"].sum()), int(last.filter(pl.col("came_by") == "micro-internship")["hires"].sum())
    by_way = dict(found.group_by("came_by").agg(pl.col("hires").sum()).iter_rows())
    parts = [f"{by_way.get(way, 0):,} {word}" for way, word in WAYS.items()]
    return Finding(
        f"{count_text(total, 'hire')} in {of_months.words(found)}, {ours:,} of them by a micro-internship",
        f"Full-time starts per month, {found['month'][0]:%B %Y} to {found['month'][-1]:%B %Y}. "
        f"In all: {', '.join(parts)}.",
    )


def offers(found: pl.DataFrame) -> Finding:
    """Say how many offers went out in the twelve months to the last one, and how they were answered."""
    if found.is_empty():
        return Finding("No offer has been sent yet", "No offer in a month that is over.")
    last = of_months.year(found)
    counts = dict(last.group_by("answer").agg(pl.col("offers").sum()).iter_rows())
    total, accepted, waiting = sum(counts.values()), counts.get("accepted", 0), counts.get("open", 0)
    answered = total - waiting
    share = f", {whole_share_text(accepted / answered)} of the answered accepted" if answered else ""
    return Finding(
        f"{count_text(total, 'offer')} in {of_months.words(found)}{share}",
        f"Offers per month of sending, full-time and internships. In {of_months.words(found)}: {accepted:,} accepted, "
        f"{answered - accepted:,} declined or withdrawn, {waiting:,} without an answer.",
    )


def days_to_hire(found: pl.DataFrame) -> Finding:
    """Say the median of the last quarter that can be read, against the same quarter a year before."""
    known = found.drop_nulls("median")
    if known.is_empty():
        return Finding("Too few hires to say how long hiring takes", "No quarter has 10 hires with both dates.")
    last = known.row(-1, named=True)
    before = known.filter(pl.col("quarter") == last["quarter"].replace(year=last["quarter"].year - 1))
    then = "" if before.is_empty() else f"; {before['median'][0]:.0f} a year before"
    parts = [
        f"{_name(row)}: {row['median']:.0f} days, middle half {row['lower_quartile']:.0f} to "
        f"{row['upper_quartile']:.0f}, {row['n']:,} hires"
        for row in known.iter_rows(named=True)
    ]
    return Finding(
        f"Half of the hires of {_name(last)} took up to {last['median']:.0f} days from application to hire{then}",
        f"Days from application in the ATS until marked as hired, by quarter of the offer. {'; '.join(parts)}.",
    )


def _name(row: dict[str, object]) -> str:
    day = row["quarter"]
    return f"Q{(day.month + 2) // 3} {day.year}"  # type: ignore[attr-defined]


def anywhere(curve: pl.DataFrame) -> Finding:
    """Say what share of persons is in full-time work anywhere by the last window that is drawn."""
    if curve.is_empty():
        return Finding("Too few persons have been watched", "Fewer than 10 persons are at risk.")
    read = {
        name: curve.filter(pl.col("day") <= day).row(-1, named=True)
        for day, name in WINDOWS.items()
        if curve["day"][-1] >= day
    }
    if not read:
        return Finding("Nobody has been watched for six months yet", "No window is over for 10 persons.")
    parts = [f"{name}: {share_text(row['hired_incidence'])}" for name, row in read.items()]
    name, last = list(read.items())[-1]
    return Finding(
        f"{whole_share_text(last['hired_incidence'])} of persons start full-time somewhere within {name}",
        f"Cumulative incidence of any full-time start with its 95 % band. {', '.join(parts)}.",
    )
