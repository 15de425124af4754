"""Findings of the Hire-through page."""

from collections.abc import Sequence

import polars as pl

from dashboards.findings import Finding
from dashboards.formats import share_text, whole_share_text
from dashboards.slices.outcomes import Incidence


def curve(readings: Sequence[Incidence | None], names: Sequence[str], who: str) -> Finding:
    """Say what share was hired by the last window that can be read; ``who`` is the subject: "We", or "Hosts"."""
    known = [(name, each) for name, each in zip(names, readings, strict=True) if each is not None]
    if not known:
        return Finding("Too few completers have been watched for long enough", "No window has 10 completers at risk.")
    name, last = known[-1]
    parts = [
        f"{window}: {share_text(each.host)}{_band(each.low, each.high)}, {_elsewhere(each)}{each.at_risk:,} at risk"
        for window, each in known
    ]
    unbanded = "" if last.low is not None else " There is no band where nobody, or everybody, was hired."
    done = f"{who} hire {share_text(last.host)} of completers" if last.host else f"{who} have hired no completer"
    first = "" if last.elsewhere is None else f"; {whole_share_text(last.elsewhere)} start elsewhere first"
    return Finding(
        f"{done} within {name}{first}",
        f"Cumulative incidence with its 95 % band. {'. '.join(parts)}.{unbanded}",
    )


def _elsewhere(each: Incidence) -> str:
    return "" if each.elsewhere is None else f"elsewhere first {share_text(each.elsewhere)}, "


def untold() -> str:
    """Say when an employer is told of starts elsewhere."""
    return (
        "Starts elsewhere are told of all your completers together, never under a filter, and never of fewer than 3. "
        "All other figures count who works elsewhere like everybody else."
    )


def _band(low: float | None, high: float | None) -> str:
    return "" if low is None or high is None else f" ({share_text(low)} to {share_text(high)})"


def left_out(counts: pl.DataFrame) -> str:
    """Say which completers hire-through is not about."""
    row = counts.row(0, named=True)
    unknown = f", {row['unknown_graduation']:,} of unknown graduation" if row["unknown_graduation"] else ""
    before, at_work = row["pre_existing"], row["employed_elsewhere"]
    reasons = (
        f"{before:,} known to the host before, {at_work:,} employed elsewhere when they completed"
        if row["is_elsewhere_told"]
        else f"{before:,} known to the host before; who works elsewhere is not known, and not left out"
    )
    return (
        f"Completers watched for the whole window; hatched, whose window is not over or was not seen to its end. "
        f"Left out: {reasons}{unknown}"
    )


def maturity(meters: pl.DataFrame) -> Finding:
    """Say how much of the cohort has its whole year behind it."""
    row = meters.filter(pl.col("window") == "12 months").row(0, named=True)
    parts = [
        f"{each['window']}: {each['mature']:,} watched throughout, {each['waiting']:,} not"
        for each in meters.iter_rows(named=True)
    ]
    if row["share"] is None:
        return Finding("There are no completers to watch", "Nobody in this slice is waited for.")
    return Finding(
        f"{whole_share_text(row['share'])} of completers have been watched for a full year",
        f"Completers watched for the whole window. {', '.join(parts)}.",
    )


def standing(found: pl.DataFrame, where: str = "with us") -> Finding:
    """Say how many have not started anywhere by the last window; ``where`` is the host's place."""
    if found.is_empty():
        return Finding("Too few watched to say where completers stand", "No window has 10 completers at risk.")
    last = found.row(-1, named=True)
    parts = [
        f"{row['window']}: {share_text(row['host'])} {where}, {share_text(row['elsewhere'])} elsewhere, "
        f"{share_text(row['neither'])} neither"
        for row in found.iter_rows(named=True)
    ]
    return Finding(
        f"After {last['window']}, {whole_share_text(last['neither'])} have started nowhere full-time yet",
        f"Where completers stand, from the curves. {'. '.join(parts)}.",
    )


def groups(found: pl.DataFrame, word: str, overall: float | None, window: str = "12 months") -> Finding:
    """Say whether any group's band leaves out the whole, without ranking noise."""
    known = found.drop_nulls("value")
    few = found.height - known.height
    parts = [
        f"{row['group']} {share_text(row['value'])}{_band(row['low'], row['high'])}"
        for row in known.iter_rows(named=True)
    ]
    apart = (
        known.filter((pl.col("low") > overall) | (pl.col("high") < overall)) if overall is not None else known.clear()
    )
    banded = known.drop_nulls(["low", "high"])
    if known.is_empty():
        title = f"No {word.lower()} has enough completers yet"
    elif overall is None:
        title = f"By {word.lower()}; the whole cannot be read at {window} yet"
    elif banded.is_empty():
        title = f"Nobody hired yet in any {word.lower()} that can be read"
    elif apart.is_empty():
        title = f"No {word.lower()} stands apart from the whole: every band covers {share_text(overall)}"
    else:
        title = f"{', '.join(apart['group'].to_list()[:3])}: apart from the whole at {share_text(overall)}"
    return Finding(title, f"Hired within {window} by {word.lower()}. {'; '.join(parts)}. Too few to say: {few}.")
