"""Sets the rows of erased persons apart while a file is loaded, so that they reach neither raw nor quarantine."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import duckdb

from pipelines.conform import Conformed
from pipelines.contract import ENTITIES
from pipelines.erasing import identities
from pipelines.erasing.debts import SWEEP, owe
from pipelines.erasing.identities import Rows
from pipelines.erasing.texts import Reader, reader
from pipelines.erasing.ties import personal
from pipelines.sql import literal
from pipelines.staged import Rejected

Keys = Callable[[], Mapping[int, bytes]]
"""Reads the pseudonym keys by version, when they are needed."""


@dataclass(frozen=True)
class Erasures:
    """The requests that stand, as a filter on staged files."""

    connection: duckdb.DuckDBPyConnection
    keys: Mapping[int, bytes]
    reader: Reader

    def mark(self, conformed: list[Conformed]) -> None:
        """Lay out the staged records of erased persons as ``erased_records`` (entity, record), and remember more.

        What such a record tells anew, such as the number of an application, is remembered, and a sweep is owed: rows
        that hang on it may have come before it.
        """
        relations = [Rows(each.entity.name, plain_rows(each)) for each in conformed if each.entity.name in personal()]
        self.connection.execute("create or replace temp table erased_records (entity varchar, record bigint)")
        identities.begin(self.connection)
        for rows in relations:
            identities.recognise(self.connection, rows)
        identities.close(self.connection, relations)
        for rows in relations:
            known = f"({identities.hers(rows.entity)}) or {identities.is_named(self.connection, rows.entity)}"
            self.connection.execute(f"""
                insert into erased_records select {literal(rows.entity)}, record from ({rows.sql}) where {known}
            """)
        if identities.remember(self.connection, self.keys):
            owe(self.connection, SWEEP)
        identities.end(self.connection)

    def kept(self, rejected: tuple[Rejected, ...], entities: tuple[str, ...]) -> tuple[Rejected, ...]:
        """Return the records that the reader rejected without those whose text names an erased person."""
        if not any(name in personal() for name in entities):
            return rejected
        return tuple(each for each in rejected if not self.reader.finds(each.text, by_name=True))


def plain_rows(conformed: Conformed) -> str:
    """Select ``record`` and the contract's columns of all staged records under their own names."""
    names = [column.name for column in ENTITIES[conformed.entity.name].columns]
    named = ", ".join(f"t_{name} as {name}" for name in names)
    return f"select record, {named} from ({conformed.rows([f't_{name}' for name in names])})"


def standing_erasures(connection: duckdb.DuckDBPyConnection, keys: Keys) -> Erasures | None:
    """Return the filter, or None where nobody was ever erased; raise ErasureKeyMissing where a key of theirs lacks."""
    if not identities.has_erasures(connection):
        return None
    brought = keys()
    identities.bring_keys(connection, brought)
    return Erasures(connection, brought, reader(connection, brought))


def no_keys() -> Mapping[int, bytes]:
    """Return no key: enough as long as nobody was erased."""
    return {}
