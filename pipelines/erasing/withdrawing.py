"""Students who withdrew their consent to analytics: the models leave out whatever hangs on them.

What is known last decides, at whatever moment the models look from: a withdrawal acts on the past too, as an erasure
does, but nothing is deleted. The rows are laid out anew before each build, along the ties of an erasure, so that who
consents again is back at the next one. Who never consented withdrew nothing.
"""

import duckdb

from pipelines.contract import ENTITIES
from pipelines.erasing import identities
from pipelines.erasing.ties import own_key, personal
from pipelines.sql import count, literal
from pipelines.warehouse import transaction

TABLE = "ops.withdrawn_rows"
PARTS = ("part_1", "part_2", "part_3")
"""Columns of the table that hold a key, in the order of the contract; no key is longer."""

WITHDRAWN = """
    select student_id from raw.students
    where not _is_deleted
    group by student_id
    having bool_or(consent_analytics)
        and not arg_max(consent_analytics, (_version_at, _delivered_at, _file_id))
"""
"""Students who once consented and no longer do; a version is later by the order of dbt_project's current_version."""


def lay_out_withdrawn(connection: duckdb.DuckDBPyConnection) -> int:
    """Write the keys of all rows that hang on students who withdrew their consent; return how many students."""
    with transaction(connection):
        connection.execute(f"delete from {TABLE}")
        identities.begin(connection)
        students = identities.add(connection, "students", "''", "trim(student_id)", WITHDRAWN)
        if students:
            identities.close(connection, identities.raw_rows())
            for entity in personal():
                connection.execute(f"insert into {TABLE} {keys(entity)}")
    identities.end(connection)
    return students


def keys(entity: str) -> str:
    """Return SQL for the keys of the entity's rows that hang on the known identities, in any version.

    What has an identity of its own was found by it already. Else one tie at a time: each is a join, where a condition
    over all of them would look at every row for each.
    """
    ties = personal()[entity]
    own = tuple(tie for tie in ties if tie == own_key(ENTITIES[entity]))
    found = (f"select {key_of(entity)} from raw.{entity} where {identities.is_hers(tie)}" for tie in own or ties)
    return f"select distinct * from ({' union all '.join(found)})"


def key_of(entity: str) -> str:
    """Return SQL for a row of the table, over a row of the entity."""
    names = ENTITIES[entity].key
    missing = ["null"] * (len(PARTS) - len(names))
    return ", ".join((literal(entity), *(f"cast({name} as varchar)" for name in names), *missing))


def forget_withdrawn(connection: duckdb.DuckDBPyConnection, entity: str, doomed: str) -> None:
    """Take the keys of the entity's doomed rows out of the table: an erased person is not even a withdrawal."""
    connection.execute(f"""
        delete from {TABLE} as held using (select {key_of(entity)} from raw.{entity} where rowid in ({doomed}))
            as gone (entity, {", ".join(PARTS)})
        where held.entity = gone.entity
            and {" and ".join(f"held.{part} is not distinct from gone.{part}" for part in PARTS)}
    """)


def withdrawn_count(connection: duckdb.DuckDBPyConnection) -> int:
    """Return how many students the last build left out."""
    return count(connection, f"(select 1 from {TABLE} where entity = 'students')")
