"""Warehouses that several tests look at, each built once."""

from collections.abc import Iterator

import duckdb
import pytest

from tests.conftest import once
from tests.dbt_project.curves import Curve, runner
from tests.dbt_project.golden import marketplace
from tests.dbt_project.marketplace import Built, Marketplace, build_marketplace, opened


@pytest.fixture(scope="session")
def empty(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Built]:
    """A marketplace without rows, built: the shape of every mart, and the published table macros."""
    built = opened(once(tmp_path_factory, "dbt_empty", lambda folder: build_marketplace(Marketplace(), folder)))
    yield built
    built.connection.close()


@pytest.fixture(scope="module")
def built_empty(empty: Built) -> duckdb.DuckDBPyConnection:
    return empty.connection


@pytest.fixture(scope="module")
def curve(built_empty: duckdb.DuckDBPyConnection) -> Curve:
    """Cumulative incidence of a frame."""
    return runner(built_empty, "cumulative_incidence")


@pytest.fixture(scope="module")
def kaplan_meier(built_empty: duckdb.DuckDBPyConnection) -> Curve:
    """Kaplan-Meier survival of a frame."""
    return runner(built_empty, "kaplan_meier")


@pytest.fixture(scope="session")
def golden(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Built]:
    """The marketplace of cases that were worked out by hand, built."""
    built = opened(once(tmp_path_factory, "dbt_golden", lambda folder: build_marketplace(marketplace(), folder)))
    yield built
    built.connection.close()
