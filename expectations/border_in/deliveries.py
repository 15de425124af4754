"""Volume: what a batch brings, or takes away, against what was there before.

Only a snapshot claims to be complete, so only a snapshot, or deletions, can show that data are lost: critical.
Changes and events come in any number (the first delivery of a history, a quiet week): fewer than half is a warning.
"""

from expectations.rows import BATCH, ExpectRowsToHold, counting
from pipelines.contract import Entity


def rules(entity: Entity) -> list[ExpectRowsToHold]:
    """Return the expectations about the volume of one entity's deliveries in the batch."""
    return [
        volume(entity, "each.mode = 'snapshot'", "critical", "A snapshot holds at least half of the one before."),
        volume(
            entity, "each.mode <> 'snapshot'", "warning", "A delivery has at least half the rows of the one before."
        ),
        deletions(entity),
    ]


def volume(entity: Entity, modes: str, severity: str, description: str) -> ExpectRowsToHold:
    """Expect the batch's newest delivery of each source to have at least half the rows of the one before it."""
    rows = (
        "select each.source as key_text, each.rows_read * 2 < each.rows_before as is_unexpected "
        f"from \"current\".volumes as each where each.entity = '{entity.name}' and {modes} /* {{batch}} */"
    )
    return ExpectRowsToHold(
        unexpected_rows_query=counting(rows),
        severity=severity,
        description=description,
        meta={"rule": f"volume of {'snapshots' if severity == 'critical' else 'changes'}", "column": None},
    )


def deletions(entity: Entity) -> ExpectRowsToHold:
    """Expect a batch not to delete more keys than it leaves."""
    rows = (
        "select cast(null as varchar) as key_text, gone.rows_gone > kept.rows_kept as is_unexpected "
        f"from (select count(*) as rows_gone from versions.{entity.name} as each where each.recency = 1 "
        f"and each._is_deleted and each._batch_id = {BATCH}) as gone, "
        "(select count(*) as rows_kept from {batch}) as kept"
    )
    return ExpectRowsToHold(
        unexpected_rows_query=counting(rows),
        severity="critical",
        description="A batch leaves at least half of the rows that were there before.",
        meta={"rule": "volume after deletions", "column": None},
    )
