"""The identities of erased persons: in clear only while a step runs, kept as keyed digests.

The table ``known_identities`` (temporary) holds (kind, part_1, part_2) in clear; ``ops.erased_identities`` holds the
HMAC-SHA-256 of each, with the version of its key. Digests are computed inside DuckDB, over distinct values, and are of
another message than the published pseudonyms, so that neither tells the other.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import sha256

import duckdb

from pipelines.contract import ENTITIES
from pipelines.erasing.ties import EMAIL, NAME, NAMES, Tie, has_names, personal, spreads
from pipelines.errors import ThroughlineError
from pipelines.sql import literal

BLOCK = 64
"""Bytes of a block of SHA-256: longer keys are hashed, shorter ones filled up (RFC 2104)."""


class ErasureKeyMissing(ThroughlineError):
    """Erased persons cannot be recognised, since the key that remembers them is gone."""

    next_command = "throughline run"

    def __init__(self, version: int, found: list[int]):
        super().__init__(
            f"expected version {version} of the pseudonym key, under which erased persons are remembered; found "
            f"{found or 'no key'}. Put its line back into the key file (or THROUGHLINE_PSEUDONYM_SECRET): without it "
            "they would be loaded again."
        )


Sizes = tuple[int, int]
"""How many identities were known of the kind that a tie names, and how many students."""


@dataclass(frozen=True)
class Rows:
    """Rows of one entity as SQL over ``record`` and the contract's own column names."""

    entity: str
    sql: str


def has_erasures(connection: duckdb.DuckDBPyConnection) -> bool:
    """Say whether any person was ever erased; only then is anything computed per row."""
    return bool(connection.sql("select 1 from ops.erased_identities limit 1").fetchall())


def bring_keys(connection: duckdb.DuckDBPyConnection, keys: Mapping[int, bytes]) -> None:
    """Lay the keys out for ``digest``, in the session alone; raise ErasureKeyMissing where one that is used lacks."""
    versions = connection.sql("select distinct key_version from ops.erased_identities order by 1").fetchall()
    for (version,) in versions:
        if version not in keys:
            raise ErasureKeyMissing(version, sorted(keys))
    for version, key in keys.items():
        block = (key if len(key) <= BLOCK else sha256(key).digest()).ljust(BLOCK, b"\0")
        for pad, byte in (("inner", 0x36), ("outer", 0x5C)):
            connection.execute(f"set variable {pad}_pad_{version} = $1", [bytes(each ^ byte for each in block)])


def digest(version: int, *parts: str) -> str:
    """Return SQL for the HMAC-SHA-256, in hexadecimal, over SQL texts; NULL where any of them is."""
    message = " || chr(31) || ".join(("'erased'", *parts))
    inner = f"unhex(sha256(getvariable('inner_pad_{version}') || encode({message})))"
    return f"sha256(getvariable('outer_pad_{version}') || {inner})"


def begin(connection: duckdb.DuckDBPyConnection) -> None:
    """Start with no identity in clear."""
    connection.execute("""
        create or replace temp table known_identities (kind varchar, part_1 varchar, part_2 varchar)
    """)


def end(connection: duckdb.DuckDBPyConnection) -> None:
    """Drop what stands in clear."""
    connection.execute("drop table if exists known_identities")


def add(connection: duckdb.DuckDBPyConnection, kind: str, part_1: str, part_2: str, rows: str) -> int:
    """Add the identities that SQL names over ``rows``, where new and whole; return how many."""
    added = connection.execute(f"""
        insert into known_identities
        select distinct {literal(kind)}, {part_1}, {part_2} from ({rows})
        where {part_1} is not null and {part_2} <> ''
            and ({part_1}, {part_2}) not in (
                select (part_1, part_2) from known_identities where kind = {literal(kind)}
            )
    """).fetchall()
    return int(added[0][0])


def recognise(connection: duckdb.DuckDBPyConnection, rows: Rows) -> None:
    """Add the identities of erased persons that the rows name, by their digests."""
    versions = connection.sql("select distinct kind, key_version from ops.erased_identities").fetchall()
    for tie in personal()[rows.entity]:
        part_1, part_2 = tie.parts
        named = f"select distinct {part_1} as part_1, {part_2} as part_2 from ({rows.sql}) where {tie.where}"
        for version in sorted(version for kind, version in versions if kind == tie.kind):
            mine = digest(version, literal(tie.kind), "part_1", "part_2")
            known = f"select digest from ops.erased_identities where kind = {literal(tie.kind)}"
            add(connection, tie.kind, "part_1", "part_2", f"select * from ({named}) where {mine} in ({known})")


def is_hers(tie: Tie) -> str:
    """Return the SQL condition, for a ``where``, that a row's tie leads to a known identity."""
    part_1, part_2 = tie.parts
    is_plain = len(tie.columns) == 1
    named, kept = (part_2, "part_2") if is_plain else (f"({part_1}, {part_2})", "(part_1, part_2)")
    return f"({tie.where} and {named} in (select {kept} from known_identities where kind = {literal(tie.kind)}))"


