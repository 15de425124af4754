"""Which batch came last, and which batch the marts show: a generation must never claim rows that it lacks."""

from datetime import datetime

import duckdb

from pipelines.contract import ENTITIES
from pipelines.errors import ThroughlineError


def last_batch(connection: duckdb.DuckDBPyConnection) -> str | None:
    """Return the batch that was begun last, by its number: a clock may go backward."""
    found = connection.sql("""
        select batch_id from ops.batches order by number desc nulls last, batch_id desc limit 1
    """).fetchall()
    return str(found[0][0]) if found else None


def begin(connection: duckdb.DuckDBPyConnection) -> None:
    """Note that the marts are being built: until that is done they are of no batch."""
    connection.execute("delete from ops.built")


def finish(connection: duckdb.DuckDBPyConnection, code_id: str) -> None:
    """Note that the marts show the last batch at the moment of ``ops.as_of``, made by this code."""
    connection.execute("insert into ops.built select $1, as_of, $2 from ops.as_of", [last_batch(connection), code_id])


def is_done(connection: duckdb.DuckDBPyConnection, code_id: str) -> bool:
    """Say whether the marts are those of the last batch, at its moment, by this code."""
    return built(connection) == wanted(connection, code_id)


def refuse_other(connection: duckdb.DuckDBPyConnection, code_id: str) -> None:
    """Raise where the marts are not those of the last batch, at its moment, by this code."""
    if is_done(connection, code_id):
        return
    (batch, as_of, _), found = wanted(connection, code_id), built(connection)
    said = f"one of batch {found[0]} as of {found[1]}" if found else "none that was finished"
    if found and found[:2] == (batch, as_of):
        said += ", made by other code"
    raise ThroughlineError(
        f"expected a build of batch {batch} as of {as_of}; found {said}. Build with `throughline build`.",
        next_command="throughline build",
    )


def built(connection: duckdb.DuckDBPyConnection) -> tuple[str, datetime, str] | None:
    """Return batch, moment and code of the marts; None where no build was finished."""
    found = connection.sql("select batch_id, as_of, code_id from ops.built").fetchall()
    return found[0] if found else None


def wanted(connection: duckdb.DuckDBPyConnection, code_id: str) -> tuple[str | None, datetime | None, str]:
    """Return batch, moment and code of the marts as they ought to be."""
    return last_batch(connection), moment(connection), code_id


def set_as_of(connection: duckdb.DuckDBPyConnection, as_of: datetime | None = None) -> datetime | None:
    """Set the moment up to which the data are seen: the one given, or the latest delivery of a platform entity."""
    platform = [entity.name for entity in ENTITIES.values() if entity.group == "platform"]
    (latest,) = connection.execute(
        """
        select coalesce(max(delivered_at) filter (where list_contains(?, entity)), max(delivered_at))
        from ops.deliveries where status = 'loaded'
        """,
        [platform],
    ).fetchall()[0]
    moment: datetime | None = as_of or latest
    if moment is not None:
        connection.execute("delete from ops.as_of")
        connection.execute("insert into ops.as_of values (?)", [moment])
    return moment


def moment(connection: duckdb.DuckDBPyConnection) -> datetime | None:
    """Return the moment up to which the data are seen."""
    found = connection.sql("select as_of from ops.as_of").fetchall()
    return found[0][0] if found else None
