"""Concentration: the published table macro against figures worked out by hand and against the textbook's double sum."""

from collections.abc import Callable
from itertools import product

import duckdb
import polars as pl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.dbt_project.marketplace import Built
from tests.dbt_project.semantic import semantic_layer

Measured = Callable[[pl.DataFrame], dict[str, dict[str, float]]]


@pytest.fixture(scope="module")
def measured(built_empty: duckdb.DuckDBPyConnection) -> Measured:
    """Return a function that runs the published table macro on a frame: group -> measure -> value."""

    def run(units: pl.DataFrame) -> dict[str, dict[str, float]]:
        built_empty.register("frame", units.to_arrow())
        built_empty.execute("create or replace temp table some_units as select * from frame")
        built_empty.unregister("frame")
        answer = built_empty.execute("select * from marts.concentration('some_units')")
        found = pl.DataFrame(answer.to_arrow_table())
        return {str(row["group_key"]): row for row in found.iter_rows(named=True)}

    return run


def frame(*amounts: float | None) -> pl.DataFrame:
    return pl.DataFrame({"amount": pl.Series(amounts, dtype=pl.Float64)})


def test_the_hhi_of_30_30_20_20_is_2600(measured: Measured) -> None:
    """900 + 900 + 400 + 400 (METRICS, golden test f)."""
    assert measured(frame(30, 30, 20, 20))["all"]["hhi"] == pytest.approx(2600)


def test_a_monopoly_has_an_hhi_of_10000_and_a_hundred_equals_have_100(measured: Measured) -> None:
    """The two ends of the scale, as the US merger guidelines (2023, section 2.1) give them."""
    assert measured(frame(7))["all"]["hhi"] == pytest.approx(10_000)
    assert measured(frame(*[3] * 100))["all"]["hhi"] == pytest.approx(100)


def test_the_ten_greatest_of_twenty_equals_hold_half(measured: Measured) -> None:
    assert measured(frame(*[5] * 20))["all"]["top_10_share"] == pytest.approx(0.5)


def test_fewer_than_eleven_hold_everything(measured: Measured) -> None:
    assert measured(frame(1, 2, 3))["all"]["top_10_share"] == 1


def test_the_gini_of_equals_is_0_and_of_all_in_one_of_four_hands_three_quarters(measured: Measured) -> None:
    """(n - 1) / n is the greatest that n units can reach; units with nothing count."""
    assert measured(frame(2, 2, 2, 2))["all"]["gini"] == pytest.approx(0)
    assert measured(frame(0, 0, 0, 8))["all"]["gini"] == pytest.approx(3 / 4)


def test_the_gini_of_1_2_3_4_is_a_quarter(measured: Measured) -> None:
    """2 x (1 + 4 + 9 + 16) / (4 x 10) - 5 / 4 = 1.5 - 1.25."""
    assert measured(frame(3, 1, 4, 2))["all"]["gini"] == pytest.approx(0.25)


def test_shares_of_nothing_are_unknown(measured: Measured) -> None:
    found = measured(frame(0, 0))["all"]
    assert found["unit_count"] == 2
    assert found["total"] == 0
    assert [found[name] for name in ("top_10_share", "hhi", "gini")] == [None, None, None]


def test_a_unit_whose_amount_is_unknown_is_left_out(measured: Measured) -> None:
    found = measured(frame(30, None, 30, 20, 20))["all"]
    assert found["unit_count"] == 4
    assert found["hhi"] == pytest.approx(2600)


def test_groups_do_not_mix(measured: Measured) -> None:
    units = pl.concat([frame(30, 30, 20, 20).with_columns(group_key=1), frame(9, 1).with_columns(group_key=2)])
    found = measured(units)
    assert found["1"]["hhi"] == pytest.approx(2600)
    assert found["2"]["hhi"] == pytest.approx(8100 + 100)


@settings(max_examples=100, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(amounts=st.lists(st.integers(0, 1000), min_size=1, max_size=30).filter(any))
def test_each_measure_is_the_textbook_s(measured: Measured, amounts: list[int]) -> None:
    """Gini as the mean difference of all pairs over twice the mean; the ten greatest by sorting."""
    n, total = len(amounts), sum(amounts)
    differences = sum(abs(one - other) for one, other in product(amounts, amounts))
    found = measured(frame(*amounts))["all"]
    assert found["gini"] == pytest.approx(differences / (2 * n * total), abs=1e-12)
    assert found["hhi"] == pytest.approx(sum((100 * amount / total) ** 2 for amount in amounts), rel=1e-12)
    assert found["top_10_share"] == pytest.approx(sum(sorted(amounts)[-10:]) / total, rel=1e-12)


@pytest.mark.parametrize(
    ("metric", "measure", "column"),
    [
        ("gmv_hhi", "GMV booked", "hhi"),
        ("gmv_top_10_share", "GMV booked", "top_10_share"),
        ("selection_gini", "selections", "gini"),
    ],
)
def test_a_metric_of_concentration_is_the_platform_s_and_no_category_s(
    golden: Built, metric: str, measure: str, column: str
) -> None:
    """The row's own arithmetic is a unit test by hand, at agg_concentration."""
    row = f"select {column} from marts.agg_concentration where measure = ? and scope = 'platform'"
    metrics = semantic_layer(golden.result.semantic_manifest, golden.connection)
    assert metrics.value(metric) == pytest.approx(golden.one(row, measure)[0])
