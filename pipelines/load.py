"""The load of one staged file: entity by entity into ``raw``, what does not conform into ``quarantine``."""

from dataclasses import dataclass

import duckdb
import polars as pl

from pipelines import snapshots
from pipelines.conform import DUPLICATE, RULE_VERSION, Conformed, conform
from pipelines.contract import PROVENANCE, Entity
from pipelines.errors import RefusedFile
from pipelines.landing import LandedFile
from pipelines.ledger import Batch, Outcome
from pipelines.mapping import FileSpec, resolved_entity
from pipelines.readers import Rejected, Staged
from pipelines.sql import count

MOST_QUARANTINED = 1_000_000
"""More rows than this that do not conform in one file are a wrong mapping, not dirty data."""


@dataclass(frozen=True)
class Load:
    """The load of one staged file into the entities that it feeds."""

    connection: duckdb.DuckDBPyConnection
    landed: LandedFile
    spec: FileSpec
    staged: Staged
    sha256: str
    batch: Batch
    entities: tuple[str, ...]

    def entity(self, entity: Entity) -> Outcome:
        """Load the entity's rows, quarantine what does not conform, and account for every record."""
        conformed = self._conformed(entity)
        self._set_apart(conformed)
        repeats = set_duplicates_apart(self.connection, conformed)
        rejected = [*self.staged.rejected, *self._failing(conformed)]
        self._quarantine(entity, rejected)
        loaded, unchanged = self._write(conformed)
        rules: dict[str, int] = {}
        for each in rejected:
            rules[each.rule] = rules.get(each.rule, 0) + 1
        return Outcome(
            self.landed.name,
            self.landed.source,
            entity.name,
            "loaded",
            read=self.staged.read,
            loaded=loaded,
            unchanged=unchanged + repeats,
            quarantined=len(rejected),
            rules=rules,
            unused=conformed.unused,
        )

    def retry(self, entity: Entity) -> tuple[list[Rejected], int, int]:
        """Load what conforms now of rows that did not; return (what still does not, rows loaded, repeats)."""
        conformed = self._conformed(entity)
        self._set_apart(conformed)
        repeats = set_duplicates_apart(self.connection, conformed)
        rejected = [*self.staged.rejected, *self._failing(conformed)]
        return rejected, self._insert(entity, self._kept(conformed)), repeats

    def _conformed(self, entity: Entity) -> Conformed:
        return conform(
            entity,
            resolved_entity(entity.name, self.spec),
            self.staged,
            self.spec.dialect,
            self.spec.event_log,
            self.landed.delivered_at,
        )

    def _set_apart(self, conformed: Conformed) -> None:
        self.connection.execute(f"create or replace temp table apart as {conformed.failing}")
        failing = count(self.connection, "apart")
        if failing > MOST_QUARANTINED:
            first = self._failing(conformed, limit=1)[0]
            raise RefusedFile(
                first.expected,
                f"{failing:,} rows that do not conform, the first with {first.found!r}",
                line=first.line,
                column=first.column,
                next_step="Look at the mapping of this file.",
            )

    def _failing(self, conformed: Conformed, limit: int = MOST_QUARANTINED) -> list[Rejected]:
        rows = self.connection.sql(f"{conformed.found} order by record limit {limit}").fetchall()
        places = self.staged.locate(record for record, *_ in rows) if rows else {}
        rejected = []
        for record, reason, found in rows:
            line, text = places[record]
            if reason == DUPLICATE:
                key = ", ".join(conformed.entity.key)
                rejected.append(Rejected(line, key, "duplicate key", "one row a key", found, text))
            else:
                check = conformed.checks[reason]
                rejected.append(Rejected(line, check.column, check.rule, check.expected, found, text))
        return rejected

    def _quarantine(self, entity: Entity, rejected: list[Rejected]) -> None:
        if not rejected:
            return
        frame = pl.DataFrame(
            {
                "line": pl.Series([each.line for each in rejected], dtype=pl.Int64),
                "column_name": pl.Series([each.column for each in rejected], dtype=pl.String),
                "rule": [each.rule for each in rejected],
                "expected": [each.expected for each in rejected],
                "found": pl.Series([each.found for each in rejected], dtype=pl.String),
                "raw_text": pl.Series([each.text for each in rejected], dtype=pl.String),
            }
        )
        self.connection.register("rejected", frame.to_arrow())
        self.connection.execute(
            f"""
            insert into quarantine.rows
            select ?, ?, ?, ?, line, column_name, rule, expected, found, raw_text, ?, ?, ?, {RULE_VERSION}, 'open'
            from rejected
            """,
            [
                self.landed.source,
                entity.name,
                self.sha256[:16],
                self.landed.name,
                self.landed.delivered_at,
                self.batch.batch_id,
                self.batch.moment,
            ],
        )
        self.connection.unregister("rejected")

    def _write(self, conformed: Conformed) -> tuple[int, int]:
        if not is_whole(self.spec):
            return self._insert(conformed.entity, self._kept(conformed)), 0
        delivery = snapshots.Delivery(
            self.landed.source,
            conformed.entity,
            self.landed.name if self.spec.correction else "",
            self.landed.delivered_at,
            self.sha256[:16],
        )
        return snapshots.apply(self.connection, delivery, self._kept(conformed), self.batch)

    def _kept(self, conformed: Conformed) -> str:
        where = "record not in (select record from apart)" if count(self.connection, "apart") else "true"
        names = [column.name for column in conformed.entity.columns]
        named = ", ".join(f"t_{name} as {name}" for name in names)
        return f"select {named} from ({conformed.rows([f't_{name}' for name in names], where)})"

    def _insert(self, entity: Entity, rows: str) -> int:
        columns = ", ".join(column.name for column in (*entity.columns, *PROVENANCE))
        inserted = self.connection.execute(
            f"insert into raw.{entity.name} ({columns}) select *, ?, ?, ?, ?, ?, false from ({rows})",
            [
                self.landed.source,
                self.sha256[:16],
                self.landed.delivered_at,
                self.batch.batch_id,
                self.batch.moment,
            ],
        )
        return int(inserted.fetchall()[0][0])


def is_whole(spec: FileSpec) -> bool:
    """Say whether the file holds all there is: a snapshot, or a correction of the file of its name."""
    return spec.delivery == "snapshot" or spec.correction is not None


def set_duplicates_apart(connection: duckdb.DuckDBPyConnection, conformed: Conformed) -> int:
    """Add later rows of a key to ``apart``: repeats with no reason, others as ``duplicate key``; return the repeats.

    The first conforming row of a key is kept.
    """
    entity = conformed.entity
    key = ", ".join(f"t_{name}" for name in entity.key)
    kept = "record not in (select record from apart)"
    keys = conformed.rows([f"t_{name}" for name in entity.key], kept if count(connection, "apart") else "true")
    connection.execute(f"""
        create or replace temp table repeated_keys as
        select hash({key}) as digest from ({keys}) group by digest having count(*) > 1
    """)
    if not count(connection, "repeated_keys"):
        return 0
    typed = [f"t_{column.name}" for column in entity.columns]
    connection.execute(f"""
        insert into apart
        select record, case when content is distinct from first_content then {DUPLICATE} end
        from (
            select
                record,
                row({", ".join(typed)}) as content,
                first_value(row({", ".join(typed)})) over (partition by {key} order by record) as first_content,
                row_number() over (partition by {key} order by record) as place
            from ({conformed.rows(typed, kept)})
            where hash({key}) in (select digest from repeated_keys)
        )
        where place > 1
    """)
    (repeats,) = connection.sql("select count(*) from apart where reason is null").fetchall()[0]
    return int(repeats)
