"""The closed form of the cluster bootstrap: against the bootstrap itself, closed cases, and planted clusters.

The bootstrap, in turn, is held against the published macro.
"""

import duckdb
import numpy as np
import polars as pl
import pytest

from dashboards import bands
from dashboards.bands import Steps, Units, clustered_band, clustered_variance, log_log_band
from pipelines.sample.outcomes import draw_pairs, true_incidence
from pipelines.sample.scenario import YEAR, at_day, curve_of
from tests.dashboards import bootstrap
from tests.dashboards.bootstrap import bootstrapped_variance, weighted_incidences


def units_of(pairs: pl.DataFrame, cluster: object = None) -> Units:
    named = range(pairs.height) if cluster is None else cluster
    return Units.of(pairs["entry_days"], pairs["exit_days"], pairs["event_code"], list(named))


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
    monkeypatch.setattr(bootstrap, "CELLS_AT_ONCE", 100)  # so that the clusters come in several blocks
    pairs = late_pairs(7).with_columns(cluster=pl.Series(np.arange(300) % 10))
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
    found = [clustered_variance(units_of(table), [YEAR]) for table in tables]
    ratio = np.array([variance[0] for variance in found if variance is not None]) / analytic
    assert len(ratio) == 60
    assert ratio.mean() == pytest.approx(1, abs=0.05)


def test_copies_of_each_unit_in_a_cluster_of_its_own_add_nothing(connection: duckdb.DuckDBPyConnection) -> None:
    """Four copies: the curve stays, the analytic variance falls to a quarter, and the bootstrap's must not."""
    pairs = draw_pairs(400, np.random.default_rng(3))
    once = clustered_variance(units_of(pairs), [YEAR])
    copies = pl.concat([pairs] * 4)
    fourfold = clustered_variance(units_of(copies, np.tile(np.arange(400), 4)), [YEAR])
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
        edges = ([row[name]] for name in ("host_incidence", "host_lower", "host_upper"))
        band = clustered_band(units, [YEAR], *edges)
        assert band is not None
        assert band[0][0] <= row["host_lower"] + 1e-12
        assert band[1][0] >= row["host_upper"] - 1e-12
        covered.append(band[0][0] <= 0.1 <= band[1][0])
    assert 0.90 <= np.mean(covered) <= 0.98
    assert isinstance(plain, float)
    assert plain < 0.85


def test_the_closed_form_is_the_bootstrap_s_variance_over_200_seeds() -> None:
    """Late entry, ties and competing events; 60 clusters, where the bootstrap's own error is small."""
    days, ratios = [100, 200, 300], []
    for seed in range(200):
        pairs = late_clustered_pairs(seed)
        units = units_of(pairs, pairs["host"])
        closed = clustered_variance(units, days)
        assert closed is not None
        ratios.append(closed / bootstrapped_variance(units, days, seed=seed))
    found = np.array(ratios)
    np.testing.assert_allclose(found.mean(axis=0), 1, atol=0.03)
    assert found.std(axis=0).max() < 0.12, "400 draws alone scatter by a fourteenth"


def late_clustered_pairs(seed: int, hosts: int = 60, size: int = 15) -> pl.DataFrame:
    """Draw pairs of hosts of different sizes and shares, some watched late, some hired elsewhere."""
    rng = np.random.default_rng(seed)
    host = np.repeat(np.arange(hosts), rng.integers(1, 2 * size, hosts))
    count = len(host)
    hired, elsewhere = rng.random(count) < rng.beta(1, 6, hosts)[host], rng.random(count) < 0.4
    return pl.DataFrame(
        {
            "entry_days": rng.integers(0, 60, count) * (rng.random(count) < 0.2),
            "exit_days": rng.integers(1, 400, count),
            "event_code": np.where(hired, 1, np.where(elsewhere, 2, 0)),
            "host": host,
        }
    )


@pytest.mark.parametrize("cells", [bands.CELLS_AT_ONCE, 40])
def test_an_influence_is_by_how_much_the_curve_moves_per_weight(monkeypatch: pytest.MonkeyPatch, cells: int) -> None:
    """A difference quotient over the weight of each cluster; few cells make several blocks."""
    monkeypatch.setattr(bands, "CELLS_AT_ONCE", cells)
    pairs, days, step = late_clustered_pairs(1), np.array([30, 100, 250, 399]), 1e-6
    units = units_of(pairs, pairs["host"])
    weights = np.vstack([np.ones(60), np.ones((60, 60)) + step * np.eye(60)])
    moved = weighted_incidences(units, days, weights)
    influences = np.vstack(list(bands._influences(units, days)))
    np.testing.assert_allclose(influences, (moved[1:] - moved[0]) / step, atol=1e-7)
    np.testing.assert_allclose(influences.sum(axis=0), 0, atol=1e-12)


def test_without_censoring_the_variance_is_that_of_a_share() -> None:
    """Three of ten clusters of one unit: p (1 - p) / (C - 1), by hand."""
    units = Units.of([0] * 10, [5] * 3 + [20] * 7, [1] * 3 + [0] * 7, range(10))
    variance = clustered_variance(units, [10])
    assert variance is not None
    assert variance[0] == pytest.approx(0.3 * 0.7 / 9)


def test_the_last_of_all_leaving_divides_by_nobody() -> None:
    units = Units.of([0] * 12, [30] * 12, [1] * 12, range(12))
    variance = clustered_variance(units, [29, 30, 31])
    assert variance is not None
    assert variance.tolist() == [0.0, 0.0, 0.0]


@pytest.mark.parametrize("seed", range(3))
def test_the_steps_follow_the_macro_s_curve(connection: duckdb.DuckDBPyConnection, seed: int) -> None:
    pairs = late_pairs(seed)
    drawn = macro(connection, pairs)
    steps = Steps.of(units_of(pairs), 60)
    np.testing.assert_allclose(steps.incidence[drawn["day"].to_numpy()], drawn["host_incidence"], atol=1e-12)


def test_between_the_days_that_are_kept_the_band_is_close(connection: duckdb.DuckDBPyConnection) -> None:
    pairs = late_clustered_pairs(5, hosts=400)
    drawn = macro(connection, pairs.drop("host")).filter(pl.col("host_lower").is_not_null() & (pl.col("day") < 300))
    units, days = units_of(pairs, pairs["host"]), drawn["day"]
    edges = [drawn[name].to_numpy() for name in ("host_incidence", "host_lower", "host_upper")]
    whole, kept = clustered_band(units, days, *edges), clustered_band(units, days, *edges, kept=days[::5].to_numpy())
    assert whole is not None
    assert kept is not None
    later = days.to_numpy() > 30
    width = (whole[1] - whole[0])[later]
    for edge, exact in zip(kept, whole, strict=True):
        assert (np.abs(edge - exact)[later] / width).max() < 0.02


def test_nine_clusters_are_too_few_to_say() -> None:
    units = units_of(clustered_pairs(1, hosts=9), clustered_pairs(1, hosts=9)["host"])
    assert units.cluster_count == 9
    assert clustered_variance(units, [YEAR]) is None
    assert clustered_band(units, [YEAR], [0.1], [0.08], [0.12]) is None


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
