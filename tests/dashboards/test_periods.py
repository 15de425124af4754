"""Where periods begin and end, against the calendar itself."""

from datetime import date, timedelta

import pytest

from dashboards.periods import GRAINS, first_day, last_day


@pytest.mark.parametrize(
    ("grain", "first", "last"),
    [
        ("day", date(2024, 2, 15), date(2024, 2, 15)),
        ("week", date(2024, 2, 12), date(2024, 2, 18)),
        ("month", date(2024, 2, 1), date(2024, 2, 29)),
        ("quarter", date(2024, 1, 1), date(2024, 3, 31)),
        ("year", date(2024, 1, 1), date(2024, 12, 31)),
    ],
)
def test_a_period_begins_and_ends_where_the_calendar_says(grain: str, first: date, last: date) -> None:
    day = date(2024, 2, 15)
    assert (first_day(day, grain), last_day(day, grain)) == (first, last)


@pytest.mark.parametrize("grain", GRAINS)
def test_periods_follow_one_another_without_a_gap(grain: str) -> None:
    days = [date(2023, 12, 1) + timedelta(number) for number in range(500)]
    for day in days:
        after = last_day(day, grain) + timedelta(1)
        assert first_day(day, grain) <= day < after == first_day(after, grain)
        assert first_day(last_day(day, grain), grain) == first_day(day, grain)


def test_the_last_day_that_can_be_written_ends_its_month() -> None:
    assert last_day(date.max, "month") == last_day(date.max, "year") == date.max
