"""The cluster bootstrap: against the published macro, against closed cases, and against planted clusters."""

import duckdb
import numpy as np
import polars as pl
import pytest

from dashboards import bands
from dashboards.bands import Units, clustered_band, clustered_variance, log_log_band, weighted_incidences
from pipelines.sample.outcomes import draw_pairs, true_incidence
from pipelines.sample.scenario import YEAR, at_day, curve_of


def units_of(pairs: pl.DataFrame, cluster: object = None) -> Units:
    named = range(pairs.height) if cluster is None else cluster
    return Units.of(pairs["entry_days"], pairs["exit_days"], pairs["event_code"], named)


def late_pairs(seed: int, size: int = 300) -> pl.DataFrame:
    """Draw pairs with ties, late entry and competing events, some of which left before they were watched."""
    rng = np.random.default_rng(seed)
    return pl.DataFrame(
        {
            "entry_days": rng.integers(0, 20, size) * rng.integers(0, 2, size),
            "exit_days": rng.integers(1, 60, size),
            "event_code": rng.integers(0, 3, size),
        }
    )


@pytest.fixture(scope="module")
def connection() -> duckdb.DuckDBPyConnection:
    return duckdb.connect()


def macro(connection: duckdb.DuckDBPyConnection, pairs: pl.DataFrame) -> pl.DataFrame:
    """Return the macro's curve of all pairs together, or of each group."""
    grouped = pairs if "group_key" in pairs.columns else pairs.with_columns(group_key=pl.lit(0))
    return curve_of(connection, "cumulative_incidence", grouped)


@pytest.mark.parametrize("seed", range(5))
def test_the_curve_of_the_clusters_as_they_are_is_the_macro_s(connection: duckdb.DuckDBPyConnection, seed: int) -> None:
    pairs = late_pairs(seed)
    clusters = np.random.default_rng(seed).integers(0, 12, pairs.height)
    drawn = macro(connection, pairs)
    ours = weighted_incidences(units_of(pairs, clusters), drawn["day"], np.ones(12))
    np.testing.assert_allclose(ours[0], drawn["host_incidence"], atol=1e-12)


def test_a_cluster_that_is_drawn_twice_counts_twice_and_one_that_is_not_drawn_never(
    connection: duckdb.DuckDBPyConnection, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bands, "CELLS_AT_ONCE", 100)  # so that the clusters come in several blocks
    pairs = late_pairs(7).with_columns(cluster=pl.lit(np.arange(300) % 10))
    times = np.random.default_rng(7).multinomial(10, np.full(10, 0.1))
    drawn_anew = pl.concat(pairs.filter(pl.col("cluster") == each) for each in range(10) for _ in range(times[each]))
    drawn = macro(connection, drawn_anew.drop("cluster"))
    ours = weighted_incidences(units_of(pairs, pairs["cluster"]), drawn["day"], times)
    assert sorted(times)[0] == 0
    assert times.max() > 1
    np.testing.assert_allclose(ours[0], drawn["host_incidence"], atol=1e-12)


def test_with_one_cluster_per_unit_the_variance_is_the_analytic_one_on_average(
    connection: duckdb.DuckDBPyConnection,
) -> None:
    tables = [draw_pairs(300, np.random.default_rng(seed)).with_columns(group_key=pl.lit(seed)) for seed in range(60)]
    analytic = at_day(macro(connection, pl.concat(tables)), YEAR)["host_variance"].to_numpy()
    found = [clustered_variance(units_of(table), [YEAR], draws=300, seed=n) for n, table in enumerate(tables)]
    ratio = np.array([variance[0] for variance in found if variance is not None]) / analytic
    assert len(ratio) == 60
    assert ratio.mean() == pytest.approx(1, abs=0.05)


def test_copies_of_each_unit_in_a_cluster_of_its_own_add_nothing(connection: duckdb.DuckDBPyConnection) -> None:
    """Four copies: the curve stays, the analytic variance falls to a quarter, and the bootstrap's must not."""
    pairs = draw_pairs(400, np.random.default_rng(3))
    once = clustered_variance(units_of(pairs), [YEAR], draws=2000)
    copies = pl.concat([pairs] * 4)
    fourfold = clustered_variance(units_of(copies, np.tile(np.arange(400), 4)), [YEAR], draws=2000)
    assert once is not None
    assert fourfold is not None
    assert fourfold[0] == pytest.approx(once[0], rel=1e-9)
    quarter = at_day(macro(connection, copies), YEAR)["host_variance"][0]
    assert fourfold[0] / quarter == pytest.approx(4, rel=0.15)


