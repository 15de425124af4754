"""Metrics that move: a past that is told otherwise, and a newest cohort unlike all before it."""

from collections.abc import Iterable
from datetime import date, datetime

import numpy as np
import pytest

from pipelines.asking.figures import Figure
from pipelines.drift.findings import Finding
from pipelines.drift.moves import Since, most_rewritten, of_metrics, told_otherwise

Cohorts = dict[date, Figure]


def cohorts(*parts: tuple[float, float], first: int = 0) -> Cohorts:
    months = [date(2020 + place // 12, place % 12 + 1, 1) for place in range(first, first + len(parts))]
    return {month: Figure(month, *part) for month, part in zip(months, parts, strict=True)}


def found(before: Cohorts, after: Cohorts, as_of: datetime = datetime(2020, 1, 1), rows: int = 0) -> list[Finding]:
    since = Since(as_of, rows, {"rate": 365})
    return list(of_metrics({"rate": before}, {"rate": after}, since, lambda name: f"{name} {{first}} {{last}}"))


def kinds(findings: Iterable[Finding]) -> list[str]:
    return [each.kind for each in findings]


@pytest.mark.parametrize(
    ("before", "now", "units"),
    [
        ((8, 100), (8, 100), 0),
        ((8, 100), (30, 160), 0),
        ((8, 100), (6, 100), 2),
        ((8, 100), (10, 100), 2),
        ((8, 100), (4, 50), 50),
        ((8, 100), (0, 0), 100),
    ],
)
def test_units_told_otherwise_are_those_that_left_a_cell(
    before: tuple[float, float], now: tuple[float, float], units: float
) -> None:
    assert told_otherwise(Figure(date.min, *before), Figure(date.min, *now)) == units


def test_noise_is_three_standard_deviations_of_the_count_or_one_in_a_hundred() -> None:
    assert most_rewritten([Figure(date.min, 50, 100)]) == 15
    assert most_rewritten([Figure(date.min, 5_000, 10_000)]) == 150
    assert most_rewritten([Figure(date.min, 50_000, 1_000_000)]) == 10_000
    assert most_rewritten([Figure(date.min, 1, 3)]) == 5


def test_cohorts_that_grow_and_a_few_corrections_are_no_drift() -> None:
    before = cohorts(*[(40, 100)] * 12)
    after = cohorts(*[(40 + place, 100 + 3 * place) for place in range(12)], (5, 20))
    assert found(before, after) == []
    assert found(before, cohorts(*[(39, 100)] * 12)) == []


def test_a_month_that_is_told_otherwise_blocks_with_its_months_and_figures() -> None:
    before = cohorts(*[(40, 100)] * 12)
    after = cohorts(*[(40, 100)] * 4, (10, 100), *[(40, 100)] * 7)
    (finding,) = found(before, after)
    assert (finding.kind, finding.subject, finding.severity) == ("past moved", "rate", "blocks")
    assert "2020-05: 40.0% (40 of 100)" in finding.expected
    assert "30 units told otherwise" in finding.found
    assert "10.0% (10 of 100)" in finding.found
    assert finding.look == "rate 2020-05-01 2020-05-01"


def test_the_same_rate_of_half_the_units_is_a_past_that_moved() -> None:
    assert kinds(found(cohorts((40, 100)), cohorts((20, 50)))) == ["past moved"]


def test_a_small_shift_in_each_month_is_seen_in_all_together() -> None:
    before, after = cohorts(*[(40, 100)] * 24), cohorts(*[(34, 100)] * 24)
    assert all(told_otherwise(before[month], after[month]) <= most_rewritten([before[month]]) for month in before)
    (finding,) = found(before, after)
    assert "all its months" in finding.found


def test_months_that_went_elsewhere_are_a_past_that_moved() -> None:
    assert kinds(found(cohorts(*[(40, 100)] * 3), cohorts(*[(40, 100)] * 3, first=1))) == ["past moved"]


def test_months_that_are_over_grow_by_a_quarter_or_by_the_rows_that_came() -> None:
    before, twice, more = cohorts(*[(40, 100)] * 3), cohorts(*[(80, 200)] * 3), cohorts(*[(45, 125)] * 3)
    assert [each.subject for each in found(before, twice, datetime(2023, 1, 1))] == ["rate (size)"]
    assert found(before, more, datetime(2023, 1, 1)) == []
    assert found(before, twice, datetime(2023, 1, 1), rows=300) == []
    assert found(before, twice, datetime(2021, 1, 1)) == []
    (partly,) = found(before, twice, datetime(2021, 4, 10), rows=50)
    assert "in the 2 months that are over" in partly.expected


def test_the_newest_cohort_is_held_against_its_elders() -> None:
    elders = [(40.0 + place % 3, 100.0) for place in range(12)]

    def newest(hits: float) -> list[str]:
        return kinds(found(cohorts(*elders), cohorts(*elders, (hits, 100.0))))

    assert newest(41) == newest(60) == newest(20) == []
    assert newest(75) == ["newest unusual"]
    assert newest(98) == ["newest far off"]
    assert kinds(found(cohorts(*elders[:5]), cohorts(*elders[:5], (98, 100)))) == []
    assert kinds(found(cohorts(*elders), cohorts(*elders, (24, 25)))) == []
    assert kinds(found(cohorts(*elders, (98, 100)), cohorts(*elders, (98, 100)))) == []


def test_cohorts_of_one_rate_hardly_ever_alarm() -> None:
    draw = np.random.default_rng(7)
    alarms = 0
    for _ in range(400):
        rate, size = draw.uniform(0.02, 0.98), int(draw.integers(30, 400))
        parts = [(float(draw.binomial(size, rate)), float(size)) for _ in range(13)]
        alarms += len(found(cohorts(*parts[:-1]), cohorts(*parts)))
    assert alarms <= 1
