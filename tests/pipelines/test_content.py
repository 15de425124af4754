"""The content of tables: blind to order and bookkeeping, to nothing else."""

from collections.abc import Iterator

import duckdb
import pytest

from pipelines.content import Content, contents


@pytest.fixture
def connection() -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect() as opened:
        opened.execute("attach ':memory:' as analytics")
        opened.execute("use analytics")
        opened.execute("create schema raw")
        yield opened


def held(connection: duckdb.DuckDBPyConnection, rows: str) -> Content:
    """Return the content of a table of these rows."""
    columns = "name, born, _batch_id"
    connection.execute(f"create or replace table raw.people as select * from (values {rows}) as given ({columns})")
    return contents(connection, ["raw"])["raw.people"]


ADA, BOB, EPOCH = "('Ada', date '1815-12-10', 'b1')", "('Bob', null, 'b1')", "('Bob', date '1970-01-01', 'b1')"


def test_order_and_bookkeeping_make_no_difference(connection: duckdb.DuckDBPyConnection) -> None:
    assert held(connection, f"{ADA}, {BOB}") == held(connection, f"{BOB}, {ADA.replace('b1', 'b2')}")


@pytest.mark.parametrize(
    "rows",
    [
        ADA,
        f"{ADA}, {ADA}",
        f"{ADA}, {BOB}, {BOB}",
        f"{ADA}, {BOB.replace('Bob', 'Bo')}",
        f"{ADA}, {EPOCH}",
        f"{ADA.replace('Ada', 'Bob')}, {BOB.replace('Bob', 'Ada')}",
    ],
)
def test_another_row_makes_one(connection: duckdb.DuckDBPyConnection, rows: str) -> None:
    assert held(connection, rows) != held(connection, f"{ADA}, {BOB}")


def test_an_empty_table_and_a_view_have_their_place(connection: duckdb.DuckDBPyConnection) -> None:
    connection.execute("create table raw.nobody (name varchar)")
    connection.execute("create view raw.seen as select 1 as one")
    assert contents(connection, ["raw"]) == {"raw.nobody": Content(0, 0)}
    assert contents(connection, ["marts"]) == {}
