"""What the audit of a new file says of drift: it is kept in the warehouse, accepted with a reason, or blocks."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import duckdb

from pipelines import generations
from pipelines.asking.recorded import user
from pipelines.drift import keeping, search
from pipelines.drift.findings import Finding
from pipelines.opening import opened, reading
from pipelines.settings import Settings
from pipelines.warehouse import transaction

COMPILED = "matured_rates.json"
"""Where compiled statements are kept, beside dbt's artefacts."""

TOLD = """
    select
        finding_id, found_at, as_of, kind, severity, subject, since, expected, found, metrics, is_current, accepted_at,
        accepted_by, reason
    from warehouse.ops.drift_findings
"""
"""What a published file tells of drift: all but the statements, which run on the warehouse."""

SHOWN = 3
"""So many feeds of one kind are named in a line."""


@dataclass(frozen=True)
class Attempt:
    """One attempt to publish: the last batch, its moment, and why drift is accepted, if it is."""

    batch_id: str
    moment: datetime
    accept: str | None


def found(settings: Settings, new: Path) -> list[Finding]:
    """Return the drift in a file that would be published, against the generation before."""
    old = generations.standing(settings.published_dir)
    before = settings.published_dir / old.path if old else None
    compiled = settings.warehouse_dir / "dbt" / COMPILED
    with reading(settings) as connection:
        return search.in_generation(connection, search.shown_before(settings.published_dir), before, new, compiled)


def held(settings: Settings, findings: Sequence[Finding], attempt: Attempt) -> list[Finding]:
    """Keep the findings, accept those that block where a reason is given, and return what blocks still."""
    reason = keeping.checked(attempt.accept)
    with opened(settings) as connection, transaction(connection):
        keeping.keep(connection, findings, attempt.batch_id, attempt.moment)
        blocking = keeping.unaccepted(connection, findings)
        if reason and blocking:
            keeping.accept(connection, blocking, reason, user(), attempt.moment)
            return []
    return blocking


def refusals(blocking: Sequence[Finding]) -> list[str]:
    """Return what a refusal to publish says of drift, with the way out."""
    if not blocking:
        return []
    return [
        *(each.sentence for each in blocking),
        f"{len(blocking)} findings of drift. Mend the source and deliver again, or say why it is right: "
        '`throughline publish --accept "REASON"`.',
    ]


def in_deliveries(settings: Settings) -> list[Finding]:
    """Return the drift in what was delivered that blocks and that nobody accepted."""
    with reading(settings) as connection:
        findings = search.in_deliveries(connection, search.shown_before(settings.published_dir))
        return keeping.unaccepted(connection, findings)


def lines(connection: duckdb.DuckDBPyConnection) -> Iterator[str]:
    """Yield what the last attempt to publish found, and what was ever accepted."""
    for kind, severity, count, since, subjects in connection.sql(f"""
        select kind, severity, count(*), min(since), list(subject order by since desc, subject)[:{SHOWN}]
        from ops.drift_findings where is_current and accepted_at is null and kind = 'feed silent' group by all
    """).fetchall():
        more = f" and {count - len(subjects):,} more" if count > len(subjects) else ""
        yield f"drift       {severity}: {kind}: {', '.join(subjects)}{more}, the first since {since:%Y-%m-%d}"
    for name, severity, subject, kind, expected, told in connection.sql("""
        select finding_id, severity, subject, kind, expected, found from ops.drift_findings
        where is_current and accepted_at is null and kind <> 'feed silent' order by severity, subject, kind
    """).fetchall():
        yield f"drift       {severity}: {subject}: {kind}: expected {expected}; found {told} ({name})"
    for subject, kind, told, at, who, reason in connection.sql("""
        select subject, kind, found, accepted_at, accepted_by, reason from ops.drift_findings
        where accepted_at is not null order by accepted_at, subject
    """).fetchall():
        yield f"accepted    {subject}: {kind}: {told}: by {who} on {at:%Y-%m-%d}: {reason}"


def status_lines(connection: duckdb.DuckDBPyConnection) -> Iterator[str]:
    """Yield the lines of ``throughline status``; none for a warehouse that is older than drift."""
    if connection.sql("select 1 from duckdb_tables() where table_name = 'drift_findings'").fetchall():
        yield from lines(connection)
