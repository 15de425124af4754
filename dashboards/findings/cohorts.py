"""Findings of the Cohorts page."""

from collections.abc import Mapping

import polars as pl

from dashboards.findings import Finding
from dashboards.formats import count_text, money_text, share_text, value_text, whole_share_text
from dashboards.slices.cohorts import a_year_on, by_terms_since

RUNNING = "The running term is hatched: it is not over."


def employers_active(triangle: pl.DataFrame) -> Finding:
    """Say what share of employers is active again in the season in which it joined."""
    found = a_year_on(triangle)
    return Finding(
        "No employer joined a year ago yet"
        if found is None
        else f"{whole_share_text(found[0] / found[1])} of {count_text(found[1], 'employer')} "
        f"{'is' if found[1] == 1 else 'are'} active a year after joining",
        f"Employers with an accepted engagement, by terms since joining, cohorts pooled: {_path(triangle)}. {RUNNING}",
    )


def employers_spend(triangle: pl.DataFrame) -> Finding:
    """Say what employers spend in the season in which they joined, a year later."""
    found = a_year_on(triangle)
    return Finding(
        "No employer spent on joining a year ago yet"
        if found is None
        else f"A year after joining, employers spend {found[0] / found[1]:.1f} times the "
        f"{money_text(found[1])} of their joining terms",
        "Fees of accepted engagements against those of the joining term, by terms since joining, cohorts pooled: "
        f"{_path(triangle)}. {RUNNING}",
    )


def students(triangle: pl.DataFrame, did: str) -> Finding:
    """Say what share of students takes part again a year after joining; ``did`` is the verb."""
    found = a_year_on(triangle)
    return Finding(
        "No student joined a year ago yet"
        if found is None
        else f"{whole_share_text(found[0] / found[1])} of students {did} a year after joining",
        f"Share of the students of each joining term who {did} in a term, by terms since joining, cohorts pooled: "
        f"{_path(triangle)}. {RUNNING}",
    )


def _path(triangle: pl.DataFrame) -> str:
    """Write the pooled share of each term since joining."""
    pooled = by_terms_since(triangle)
    parts = [
        f"{count_text(row['terms_since'], 'term')} on {share_text(row['share'])}"
        for row in pooled.iter_rows(named=True)
    ]
    return ", ".join(parts) or "none"


def same_term(compared: pl.DataFrame, labels: Mapping[str, tuple[str, str]]) -> Finding:
    """Say how the latest complete term did against the same term a year before."""
    if compared.is_empty():
        return Finding("No complete term has one a year before", "This needs two complete terms of one season.")
    latest = compared.filter(pl.col("term") == compared["term"][-1])
    changes = [f"{labels[row['metric']][0]} {row['change'] * 100:+.0f} %" for row in latest.iter_rows(named=True)]
    parts = [
        f"{labels[row['metric']][0]}, {row['term']}: {value_text(labels[row['metric']][1], row['value'])} "
        f"after {value_text(labels[row['metric']][1], row['base'])}"
        for row in compared.iter_rows(named=True)
    ]
    return Finding(
        f"{latest['term'][0]} on the year before: {', '.join(changes)}",
        f"Complete terms against the same term a year before. {'; '.join(parts)}.",
    )
