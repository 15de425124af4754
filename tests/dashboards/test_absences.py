"""Which values of a filter no row has, and what it takes to find out."""

import polars as pl
import pytest

from dashboards import absences as room
from dashboards.absences import absences
from dashboards.conditions import condition
from dashboards.database import Generation, Query, TooSlowError
from dashboards.database import run as real_run
from dashboards.reach import Reach


@pytest.fixture
def fetched(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """Collect how many values each statement brings into this process."""
    heights: list[int] = []

    def run(generation: Generation, query: Query, *limits: float) -> pl.DataFrame:
        found = real_run(generation, query, *limits)
        heights.append(found.height)
        return found

    monkeypatch.setattr(room, "run", run)
    return heights


def said(generation: Generation, name: str, text: str) -> list[str]:
    reach, asked = Reach(generation, (name,)), condition(text)
    dimension = reach.filtered(asked.name)
    return list(absences(generation, reach.mart_of(dimension), dimension, asked))


def test_of_a_value_that_some_row_has_only_that_value_is_fetched(generation: Generation, fetched: list[int]) -> None:
    assert said(generation, "applications", "category in sales, research") == []
    assert fetched == [2]


def test_a_filter_without_values_asks_nothing(generation: Generation, fetched: list[int]) -> None:
    assert said(generation, "applications", "category is null") == []
    assert fetched == []


def test_keys_are_looked_up_and_never_listed(generation: Generation, fetched: list[int]) -> None:
    (held,) = real_run(generation, Query("select min(project_id) as id from marts.fct_applications"))["id"]
    assert said(generation, "applications", f"project in {held}, P0") == ["No row has project = 'P0'."]
    assert fetched == [1]


def test_at_most_so_many_values_are_fetched_for_a_suggestion_and_the_most_alike_of_them(
    generation: Generation, fetched: list[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(room, "CANDIDATES", 2)
    assert "nearest: marketing" in said(generation, "applications", "category = marketng")[0]
    assert fetched == [0, 2]


def test_a_date_is_compared_as_its_day(generation: Generation) -> None:
    (held,) = real_run(generation, Query("select min(applied_date) as day from marts.fct_applications"))["day"]
    assert said(generation, "applications", f"applied_date = {held}") == []
    assert "No row has applied_date = '1999-01-01'" in said(generation, "applications", "applied_date = 1999-01-01")[0]


def test_a_suggestion_that_takes_too_long_is_left_out(generation: Generation, monkeypatch: pytest.MonkeyPatch) -> None:
    def slow(generation: Generation, query: Query, *limits: float) -> pl.DataFrame:
        if limits:
            raise TooSlowError(*limits)
        return real_run(generation, query)

    monkeypatch.setattr(room, "run", slow)
    assert said(generation, "applications", "category = marketng") == ["No row has category = 'marketng'."]
