"""The search for drift: in what was delivered since the generation before, and in what would now be shown."""

from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

import duckdb

from pipelines import generations
from pipelines.drift import moves, schemas, silence, volumes
from pipelines.drift.deliveries import Delivery, Shown, feeds
from pipelines.drift.findings import Finding
from pipelines.drift.keeping import accepted_levels
from pipelines.reconcile import row_counts
from pipelines.sql import literal

DEPENDENTS = """
    with recursive made_from as (
        select parent as entity, layer, node from meta.lineage where parent_layer = 'source'
        union
        select made_from.entity, lineage.layer, lineage.node
        from made_from
        inner join meta.lineage as lineage on lineage.parent_layer = made_from.layer and lineage.parent = made_from.node
    )
    select split_part(entity, '.', 2), list(distinct node order by node) from made_from
    where layer = 'metric' group by entity
"""


def shown_before(published: Path) -> Shown | None:
    """Return what the current generation shows; None where nothing was published."""
    now = generations.standing(published)
    return Shown(now.batch_id, datetime.fromisoformat(now.as_of)) if now else None


def in_deliveries(connection: duckdb.DuckDBPyConnection, shown: Shown | None) -> list[Finding]:
    """Return the drift in what was delivered since the generation before: columns, rows that fail, volumes."""
    return list(of_deliveries(connection, feeds(connection, shown), is_first=shown is None))


def of_deliveries(
    connection: duckdb.DuckDBPyConnection, known: list[list[Delivery]], *, is_first: bool
) -> Iterator[Finding]:
    """Yield what of the new deliveries drifts; before a first publish there is no volume to drift from."""
    accepted = accepted_levels(connection)
    yield from schemas.of_failures(connection, known, accepted)
    if not is_first:
        yield from volumes.of_deliveries(connection, known, accepted)
    yield from schemas.of_columns(known)


def in_generation(
    connection: duckdb.DuckDBPyConnection, shown: Shown | None, old: Path | None, new: Path, kept: Path
) -> list[Finding]:
    """Return the drift in a file that would be published: deliveries and feeds, marts and metrics against ``old``.

    One that shows an earlier moment than the generation before was asked for: its marts and metrics are not compared.
    ``kept`` is where compiled statements lie from run to run.
    """
    known = feeds(connection, shown)
    (as_of,) = connection.sql("select max(as_of) from ops.as_of").fetchall()[0]
    suffering = dependents(new)
    found = [
        *of_deliveries(connection, known, is_first=shown is None),
        *silence.of_deliveries(known, as_of, suffering),
        *silence.of_outcomes(connection, as_of, suffering),
    ]
    if old is not None and shown is not None and as_of >= shown.as_of:
        found += of_marts(old, new)
        if not is_erased_since(connection, old):
            rows = sum(each.rows for feed in known for each in feed if each.is_new)
            found += of_metrics(old, new, kept, shown.as_of, rows)
    return found


def dependents(file: Path) -> dict[str, tuple[str, ...]]:
    """Return entity -> metrics that are made from it, by the lineage that a file carries."""
    with attached(file) as connection:
        return {entity: tuple(metrics) for entity, metrics in connection.sql(DEPENDENTS).fetchall()}


def of_marts(old: Path, new: Path) -> Iterator[Finding]:
    """Yield the marts whose number of rows fell or rose too far."""
    from pipelines.asking.figures import keys

    yield from volumes.of_marts(row_counts(old), row_counts(new), keys(manifest_of(new)))


def of_metrics(old: Path, new: Path, kept: Path, as_of: datetime, rows: int) -> Iterator[Finding]:
    """Yield the metrics that moved, of those that both files define alike; ``rows`` have come since ``as_of``."""
    from pipelines.asking.figures import alike, figures, rates, units

    then, now = manifest_of(old), manifest_of(new)
    both = alike(then, now)
    before, after = figures(old, then, kept), figures(new, now, kept)
    told = [{name: months for name, months in each.items() if name in both} for each in (before, after)]
    since = moves.Since(as_of, rows, {each.name: each.window_days or 0 for each in rates(now)})
    yield from moves.of_metrics(told[0], told[1], since, lambda name: units(now, name))


def is_erased_since(connection: duckdb.DuckDBPyConnection, old: Path) -> bool:
    """Say whether persons were erased since a file was made: its past is told without them."""
    with attached(old) as published:
        ((moment,),) = published.sql("select published_at from meta.build_facts").fetchall()
    erased = connection.execute("select 1 from ops.erasures where requested_at >= ? limit 1", [moment]).fetchall()
    return bool(erased)


def manifest_of(file: Path) -> str:
    """Return the semantic manifest that a published file carries."""
    with attached(file) as connection:
        ((text,),) = connection.sql("select manifest_json from meta.semantic_manifest").fetchall()
    return str(text)


def attached(file: Path) -> duckdb.DuckDBPyConnection:
    """Open a published file read-only, as a connection of its own."""
    connection = duckdb.connect()
    connection.execute(f"attach {literal(str(file))} as analytics (read_only)")
    connection.execute("use analytics")
    return connection
