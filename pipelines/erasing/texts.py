"""Persons in text that no reader could take apart: a broken line, a quoted value, a list of keys."""

import hmac
import json
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from hashlib import sha256
from itertools import islice, product

import duckdb

from pipelines.erasing.ties import EMAIL, NAME, OWNER

WORD = re.compile(r"[^\s,;|\"'{}\[\]<>]+")
FIELD = re.compile(r"[^,;|\t\r\n{}\[\]\":]+")
REACH = 3
"""A family name stands at most so many fields from its given name: keys of a document lie between."""

Known = Callable[[str, str, str], bool]
"""Says of (kind, given name or '', number, address or family name) whether an erased person is meant."""


def words(text: str) -> set[str]:
    """Return everything in the text that may be a number or an address."""
    found = {each.strip(" .:=") for each in (*WORD.findall(text), *FIELD.findall(text))}
    return {part for each in found for part in (each, each.strip("'"))} - {""}


def neighbours(text: str) -> set[tuple[str, str]]:
    """Return the pairs of fields, in lower case, that may be a given and a family name in either order."""
    fields = [field.strip(" '\"").lower() for field in FIELD.findall(text)]
    fields = [field for field in fields if field]
    pairs: set[tuple[str, str]] = set()
    for place, field in enumerate(fields):
        for other in islice(fields, place + 1, place + 1 + REACH):
            pairs |= {(field, other), (other, field)}
    return pairs


@dataclass(frozen=True)
class Reader:
    """Looks for persons in text; ``kinds`` are those of numbers that may stand in it."""

    kinds: frozenset[str]
    is_known: Known

    def finds(self, text: str | None) -> bool:
        """Say whether the text names an erased person by a number, an address or a whole name."""
        if not text:
            return False
        numbers = self.kinds - {NAME, EMAIL, OWNER}
        if any(self.is_known(kind, "", word) for kind, word in product(numbers, words(text))):
            return True
        if EMAIL in self.kinds and any(self.is_known(EMAIL, "", word.lower()) for word in words(text) if "@" in word):
            return True
        return NAME in self.kinds and any(self.is_known(NAME, *pair) for pair in neighbours(text))


def reader_in_clear(connection: duckdb.DuckDBPyConnection) -> Reader:
    """Return a reader for the identities that stand in ``known_identities``."""
    rows = connection.sql("""
        select kind, case kind when 'name' then part_1 else '' end, part_2 from known_identities
    """).fetchall()
    known = set(rows)
    return Reader(frozenset(kind for kind, *_ in rows), lambda *identity: identity in known)


def reader_by_digest(connection: duckdb.DuckDBPyConnection, keys: Mapping[int, bytes]) -> Reader:
    """Return a reader for the persons that are kept as digests."""
    rows = connection.sql("select kind, text_digest, key_version from ops.erased_identities").fetchall()
    known = {digest for _, digest, _ in rows}
    used = [keys[version] for version in sorted({version for *_, version in rows})]
    return Reader(
        frozenset(kind for kind, *_ in rows),
        lambda *identity: any(text_digest(key, *identity) in known for key in used),
    )


def text_digest(key: bytes, *parts: str) -> str:
    """Return the digest of an identity as it stands in text: a number without its system."""
    return hmac.digest(key, "\x1f".join(("erased", "text", *parts)).encode(), sha256).hex()


def keys_named(example_keys: str | None) -> Iterable[str]:
    """Return the parts of the keys in a list of examples, as the border checks write them."""
    return [part for key in json.loads(example_keys or "[]") for part in str(key).split(" / ")]
