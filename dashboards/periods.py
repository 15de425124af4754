"""Periods of the calendar: the first and the last day of the one that a day lies in."""

from calendar import monthrange
from datetime import date, timedelta

GRAINS = ("day", "week", "month", "quarter", "year")
"""Periods, the finest first; a week begins on Monday."""


def first_day(day: date, grain: str) -> date:
    """Return the first day of the period that a day lies in."""
    match grain:
        case "week":
            return day - timedelta(day.weekday())
        case "month":
            return day.replace(day=1)
        case "quarter":
            return date(day.year, day.month - (day.month - 1) % 3, 1)
        case "year":
            return date(day.year, 1, 1)
    return day


def last_day(day: date, grain: str) -> date:
    """Return the last day of the period that a day lies in."""
    first = first_day(day, grain)
    match grain:
        case "week":
            return first + timedelta(6)
        case "month" | "quarter" | "year":
            month = first.month + {"month": 0, "quarter": 2, "year": 11}[grain]
            return date(first.year, month, monthrange(first.year, month)[1])
    return day
