"""Which columns lead to a person, and how far an erasure spreads along them: derived from the contract alone."""

from dataclasses import dataclass
from functools import cache

from pipelines.contract import ENTITIES, Column, Entity, Person

PEOPLE = ("students", "ats_candidates")
"""The entities that are persons; whatever refers to them, at any distance, is personal."""

EMAIL, OWNER, NAME = "email", "owner", "name"
"""Kinds of identity besides the entities' keys. An ``owner`` is an address that was asked for itself: whoever has it is
the person, while an address that was found beside an account leads to no other account."""

NAMES = ("given_name", "family_name")

ACROSS: dict[str, tuple[str, ...]] = {
    "students": (EMAIL, "ats_candidates"),
    "ats_candidates": (EMAIL, "ats_candidates"),
    EMAIL: ("ats_candidates",),
    OWNER: ("students", EMAIL),
}
"""Kind of identity by which a row is found -> kinds that the row then adds, besides its own key."""


@dataclass(frozen=True)
class Tie:
    """Columns of an entity that together name an identity: a number, with its system before it, or an address."""

    kind: str
    columns: tuple[str, ...]
    where: str = "true"

    @property
    def parts(self) -> tuple[str, str]:
        """SQL for the identity's two parts: system ('' where there is none), and number or normalised address.

        A value that is missing or blank is no identity.
        """
        *system, name = self.columns
        # As in dbt_project/macros/normalised_address.sql and pipelines/pseudonyms.py; a test holds them together.
        value = f"lower(trim({name}))" if self.kind in (EMAIL, OWNER) else f"trim({name})"
        return (f"trim({system[0]})" if system else "''"), value


@cache
def personal() -> dict[str, tuple[Tie, ...]]:
    """Return entity -> its ties, for every entity whose rows are about a person, parents first."""
    found: dict[str, tuple[Tie, ...]] = {}
    while grown := {
        name: each
        for name, entity in ENTITIES.items()
        if name not in found and (each := ties_of(entity, {*PEOPLE, *found}))
    }:
        found |= grown
    parents = {tie.kind for each in found.values() for tie in each}
    return {
        name: (*((own_key(ENTITIES[name]),) if name in {*parents, *PEOPLE} else ()), *found.get(name, ()))
        for name in ENTITIES
        if name in {*found, *PEOPLE}
    }


def ties_of(entity: Entity, known: set[str]) -> tuple[Tie, ...]:
    """Return the entity's columns that lead to an entity already known as personal, or name a person."""
    found: list[Tie] = []
    for column in entity.columns:
        named = column.person or Person(column.references or "")
        target = named.names.split(".")[0]
        if target == EMAIL:
            found.append(Tie(EMAIL, (column.name,)))
            if "student_id" in entity.key:
                found.append(Tie(OWNER, (column.name,)))
        elif target in known:
            found.append(Tie(target, numbered(ENTITIES[target], column), named.where))
    return tuple(found)


def numbered(target: Entity, column: Column) -> tuple[str, ...]:
    """Return the columns that hold the key of another entity; one whose key has a system is named with it."""
    return ("system", column.name) if "system" in target.key else (column.name,)


def own_key(entity: Entity) -> Tie:
    """Return the tie of an entity to itself."""
    return Tie(entity.name, entity.key)


def spreads(entity: str, via: Tie) -> tuple[Tie, ...]:
    """Return the ties of a row that become identities of the person once the row is found by one of them.

    Never upward: an event that is hers says nothing about whose the application's other rows are.
    """
    kinds = (entity, *ACROSS.get(via.kind, ()))
    return tuple(tie for tie in personal()[entity] if tie.kind in kinds and tie != via)


def has_names(entity: str) -> bool:
    """Say whether the entity's rows carry a person's name."""
    return {*NAMES} <= {column.name for column in ENTITIES[entity].columns}
