"""How to reach the people of the talent pool: for the employer that they worked for, where they agreed to it."""

from dataclasses import replace

import polars as pl

from dashboards.database import Query, run
from dashboards.extract.contacts import contacts_path
from dashboards.scope import Scope

SCHEMA = dict.fromkeys(("person_key", "given_name", "family_name", "email"), pl.String)

CONTACTS = """
    select distinct student_key as person_key, given_name, family_name, email
    from analytics.main.contacts
    order by family_name, given_name, person_key
"""


def contacts(scope: Scope) -> pl.DataFrame:
    """Return who may be contacted by the scope's employer: person_key, given_name, family_name, email.

    Nobody for any other role, whichever employer it looks at. Not cached: names stay in no memory but the page's.
    """
    path = contacts_path(scope.generation.path)
    if scope.role != "employer" or scope.host_id is None or not path.exists():
        return pl.DataFrame(schema=SCHEMA)
    return run(replace(scope.generation, path=path), Query(CONTACTS))


def reachable(scope: Scope, people: pl.DataFrame) -> pl.DataFrame:
    """Return the people of the pool whom the employer may contact, in the pool's order, with what they did here."""
    told = people.select("person_key", "rating", "completions", "categories", "last_completed", "graduation_month")
    named = told.join(contacts(scope), on="person_key", how="inner", maintain_order="left")
    return named.select("given_name", "family_name", "email", pl.exclude("given_name", "family_name", "email"))


def agreed(scope: Scope) -> tuple[int, int]:
    """Return how many people who completed work here agreed to be contacted, and how many completed work here."""
    text = """
        select
            count(distinct person_key) filter (where is_contactable = 1) as agreed,
            count(distinct person_key) as people,
        from analytics.marts.fct_person_host_outcomes
        where host_id = $host
    """
    found = run(scope.generation, Query.of(text, {"host": scope.viewer}))
    return int(found["agreed"][0]), int(found["people"][0])
