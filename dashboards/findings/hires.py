"""Findings of the hires on the ROI page: attribution, credit, attrition, audition, calibration. Pure."""

from itertools import pairwise

import polars as pl

from dashboards.audition import LEAST_HIRES, Audition
from dashboards.findings import Finding
from dashboards.formats import count_text, value_text, whole_share_text
from dashboards.intervals import newcombe

AGAINST = {
    "better": "surely better than",
    "not surely better": "not surely better than",
    "too few": "too few hires to compare it with",
}
"""Word on another predictor -> how it is said of the rating before the predictor's name."""


def attribution(counts: pl.DataFrame) -> Finding:
    """Say how far the rule choice moves the count."""
    hires = [each or 0.0 for each in counts["hires"].to_list()]
    least, most = min(hires), max(hires)
    parts = [f"{row['rule']}: {row['hires']:,.0f}" for row in counts.iter_rows(named=True)]
    return Finding(
        f"The same hires count {most:,.0f} under every rule"
        if least == most
        else f"The same hires count {least:,.0f} to {most:,.0f}, depending on the rule",
        f"Hires under each rule. {'; '.join(parts)}. First, last and linear touch share one whole hire among its "
        "engagements, so they differ by what is credited and not in the total.",
    )


def credit(shares: pl.DataFrame) -> Finding:
    """Say which category the rules disagree on most."""
    spread = shares.with_columns(
        spread=pl.max_horizontal("first", "last", "linear") - pl.min_horizontal("first", "last", "linear")
    ).sort("spread", descending=True)
    top = spread.row(0, named=True)
    parts = [
        f"{row['category']}: first {row['first']:,.1f}, last {row['last']:,.1f}, linear {row['linear']:,.1f}"
        for row in shares.iter_rows(named=True)
    ]
    return Finding(
        "All three rules credit the same work"
        if top["spread"] < 0.05
        else f"The rules disagree most on {top['category'].lower()}: by {count_text(round(top['spread'], 1), 'hire')}"
        if top["spread"] == round(top["spread"])
        else f"The rules disagree most on {top['category'].lower()}: by {top['spread']:,.1f} hires",
        f"Hires credited by category of the work, 12 months. {'; '.join(parts)}.",
    )


def attrition(groups: pl.DataFrame) -> Finding:
    """Say whether those who came by a micro-internship stay longer."""
    rows = {row["came_by"]: row for row in groups.iter_rows(named=True)}
    parts = [f"{name}: {row['leavers']:,} of {row['hires']:,} left" for name, row in rows.items()]
    summary_text = f"One-year attrition of new hires whose year is over. {'; '.join(parts)}."
    micro, others = groups.row(0, named=True), groups.row(-1, named=True)
    if micro["share"] is None or others["share"] is None:
        return Finding("Too few first years to compare who stays", summary_text)
    word = "less" if micro["share"] < others["share"] else "more"
    if micro["share"] == others["share"]:
        return Finding("Both leave equally often", summary_text)
    interval = newcombe(micro["leavers"], micro["hires"], others["leavers"], others["hires"])
    doubt = "; the difference may be noise" if interval is None or interval.low <= 0 <= interval.high else ""
    return Finding(
        f"Micro-internship hires leave {word} often: {whole_share_text(micro['share'])} against "
        f"{whole_share_text(others['share'])} within a year{doubt}",
        summary_text,
    )


def audition(signals: pl.DataFrame, outcome: str) -> Finding:
    """Say whether the rating orders the outcome, and whether surely better than GPA band or school type does."""
    rating = signals.row(0, named=True)
    own = (
        "too few"
        if rating["c"] is None
        else f"{rating['c']:.2f}{_interval(rating['low'], rating['high'])}, {count_text(rating['hires'], 'hire')}"
    )
    against = _against(signals)
    text = (
        f"Concordance with {outcome}: 0.5 is a coin, 1 a perfect order. Project rating: {own}. "
        f"{against[:1].upper()}{against[1:]}. Surely better is said where the rating is so for each outcome that it "
        "surely foretells; no figure is given of GPA band and school type, which would tell whose is whose."
    )
    if rating["c"] is None:
        return Finding(f"Too few rated hires to say what the rating foretells of {outcome}", text)
    if rating["low"] is None or rating["low"] <= 0.5 <= rating["high"]:
        return Finding(f"The project rating may tell nothing of {outcome}: its interval covers a coin's 0.5", text)
    if rating["high"] < 0.5:
        return Finding(f"A higher project rating went with worse {outcome}", text)
    return Finding(f"The project rating foretells {outcome}; {against}", text)


def _against(signals: pl.DataFrame) -> str:
    """Say what the rating is against the other predictors: those of one word together."""
    parts = []
    for word, said in AGAINST.items():
        names = signals.filter(pl.col("rating_is") == word)["predictor"].to_list()
        if names:
            parts.append(f"{said} {' or '.join(name if name == 'GPA band' else name.lower() for name in names)}")
    return "; ".join(parts)


def restriction(found: Audition) -> str:
    """Say over whom the concordance is taken, and how much their choice hides."""
    words = "How often, of two hires of ours, the one rated higher did better; 95 % intervals"
    return f"{words}. {found.restriction.note}" if found.restriction else words


def calibration(bins: pl.DataFrame, outcome: str) -> Finding:
    """Say whether the outcome rises with the rating."""
    means = bins["outcome_mean"].to_list()
    parts = [
        f"{row['rating']:.2f}: {value_text('ratio', row['outcome_mean'])} ({row['hires']:,})"
        for row in bins.iter_rows(named=True)
    ]
    text = f"Mean {outcome} by project rating, lowest first. {'; '.join(parts)}."
    if len(means) < 2:
        return Finding("All hires were rated alike", text)
    fewest = min(bins["hires"].to_list())
    if fewest < LEAST_HIRES:
        return Finding(f"Too few to say whether {outcome} rises with the rating: {fewest:,} in one step", text)
    rises = all(later >= sooner for sooner, later in pairwise(means))
    return Finding(
        f"{outcome.capitalize()} rises with each step of the rating"
        if rises
        else f"{outcome.capitalize()} does not rise with each step of the rating",
        text,
    )


def _interval(low: float | None, high: float | None) -> str:
    return "" if low is None or high is None else f" ({low:.2f} to {high:.2f})"
