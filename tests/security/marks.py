"""Whose is a word, an amount or a moment: everything by which one employer's rows are known again in any text."""

import re
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path

import duckdb

from dashboards.formats import money_text
from tests.security.canaries import HERMIT, PEOPLE, RESIDENT, WANDERER, Canary

TOKEN = re.compile(r"\w+")
NUMBER = re.compile(r"(?<![\w.])(?:\d{1,3}(?:,\d{3})+(?:\.\d+)?|\d+(?:\.\d+)?[kMB]?)(?![\w])")
MOMENT = re.compile(r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d")

NOBODY = frozenset[str]()
"""The owners of students' numbers, of free text, and of names and addresses of who gave no leave: on no page."""

PLATFORM = frozenset({"platform"})
"""Who may see the marketplace's own pseudonyms: by them, two employers could join their files."""

AMOUNTS = ("fee", "feex", "agency", "rate", *(f"{kind} {who}" for kind in ("paid", "salary") for who in PEOPLE))
MOMENTS = {
    "posted": 0,
    "closed": 20,
    "postedx": 0,
    f"applied {RESIDENT}": 2,
    f"selected {WANDERER}": 5,
    f"accepted {RESIDENT}": 6,
    f"started {WANDERER}": 7,
    f"submitted {RESIDENT}": 27,
    f"approved {WANDERER}": 28,
    f"paid {RESIDENT}": 29,
    f"sent {RESIDENT}": 110,
    f"resolved {WANDERER}": 120,
}
"""Kind -> the day on which it was, counted from the posting."""

KEYS = {
    "project_id": "fct_projects",
    "application_id": "fct_applications",
    "engagement_id": "fct_engagements",
    "cost_id": "fct_costs",
    "hire_id": "fct_hires",
    "offer_id": "fct_offers",
    "employer_id": "dim_employers",
}
"""Column -> the mart that holds the numbers of every employer's rows."""


@dataclass(frozen=True)
class Mark:
    """What is known again, and the hosts on whose pages it may stand."""

    kind: str
    written: str
    owners: frozenset[str]

    def is_open_to(self, hosts: Collection[str]) -> bool:
        """Tell whether viewers of these hosts may see it; ``platform`` stands for all of them."""
        if PLATFORM.issubset(hosts):
            return self.kind not in ("personal", "contact")
        return bool(self.owners & set(hosts))


class Marks:
    """All marks of a marketplace: canaries, and the numbers of the rows that every employer has."""

    def __init__(self, flock: Iterable[Canary], published: Path) -> None:
        self.flock = tuple(flock)
        self.parts: dict[str, Mark] = {}
        self.tokens: dict[str, Mark] = {}
        for mark in of_marketplace(published):
            (self.parts if mark.kind == "employer's name" else self.tokens)[mark.written.lower()] = mark
        for canary in self.flock:
            self.parts[canary.word] = Mark("word", canary.word, frozenset({canary.host_id}))
            self.tokens.update((mark.written.lower(), mark) for mark in of_canary(canary))

    def seen_in(self, text: str) -> set[Mark]:
        """Return the marks that stand in a text."""
        lower = text.lower()
        found = {*TOKEN.findall(lower), *(each.replace("T", " ") for each in MOMENT.findall(text))}
        found |= {each.replace(",", "").lower() for each in NUMBER.findall(text)}
        marks = {self.tokens[each] for each in found & self.tokens.keys()}
        return marks | {mark for part, mark in self.parts.items() if part in lower}

    def seen_in_bytes(self, data: bytes) -> set[Mark]:
        """Return the canaries' words and the employers' names that stand in a file, as it lies on the disk."""
        lower = data.lower()
        return {mark for part, mark in self.parts.items() if part.encode() in lower}


def of_canary(canary: Canary) -> Iterator[Mark]:
    """Yield a canary's marks beside its word."""
    own = frozenset({canary.host_id})
    for who in PEOPLE:
        rows = {"application": f"A{who}{canary.word}", "engagement": f"G{who}{canary.word}",
                "offer": f"O{canary.word}{who}", "hire": f"N{who}{canary.word}"}  # fmt: skip
        yield from (Mark(kind, number, own) for kind, number in rows.items())
        for secret in ("S", "College", "c"):
            yield Mark("personal", f"{secret}{who}{canary.word}", NOBODY)
        for contact in ("Given", "Family", "mail"):
            kind, owners = ("personal", NOBODY) if who == HERMIT else ("contact", own)
            yield Mark(kind, f"{contact}{who}{canary.word}", owners)
    for secret in (f"Nest{canary.word}", f"Keeper{canary.word}", str(canary.amount("survey"))):
        yield Mark("personal", secret, NOBODY)
    for kind in AMOUNTS:
        yield from (Mark(f"amount of {kind}", form, own) for form in forms(canary.amount(kind)))
    for kind, day in MOMENTS.items():
        yield Mark(f"moment of {kind}", f"{canary.moment(kind, day):%Y-%m-%d %H:%M:%S}", own)


def forms(amount: Decimal) -> set[str]:
    """Return how an amount may be written: exactly, rounded, and short as on a tile."""
    exact = [f"{amount}", f"{amount:.1f}", f"{amount:.0f}", str(int(amount)), repr(float(amount))]
    return {*exact, money_text(float(amount)).removeprefix("$")}


def of_marketplace(published: Path) -> Iterator[Mark]:
    """Yield the numbers of every employer's rows, the employers' names, and the pseudonyms of persons."""
    with duckdb.connect(str(published), read_only=True) as connection:
        for column, mart in KEYS.items():
            for number, host in connection.sql(f"select distinct {column}, host_id from marts.{mart}").fetchall():
                yield Mark(column, number, frozenset({host}))
        for name, host in connection.sql("select name, host_id from marts.dim_employers").fetchall():
            yield Mark("employer's name", name, frozenset({host}))
        for (key,) in connection.sql("select distinct person_key from marts.dim_students").fetchall():
            yield Mark("pseudonym", key, PLATFORM)
