"""Keys of persons, derived again for each generation and employer: two employers cannot join theirs."""

import hmac
from hashlib import sha256

import polars as pl

from dashboards.database import Connection, Generation
from dashboards.extract.secret import extract_secret

DIGITS = 16


def host_key(generation: Generation, host_id: str) -> bytes:
    """Return the key from which one host's keys of persons are derived in one generation."""
    of_generation = hmac.digest(extract_secret(), generation.identifier.encode(), sha256)
    return hmac.digest(of_generation, host_id.encode(), sha256)


def derived(key: bytes, person: str) -> str:
    """Return a person's key as one host sees it: 16 hex digits."""
    return hmac.digest(key, person.encode(), sha256).hex()[:DIGITS]


def derive_keys(connection: Connection, persons: str, key: bytes, host_id: str) -> None:
    """Write the table ``derived_keys`` in memory: each key of a person that a statement finds, and what it becomes."""
    named = [person for (person,) in connection.execute(persons, {"host": host_id}).fetchall()]
    columns = {"old_key": named, "new_key": [derived(key, person) for person in named]}
    load_frame(connection, "memory.main.derived_keys", pl.DataFrame(columns, schema=dict.fromkeys(columns, pl.String)))


def load_frame(connection: Connection, table: str, rows: pl.DataFrame) -> None:
    """Write a frame as a new table."""
    connection.register("frame_loaded", rows.to_arrow())
    connection.execute(f"create table {table} as select * from frame_loaded")
    connection.unregister("frame_loaded")
