"""What an erasure still owes, kept in the warehouse so that a run that broke off is finished by the next."""

from datetime import datetime

import duckdb

SWEEP, COPIES, REWRITE, PUBLISH = "sweep", "copies", "rewrite", "publish"
"""Steps in their order: tables, landing copies, a fresh warehouse file, a new generation without the earlier ones."""


def owe(connection: duckdb.DuckDBPyConnection, *steps: str) -> None:
    """Note steps that are still to be done, each once."""
    for step in steps:
        connection.execute(
            "insert into ops.erasure_debts select $1 where $1 not in (select step from ops.erasure_debts)", [step]
        )


def owed(connection: duckdb.DuckDBPyConnection) -> set[str]:
    """Return the steps that are still to be done."""
    return {step for (step,) in connection.sql("select distinct step from ops.erasure_debts").fetchall()}


def paid(connection: duckdb.DuckDBPyConnection, step: str) -> None:
    """Note that a step is done."""
    connection.execute("delete from ops.erasure_debts where step = ?", [step])


def request(connection: duckdb.DuckDBPyConnection, erasure_id: str, moment: datetime) -> None:
    """Keep that a person asked to be erased: when, and nothing else."""
    connection.execute("insert into ops.erasures values (?, ?)", [erasure_id, moment])
