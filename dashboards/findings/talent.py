"""Findings of the talent pool."""

import polars as pl

from dashboards.findings import Finding
from dashboards.formats import count_text, whole_share_text
from dashboards.slices.talent import BANDS, GOOD_RATING, RECENCY, UNKNOWN, Prior

CONTACT = "Whether somebody works elsewhere by now is not shown to employers"


def pool(people: pl.DataFrame) -> Finding:
    """Say how many there are to invite back, and how many of them are well rated."""
    good = people.filter(pl.col("rating") >= GOOD_RATING).height
    rated = people.drop_nulls("rating").height
    return Finding(
        f"{count_text(people.height, 'person', 'people')} to invite back, {good:,} rated {GOOD_RATING} or better",
        f"Completers who agree to be contacted and were not hired here yet, best rated first; {rated:,} were rated. "
        f"{CONTACT}.",
    )


def order(prior: Prior | None) -> str:
    """Say how the pool is ordered, and how far few ratings are trusted."""
    if prior is None:
        return f"Nobody was rated yet: the last to complete first. {CONTACT}"
    if prior.weight is None:
        return f"By our mean rating: nobody was rated twice, so that luck cannot be told from ability. {CONTACT}"
    mean = f"our mean of {prior.mean:.2f}"
    if prior.weight == float("inf"):
        return f"By our mean rating: people differ by no more than chance, so that each is drawn to {mean}. {CONTACT}"
    worth = f"{prior.weight:,.1f} ratings"
    return f"By shrunk rating: the mean of a person's ratings, drawn to {mean} as if by {worth} more. {CONTACT}"


def contacts(people: pl.DataFrame, agreed: int, completers: int) -> Finding:
    """Say how many people of the pool may be contacted, and how many of all who completed work here agreed to it."""
    return Finding(
        f"{count_text(people.height, 'person', 'people')} to write to",
        f"{agreed:,} of {count_text(completers, 'person', 'people')} who completed work here agreed to be contacted.",
    )


def no_contacts() -> str:
    """Say to whom names and addresses are shown."""
    return "Names and addresses are shown to the employer that somebody worked for, and to nobody else."


def by_graduation(found: pl.DataFrame) -> Finding:
    """Say in which term most of the pool graduates."""
    ahead = found.filter(~pl.col("group").is_in(["Graduated", UNKNOWN]))
    totals = _totals(found)
    parts = "; ".join(f"{group} {count:,}" for group, count in totals.items())
    summary = f"People of the pool by term of graduation: {parts}."
    if ahead.is_empty():
        return Finding("Nobody in the pool is known to graduate later", summary)
    most = ahead.group_by("group", maintain_order=True).agg(pl.col("people").sum())
    group, count = most.sort("people", descending=True, maintain_order=True).row(0)
    graduated = totals.get("Graduated", 0)
    return Finding(
        f"Of those still studying, {group} graduates the most: {count:,}; {graduated:,} have graduated", summary
    )


def by_recency(found: pl.DataFrame) -> Finding:
    """Say what share of the pool completed work lately."""
    totals = _totals(found)
    lately, everybody = totals.get(RECENCY[0], 0), sum(totals.values())
    good = found.filter(pl.col("group") == RECENCY[0], pl.col("band") == BANDS["good"])["people"].sum()
    parts = "; ".join(f"{group} months {count:,}" for group, count in totals.items())
    return Finding(
        f"{whole_share_text(lately / everybody if everybody else None)} completed work in the last 6 months, "
        f"{good:,} of them well rated",
        f"People of the pool by months since their last completed work: {parts}.",
    )


def _totals(found: pl.DataFrame) -> dict[str, int]:
    return dict(found.group_by("group", maintain_order=True).agg(pl.col("people").sum()).iter_rows())
