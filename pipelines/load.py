"""The load of one staged file: entity by entity into ``raw``, what does not conform into ``quarantine``."""

import logging
from dataclasses import dataclass
from functools import cached_property

import duckdb
import polars as pl

from pipelines import snapshots
from pipelines.conform import DUPLICATE, ERASED, RULE_VERSION, Conformed, conform
from pipelines.contract import ENTITIES, PROVENANCE, Entity
from pipelines.erasing.filtering import Erasures
from pipelines.errors import RefusedFile
from pipelines.landing import LandedFile
from pipelines.ledger import Batch, Outcome, scope_of
from pipelines.mapping import FileSpec, resolved_entity
from pipelines.sql import count
from pipelines.staged import Rejected, Staged

log = logging.getLogger(__name__)

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
    erasures: Erasures | None = None

    def entity(self, entity: Entity) -> Outcome:
        """Load the entity's rows, quarantine what does not conform, and account for every record."""
        conformed = self.conformed(entity)
        repeats = set_duplicates_apart(self.connection, conformed)
        rejected = [*self.rejected, *self._failing(conformed)]
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
            erased=self._erased() + len(self.staged.rejected) - len(self.rejected),
            rules=rules,
            unused=conformed.unused,
            columns=conformed.uses,
        )

    def conformed(self, entity: Entity) -> Conformed:
        """Return the entity's rows, those that do not conform entered into ``apart``; refuse a file of too many."""
        conformed = self._conform(entity)
        self._set_apart(conformed)
        self._set_erased_apart(entity)
        return conformed

    @cached_property
    def rejected(self) -> tuple[Rejected, ...]:
        """The records that the reader rejected, without those of erased persons, who are marked at the first call."""
        if self.erasures is None:
            return self.staged.rejected
        self.erasures.mark([self._conform(ENTITIES[name]) for name in self.spec.entities])
        return self.erasures.kept(self.staged.rejected, tuple(self.spec.entities))

    def _conform(self, entity: Entity) -> Conformed:
        return conform(
            entity,
            resolved_entity(entity.name, self.spec),
            self.staged,
            self.spec.dialect,
            self.spec.event_log,
            self.landed.delivered_at,
        )

    def _set_erased_apart(self, entity: Entity) -> None:
        """Enter the rows of erased persons into ``apart``, and all that does not conform in a record of theirs."""
        if self.erasures is None:
            return
        self.connection.execute(
            f"""
            create or replace temp table apart as
            select record, case when record in (select record from erased_records) then {ERASED} else reason end
                as reason
            from apart
            union
            select record, {ERASED} from erased_records where entity = ?
            """,
            [entity.name],
        )

    def _erased(self) -> int:
        (rows,) = self.connection.execute("select count(*) from apart where reason = ?", [ERASED]).fetchall()[0]
        return int(rows)

    def _set_apart(self, conformed: Conformed) -> None:
        self.connection.execute(f"create or replace temp table apart as {conformed.failing}")
        failing = count(self.connection, "apart") + len(self.rejected)
        if failing > MOST_QUARANTINED:
            first = min((*self.rejected[:1], *self._failing(conformed, limit=1)), key=lambda each: each.line or 0)
            raise RefusedFile(
                first.expected,
                f"{failing:,} rows that do not conform, the first with {first.found!r} ({first.rule})",
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
            return self.insert(conformed.entity, self._kept(conformed)), 0
        delivery = snapshots.Delivery(
            self.landed.source,
            conformed.entity,
            scope_of(self.landed),
            self.landed.delivered_at,
            self.sha256[:16],
        )
        keyless = len(self.rejected) + self._keyless(conformed)
        if keyless:
            log.warning(
                "%s: %s: %s rows have no readable key, so that nothing of this delivery counts as deleted",
                self.landed.name,
                conformed.entity.name,
                f"{keyless:,}",
            )
        content = snapshots.Content(self._kept(conformed), self._unread(conformed), is_partial=keyless > 0)
        return snapshots.apply(self.connection, delivery, content, self.batch)

    def _keyless(self, conformed: Conformed) -> int:
        """Count the rows that do not conform in their key itself, so that nobody knows whose rows they are."""
        broken = [number for number, check in enumerate(conformed.checks) if check.column in conformed.entity.key]
        (rows,) = self.connection.execute(
            "select count(*) from apart where list_contains(?, reason)", [broken]
        ).fetchall()[0]
        return int(rows)

    def _unread(self, conformed: Conformed) -> str:
        """Select the keys of the rows that do not conform elsewhere."""
        key = conformed.entity.key
        where = "record in (select record from apart where reason >= 0)"
        named = ", ".join(f"t_{name} as {name}" for name in key)
        present = " and ".join(f"t_{name} is not null" for name in key)
        return f"select {named} from ({conformed.rows([f't_{name}' for name in key], where)}) where {present}"

    def _kept(self, conformed: Conformed) -> str:
        where = "record not in (select record from apart)" if count(self.connection, "apart") else "true"
        return f"select * exclude (record) from ({named_rows(conformed, where)})"

    def insert(self, entity: Entity, rows: str) -> int:
        """Enter rows, given as SQL over the contract's columns, under the file's provenance; return how many."""
        columns = ", ".join(column.name for column in (*entity.columns, *PROVENANCE))
        inserted = self.connection.execute(
            f"""
            insert into raw.{entity.name} ({columns})
            select *, ?, ?, ?, ?, ?, false, coalesce(updated_at, ?) from ({rows})
            """,
            [
                self.landed.source,
                self.sha256[:16],
                self.landed.delivered_at,
                self.batch.batch_id,
                self.batch.moment,
                self.landed.delivered_at,
            ],
        )
        (rows_inserted,) = inserted.fetchall()[0]
        changes = snapshots.Delivery(self.landed.source, entity, "", self.landed.delivered_at, "")
        snapshots.retell(self.connection, changes, self.batch)
        return int(rows_inserted)


def is_whole(spec: FileSpec) -> bool:
    """Say whether the file holds all there is: a snapshot, or a correction of the file of its name."""
    return spec.delivery == "snapshot" or spec.correction is not None


def named_rows(conformed: Conformed, where: str) -> str:
    """Select ``record`` and the contract's columns of the staged records that meet a condition."""
    names = [column.name for column in conformed.entity.columns]
    named = ", ".join(f"t_{name} as {name}" for name in names)
    return f"select record, {named} from ({conformed.rows([f't_{name}' for name in names], where)})"


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
