"""Keyed pseudonyms of people: the key stays here, dbt sees the finished tables alone.

A pseudonym is the first 16 hex digits of HMAC-SHA-256 over the kind of person and the normalised number or address.
The same key gives the same pseudonym in every run, so only people who are new to the warehouse are computed. Keys have
versions: the newest makes pseudonyms, an earlier one shows that those in the warehouse were made by its owner.
"""

import hmac
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from hashlib import sha256

import duckdb
import polars as pl

from pipelines.errors import ThroughlineError

DIGITS = 16
SEPARATOR = "\x1f"
"""Stands between the parts of a message and in none of them, so that no two people share one."""


class PseudonymKeyChanged(ThroughlineError):
    """The key is not the one that made the pseudonyms in the warehouse."""

    next_command = "throughline run"

    def __init__(self, table: str):
        super().__init__(
            f"The pseudonym key differs from the one that made {table}: people would fall apart into two. "
            "Expected the key of the earlier runs; put it back (THROUGHLINE_PSEUDONYM_SECRET or the key file, where a "
            "newer version may stand below it), "
            f"or empty the tables of the schema pseudonyms to give everybody a new pseudonym. Look at {table}."
        )


@dataclass(frozen=True)
class Population:
    """People of one kind: where their pseudonyms go, what identifies them, and where they are named."""

    kind: str
    table: str
    identifiers: tuple[str, ...]
    pseudonym: str
    named_in: str


STUDENTS = Population(
    "student",
    "pseudonyms.students",
    ("student_id",),
    "student_key",
    """
    select student_id from raw.students
    union select student_id from raw.student_emails
    union select student_id from raw.applications
    union select student_id from raw.first_destinations
    """,
)

CANDIDATES = Population(
    "candidate",
    "pseudonyms.candidates",
    ("system", "candidate_id"),
    "candidate_key",
    """
    select system, candidate_id from raw.ats_candidates
    union select system, merged_into_candidate_id from raw.ats_candidates
    union select system, candidate_id from raw.ats_candidate_emails
    union select system, candidate_id from raw.ats_candidate_external_ids
    union select system, candidate_id from raw.ats_applications
    union select system, candidate_id from raw.employments
    """,
)

EMAILS = Population(
    "email",
    "pseudonyms.emails",
    ("email",),
    "email_key",
    # The rule of dbt_project/macros/normalised_address.sql; a test holds the two together.
    "select nullif(lower(trim(email)), '') as email from raw.employments where candidate_id is null",
)

POPULATIONS = (STUDENTS, CANDIDATES, EMAILS)


def pseudonym(key: bytes, kind: str, identifiers: Iterable[str]) -> str:
    """Return the pseudonym of one person: 16 hex digits, stable for a key."""
    message = SEPARATOR.join((kind, *identifiers)).encode()
    return hmac.digest(key, message, sha256).hex()[:DIGITS]


def load_pseudonyms(connection: duckdb.DuckDBPyConnection, keys: Mapping[int, bytes]) -> dict[str, int]:
    """Give every person who is new in ``raw`` a pseudonym; return how many were new, by table.

    ``keys`` are by version. Where the newest has changed, everybody gets a new pseudonym, all in one transaction.
    Raises PseudonymKeyChanged where the key that made those in the warehouse is not among them.
    """
    version = max(keys)
    is_rotated = [check_keys(connection, keys, population) for population in POPULATIONS]
    connection.execute("begin")
    try:
        for population, rotated in zip(POPULATIONS, is_rotated, strict=True):
            if rotated:
                connection.execute(f"delete from {population.table}")
        new = {
            population.table: load_population(connection, keys[version], version, population)
            for population in POPULATIONS
        }
    except BaseException:
        connection.execute("rollback")
        raise
    connection.execute("commit")
    return new


def load_population(connection: duckdb.DuckDBPyConnection, key: bytes, version: int, population: Population) -> int:
    """Add the missing pseudonyms of one kind of people and return how many there were."""
    people = new_people(connection, population)
    if not people:
        return 0
    frame = pl.DataFrame(
        [(*person, pseudonym(key, population.kind, person)) for person in people],
        schema=dict.fromkeys((*population.identifiers, population.pseudonym), pl.String),
        orient="row",
    ).with_columns(key_version=pl.lit(version, pl.Int32))
    connection.register("new_pseudonyms", frame.to_arrow())
    try:
        connection.execute(f"insert into {population.table} by name select * from new_pseudonyms")
    finally:
        connection.unregister("new_pseudonyms")
    return len(people)


def new_people(connection: duckdb.DuckDBPyConnection, population: Population) -> list[tuple[str, ...]]:
    """Return the identifiers of the people in ``raw`` who have no pseudonym yet, each once."""
    columns = ", ".join(population.identifiers)
    complete = " and ".join(f"named.{column} is not null" for column in population.identifiers)
    return connection.execute(
        f"select distinct {columns} from ({population.named_in}) as named "
        f"anti join {population.table} using ({columns}) where {complete} order by {columns}"
    ).fetchall()


def check_keys(connection: duckdb.DuckDBPyConnection, keys: Mapping[int, bytes], population: Population) -> bool:
    """Say whether the table's pseudonyms are of an earlier key; raise PseudonymKeyChanged where that one lacks."""
    columns = ", ".join((*population.identifiers, population.pseudonym, "key_version"))
    known = connection.execute(f"select {columns} from {population.table} order by key_version limit 1").fetchone()
    if known is None:
        return False
    *person, made, version = known
    if version not in keys or made != pseudonym(keys[version], population.kind, person):
        raise PseudonymKeyChanged(population.table)
    return bool(version != max(keys))
