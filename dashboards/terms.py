"""Terms of the academic year: their order, their ends, and the same term a year earlier."""

from datetime import date

ORDER = {"Spring": 1, "Summer": 2, "Fall": 3}
LAST_MONTH = {"Spring": 4, "Summer": 8, "Fall": 12}


def term_key(label: str | None) -> tuple[int, int]:
    """Return what sorts labels such as ``Fall 2025`` by time; an unknown label comes first."""
    season, _, year = (label or "").partition(" ")
    return (int(year) if year.isdigit() else 0, ORDER.get(season, 0))


def year_before(label: str) -> str:
    """Return the same term a year earlier."""
    season, _, year = label.partition(" ")
    return f"{season} {int(year) - 1}"


def against_text(term: str, base_term: str) -> str:
    """Write what is compared: ``Summer 2026 on 2025``."""
    return f"{term} on {base_term.rpartition(' ')[2]}"


def is_over(label: str, day: date) -> bool:
    """Tell whether the term ended before a day."""
    year, order = term_key(label)
    season = next(name for name, place in ORDER.items() if place == order)
    return (year, LAST_MONTH[season]) < (day.year, day.month)
