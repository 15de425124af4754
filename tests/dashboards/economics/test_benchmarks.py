"""The published figures are consistent with each other, and say over what they were taken."""

import csv
from pathlib import Path

import pytest

SEED = Path(__file__).resolve().parents[3] / "dbt_project" / "seeds" / "benchmarks.csv"
with SEED.open() as lines:
    ROWS = {row["benchmark_id"]: row for row in csv.DictReader(lines)}


@pytest.mark.parametrize("year", ["2016", "2017", "2021"])
def test_conversion_is_offer_rate_times_acceptance(year: str) -> None:
    """72.7 % x 85.2 % = 61.9 %; 67.1 % x 76.4 % = 51.3 %; 80 % x 83.1 % = 66.5 %, published as 66.4 %."""
    offered, accepted, converted = (
        float(ROWS[f"{name}-{year}"]["figure"]) for name in ("offer-rate", "acceptance", "conversion")
    )
    assert offered * accepted == pytest.approx(converted, abs=0.001)
    assert all(int(ROWS[f"{name}-{year}"]["year"]) == int(year) for name in ("offer-rate", "acceptance", "conversion"))


def test_every_rate_of_employers_says_in_its_label_that_it_is_their_mean() -> None:
    """Retention, conversion, offers and reneges stand beside rates of ours, which are pooled."""
    ours = {"one-year retention", "conversion", "offer rate", "offer acceptance", "renege"}
    rates = [row for row in ROWS.values() if row["quantity"] in ours]
    assert {row["quantity"] for row in rates} == ours
    assert all(row["basis"] == "mean over employers" in row["label"] for row in rates)
