"""Findings of the Planner page. Pure; right for every state."""

import polars as pl

from dashboards.economics.planner import Outlook, Standing
from dashboards.findings import Finding
from dashboards.formats import count_text, money_text, share_text


def plan(place: Standing, target: Outlook, label: str, units: str) -> Finding:
    """Say what it takes to know the rate to the margin."""
    label = label.partition(",")[0]
    margin = f"{target.margin * 100:g} points"
    seen = f"{target.needed:,} {units} are needed for {margin} either way at {share_text(place.rate)}; "
    seen += f"{place.have:,} have been watched for the whole window and {place.waiting:,} are inside it."
    if target.needed <= place.have:
        return Finding(f"{label} is already known to within {margin}", seen)
    if target.is_reached:
        return Finding(f"{label} will be known to within {margin} once those waiting have been watched", seen)
    projects = count_text(target.projects, "more project")
    months = (
        "No project was posted in the last 12 months, so there is no pace to reckon with."
        if target.months is None
        else f"At the present pace of {place.projects_a_year:,} a year that takes "
        f"{count_text(round(target.months) or 1, 'month')}, and then the window of the rate."
    )
    return Finding(
        f"{projects} until {label.lower()} is known to within {margin}: about {money_text(target.cost_usd)}",
        f"{seen} {target.missing:,} more come from {projects}. {months}",
    )


def curve(drawn: pl.DataFrame, marks: pl.DataFrame) -> Finding:
    """Say how fast the margin narrows."""
    parts = [
        f"{row['word']}: {row['completers']:,}, within {row['margin'] * 100:.1f} points"
        for row in marks.iter_rows(named=True)
    ]
    ends = drawn.select(pl.col("completers").max(), pl.col("margin").min()).row(0)
    now = marks.filter(pl.col("word") == "now")
    title = (
        "Too few seen yet to have a margin"
        if now.is_empty()
        else f"Today the rate is known to within {now['margin'][0] * 100:.1f} points"
    )
    return Finding(
        f"{title}; half the margin takes four times the units",
        f"Half the width of the 95 % interval by the number of units. {'; '.join(parts)}. "
        f"At {ends[0]:,} it is {ends[1] * 100:.1f} points.",
    )


def table(rows: pl.DataFrame) -> Finding:
    """Say what the narrowest and the widest margin take."""
    parts = [
        f"{row['margin_points']:g} points: {row['needed']:,} needed, {row['projects']:,} projects, "
        f"{money_text(row['cost_usd'])}"
        for row in rows.iter_rows(named=True)
    ]
    if rows["projects"].sum() == 0:
        return Finding("Each of these margins is reached by those already seen or waiting", f"{' '.join(parts)}.")
    first, last = rows.row(0, named=True), rows.row(-1, named=True)
    return Finding(
        f"{last['margin_points']:g} points take {count_text(last['projects'], 'project')}, "
        f"{first['margin_points']:g} points {first['projects']:,}",
        f"What each margin takes. {'; '.join(parts)}.",
    )