def hers(entity: str) -> str:
    """Return the SQL condition, for a ``where``, that a row of the entity is about one of the persons."""
    return " or ".join(is_hers(tie) for tie in personal()[entity])


def is_named(connection: duckdb.DuckDBPyConnection, entity: str) -> str:
    """Return the SQL condition that a row without a readable number has the name of an erased person."""
    if not has_names(entity):
        return "false"
    versions = connection.sql("select distinct key_version from ops.erased_identities where kind = 'name'").fetchall()
    names = tuple(f"lower(trim({name}))" for name in NAMES)
    digests = [f"{digest(version, literal(NAME), *names)} in (select digest from kept)" for (version,) in versions]
    kept = "with kept as (select digest from ops.erased_identities where kind = 'name') select"
    unread = " or ".join(f"coalesce(trim({column}), '') = ''" for column in ENTITIES[entity].key)
    return f"(({unread}) and coalesce(({kept} {' or '.join(digests)}), false))" if digests else "false"


def close(connection: duckdb.DuckDBPyConnection, relations: list[Rows]) -> None:
    """Follow the ties from the known identities until no row adds any."""
    followed: dict[tuple[Rows, Tie], Sizes] = {}
    while sum(spread(connection, rows, followed) for rows in relations):
        pass


def spread(connection: duckdb.DuckDBPyConnection, rows: Rows, followed: dict[tuple[Rows, Tie], Sizes]) -> int:
    """Add what the rows that are found tell of the person; return how many identities were new.

    A tie along which a row tells nothing is not looked at, nor one that was ``followed`` when as many were known.
    """
    sizes = dict(connection.sql("select kind, count(*) from known_identities group by kind").fetchall())
    added = 0
    for via in personal()[rows.entity]:
        known = (sizes.get(via.kind, 0), sizes.get("students", 0))  # whose alone an address is hangs on the students
        if not known[0] or followed.get((rows, via)) == known or not told(rows.entity, via):
            continue
        followed[rows, via] = known
        added += add_told(connection, rows, via)
    return added


def told(entity: str, via: Tie) -> tuple[str, ...]:
    """Return the columns of a row, found along a tie, that tell of the person."""
    ties = spreads(entity, via)
    columns = [column for tie in ties for column in (*tie.columns, *(("kind",) if "kind" in tie.where else ()))]
    return tuple(dict.fromkeys((*columns, *(NAMES if has_names(entity) else ()))))


def add_told(connection: duckdb.DuckDBPyConnection, rows: Rows, via: Tie) -> int:
    """Add what the rows that are found along one tie tell of the person; return how many identities were new."""
    columns = ", ".join(told(rows.entity, via))
    connection.execute(f"""
        create or replace temp table found_rows as select {columns} from ({rows.sql}) where {is_hers(via)}
    """)
    added = 0
    for tie in spreads(rows.entity, via):
        part_1, part_2 = tie.parts
        found = f"select * from found_rows where {tie.where}"
        alone = f" and {is_hers_alone(part_2)}" if tie.kind == EMAIL and via.kind == "ats_candidates" else ""
        added += add(connection, tie.kind, part_1, part_2, f"{found}{alone}")
    if has_names(rows.entity):
        given, family = (f"nullif(lower(trim({name})), '')" for name in NAMES)
        added += add(connection, NAME, given, family, "select * from found_rows")
    return added


def is_hers_alone(address: str) -> str:
    """Return the SQL condition, over ``found_rows``, that no other student and no other candidate has the address.

    A candidate may carry an address that many share, such as that of a careers office.
    """
    own, theirs = "lower(trim(email))", "lower(trim(value))"
    found = f"select {address} from found_rows"
    students = f"""
        select {own} as address from raw.student_emails
        where {own} in ({found}) and trim(student_id) not in (
            select part_2 from known_identities where kind = 'students'
        )
    """
    candidates = f"""
        select {theirs} as address from raw.ats_candidate_emails
        where {theirs} in ({found}) and (trim(system), trim(candidate_id)) not in (
            select (part_1, part_2) from known_identities where kind = 'ats_candidates'
        )
    """
    return f"{address} not in ({students} union {candidates})"


def remember(connection: duckdb.DuckDBPyConnection, keys: Mapping[int, bytes]) -> int:
    """Keep the digests of the known identities that are not kept yet, under the newest key; return how many."""
    newest = max(keys)
    known = " or ".join(
        f"{digest(version, 'kind', 'part_1', 'part_2')} in (select digest from ops.erased_identities)"
        for version in sorted(keys)
    )
    added = connection.execute(f"""
        insert into ops.erased_identities
        select
            kind,
            {digest(newest, "kind", "part_1", "part_2")},
            case kind
                when {literal(NAME)} then {digest(newest, "'text'", "part_1", "part_2")}
                else {digest(newest, "'text'", "lower(part_2)")}
            end,
            {newest}
        from known_identities where not ({known})
    """)
    return int(added.fetchall()[0][0])


def raw_rows() -> list[Rows]:
    """Return the raw rows of every personal entity."""
    return [Rows(name, f"select rowid as record, * from raw.{name}") for name in personal() if name in ENTITIES]