def clustered_pairs(seed: int, hosts: int = 40, size: int = 30) -> pl.DataFrame:
    """Draw pairs of hosts that hire with a probability of their own, a tenth on average."""
    rng = np.random.default_rng(seed)
    shares = np.repeat(rng.beta(1, 9, hosts), size)
    hired = rng.random(hosts * size) < shares
    days = np.where(hired, rng.integers(1, YEAR + 1, hosts * size), 400)
    return pl.DataFrame(
        {
            "entry_days": np.zeros(hosts * size, dtype=np.int64),
            "exit_days": days,
            "event_code": hired.astype(np.int64),
            "host": np.repeat(np.arange(hosts), size),
        }
    )


def test_where_hosts_differ_the_band_covers_the_truth_and_the_plain_one_does_not(
    connection: duckdb.DuckDBPyConnection,
) -> None:
    tables = [clustered_pairs(seed).with_columns(group_key=pl.lit(seed)) for seed in range(200)]
    curves = at_day(macro(connection, pl.concat(tables).drop("host")), YEAR)
    plain = ((curves["host_lower"] <= 0.1) & (curves["host_upper"] >= 0.1)).mean()
    covered = []
    for table, row in zip(tables, curves.iter_rows(named=True), strict=True):
        units = units_of(table, table["host"])
        band = clustered_band(units, [YEAR], [row["host_incidence"]], [row["host_variance"]], draws=200)
        assert band is not None
        assert band[0][0] <= row["host_lower"] + 1e-12
        assert band[1][0] >= row["host_upper"] - 1e-12
        covered.append(band[0][0] <= 0.1 <= band[1][0])
    assert 0.90 <= np.mean(covered) <= 0.98
    assert isinstance(plain, float)
    assert plain < 0.85


def test_a_band_repeats_itself_for_a_seed_and_differs_for_another() -> None:
    units = units_of(clustered_pairs(1), clustered_pairs(1)["host"])
    first, again, other = (clustered_variance(units, [100, YEAR], seed=seed) for seed in (4, 4, 5))
    assert first is not None
    np.testing.assert_array_equal(first, again)
    assert not np.array_equal(first, other)


def test_nine_clusters_are_too_few_to_say() -> None:
    units = units_of(clustered_pairs(1, hosts=9), clustered_pairs(1, hosts=9)["host"])
    assert units.cluster_count == 9
    assert clustered_variance(units, [YEAR]) is None
    assert clustered_band(units, [YEAR], [0.1], [0.001]) is None


def test_the_log_log_band_is_the_macro_s_and_unknown_at_zero_and_one(connection: duckdb.DuckDBPyConnection) -> None:
    drawn = macro(connection, late_pairs(2)).filter(pl.col("host_lower").is_not_null())
    low, high = log_log_band(drawn["host_incidence"], drawn["host_variance"])
    np.testing.assert_allclose(low, drawn["host_lower"], atol=1e-12)
    np.testing.assert_allclose(high, drawn["host_upper"], atol=1e-12)
    assert np.isnan(np.array(log_log_band([0.0, 1.0], [0.0, 0.0]))).all()


def test_nobody_hired_is_an_incidence_of_zero() -> None:
    units = Units.of([0] * 12, [30] * 12, [0] * 12, range(12))
    assert weighted_incidences(units, [10, 40], np.ones(12)).tolist() == [[0.0, 0.0]]
    assert weighted_incidences(Units.of([], [], [], []), [10], np.ones(0)).tolist() == [[0.0]]


def test_the_planted_scenario_has_the_incidence_that_is_known() -> None:
    pairs = draw_pairs(100_000, np.random.default_rng(8))
    found = weighted_incidences(units_of(pairs, np.zeros(pairs.height)), [180, YEAR, 730], np.ones(1))
    np.testing.assert_allclose(found[0], true_incidence(np.array([180.0, 365.0, 730.0])), atol=0.003)
