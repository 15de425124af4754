"""The findings as the warehouse keeps them: those of the last attempt to publish, and every one that was accepted."""

from collections.abc import Sequence
from datetime import datetime

import duckdb

from pipelines.drift.findings import Finding
from pipelines.errors import ThroughlineError

LEAST_WORDS = 3


class NoReason(ThroughlineError):
    """Drift was to be accepted without saying why."""

    def __init__(self, reason: str):
        super().__init__(
            f"expected a reason of {LEAST_WORDS} words or more, for those who will ask; found {reason!r}. "
            'Say why, such as --accept "two customers left in June".'
        )


def checked(reason: str | None) -> str | None:
    """Return the reason in one line; raise NoReason for one that says nothing."""
    if reason is None:
        return None
    if len(reason.split()) < LEAST_WORDS:
        raise NoReason(reason)
    return " ".join(reason.split())


def keep(connection: duckdb.DuckDBPyConnection, findings: Sequence[Finding], batch_id: str, moment: datetime) -> None:
    """Keep the findings of this attempt in place of those of the one before; accepted ones stay."""
    connection.execute("delete from ops.drift_findings where accepted_at is null")
    connection.execute("update ops.drift_findings set is_current = false")
    for each in findings:
        connection.execute(
            "update ops.drift_findings set is_current = true, batch_id = $2 where finding_id = $1",
            [each.identity, batch_id],
        )
        connection.execute(
            """
            insert into ops.drift_findings
            select
                $1, $2, $3, (select max(as_of) from ops.as_of), $4, $5, $6, $7, $8, $9, $10, $11, true, null, null, null
            where $1 not in (select finding_id from ops.drift_findings)
            """,
            [
                each.identity,
                moment,
                batch_id,
                each.kind,
                each.severity,
                each.subject,
                each.since,
                each.expected,
                each.found,
                ", ".join(each.metrics),
                each.look,
            ],
        )


def unaccepted(connection: duckdb.DuckDBPyConnection, findings: Sequence[Finding]) -> list[Finding]:
    """Return the findings that block and that nobody accepted."""
    accepted = {
        name
        for (name,) in connection.sql(
            "select finding_id from ops.drift_findings where accepted_at is not null"
        ).fetchall()
    }
    return [each for each in findings if each.severity == "blocks" and each.identity not in accepted]


def accept(
    connection: duckdb.DuckDBPyConnection, findings: Sequence[Finding], reason: str, who: str, moment: datetime
) -> None:
    """Note who accepted the findings, when and why."""
    connection.execute(
        """
        update ops.drift_findings set accepted_at = $1, accepted_by = $2, reason = $3
        where list_contains($4, finding_id)
        """,
        [moment, who, reason, [each.identity for each in findings]],
    )


def accepted_levels(connection: duckdb.DuckDBPyConnection) -> dict[str, datetime]:
    """Return subject -> the delivery from which on somebody accepted its level."""
    return dict(
        connection.sql("""
            select subject, max(since) from ops.drift_findings
            where accepted_at is not null and since is not null group by subject
        """).fetchall()
    )
