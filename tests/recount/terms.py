"""Terms of four months: spring from January, summer from May, fall from September; numbered since year 0."""

from datetime import date


def term_of(day: date) -> int:
    """Return the number of a day's term."""
    return day.year * 3 + (day.month - 1) // 4


def first_day(term: int) -> date:
    """Return the first day of a term."""
    return date(term // 3, term % 3 * 4 + 1, 1)


def last_complete(today: date) -> int:
    """Return the last term that was over on a day: whose successor had begun."""
    return term_of(today) - 1
