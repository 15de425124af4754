"""Persons in text that no reader could take apart: a broken line, a quoted value, a list of keys."""

import hmac
import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from hashlib import sha256
from itertools import islice

import duckdb

WORD = re.compile(r"[^\s,;|\"'{}\[\]<>]+")
FIELD = re.compile(r"[^,;|\t\r\n{}\[\]\":]+")
REACH = 3
"""A family name stands at most so many fields from its given name: keys of a document lie between."""


def row_text(row: Iterable[object]) -> str:
    """Return the values of a row as text, each on a line of its own and as it is."""
    return "\n".join(str(value) for value in row if value is not None)


def words(text: str) -> set[str]:
    """Return everything in the text, in lower case, that may be a number or an address."""
    return {each.strip(" .:='").lower() for each in (*WORD.findall(text), *FIELD.findall(text))} - {""}


def neighbours(text: str) -> set[tuple[str, str]]:
    """Return the pairs of fields, in lower case, that may be a given and a family name in either order."""
    fields = [each.strip(" '\"").lower() for each in FIELD.findall(text)]
    fields = [each for each in fields if each]
    pairs: set[tuple[str, str]] = set()
    for place, here in enumerate(fields):
        for other in islice(fields, place + 1, place + 1 + REACH):
            pairs |= {(here, other), (other, here)}
    return pairs


@dataclass(frozen=True)
class Reader:
    """Looks in text for the numbers, addresses and whole names of erased persons, by their digests."""

    keys: tuple[bytes, ...]
    known: frozenset[str]
    judged: dict[tuple[str, ...], bool] = field(default_factory=dict)

    def finds(self, text: str | None, *, by_name: bool = False) -> bool:
        """Say whether the text holds a number or address of an erased person, or with ``by_name`` the whole name."""
        if not text or not self.known:
            return False
        pairs = neighbours(text) if by_name else set()
        return any(self.knows(word) for word in words(text)) or any(self.knows(*pair) for pair in pairs)

    def knows(self, *parts: str) -> bool:
        """Say whether a word, or a pair of names, is kept as a digest; each is computed once."""
        if parts not in self.judged:
            self.judged[parts] = any(text_digest(key, *parts) in self.known for key in self.keys)
        return self.judged[parts]


def reader(connection: duckdb.DuckDBPyConnection, keys: Mapping[int, bytes]) -> Reader:
    """Return a reader for all persons who were erased; the keys of all versions in use must be among ``keys``."""
    rows = connection.sql("select distinct text_digest, key_version from ops.erased_identities").fetchall()
    used = tuple(keys[version] for version in sorted({version for _, version in rows}))
    return Reader(used, frozenset(digest for digest, _ in rows))


def text_digest(key: bytes, *parts: str) -> str:
    """Return the digest of what stands in text: a number without its system, an address, or a pair of names."""
    return hmac.digest(key, "\x1f".join(("erased", "text", *parts)).encode(), sha256).hex()


def keys_named(example_keys: str | None) -> Iterable[str]:
    """Return the parts of the keys in a list of examples, as the border checks write them."""
    return [part for key in json.loads(example_keys or "[]") for part in str(key).split(" / ")]
