"""The dbt project's source files, written from the contract so that no entity is declared twice."""

from pathlib import Path
from textwrap import dedent

from pipelines.contract import PROVENANCE, Column, Entity, Group, entities

HEADER = "# Written by `python -m pipelines.dbt_sources` from pipelines/contract.py: change it there.\n"
STAGING = Path(__file__).resolve().parent.parent / "dbt_project" / "models" / "staging"


def quoted(text: str) -> str:
    """Return the text as a double-quoted YAML scalar."""
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'


def source_column(column: Column) -> str:
    """Return a column's entry: name, type, description."""
    return (
        f"                - name: {column.name}\n"
        f"                  data_type: {column.sql_type}\n"
        f"                  description: {quoted(column.description)}\n"
    )


def source_table(entity: Entity) -> str:
    """Return an entity's entry, its provenance columns last."""
    columns = "".join(source_column(column) for column in (*entity.columns, *PROVENANCE))
    return (
        f"            - name: {entity.name}\n"
        f"              description: {quoted(entity.description)}\n"
        f"              columns:\n{columns}"
    )


def dbt_sources(group: Group) -> str:
    """Return the YAML text that declares the raw tables of one group as dbt sources."""
    head = dedent(f"""\
        version: 2

        sources:
            - name: {group}
              description: Rows of the {group} entities as loaded, one table per entity, append-only.
              schema: raw
              tables:
        """)
    return HEADER + head + "".join(source_table(entity) for entity in entities(group))


def sources_path(group: Group) -> Path:
    """Return where the group's source file lies in the dbt project."""
    return STAGING / group / f"{group}__sources.yml"


def write_sources() -> None:
    """Write both groups' source files."""
    groups: tuple[Group, ...] = ("platform", "outcomes")
    for group in groups:
        sources_path(group).write_text(dbt_sources(group))


if __name__ == "__main__":
    write_sources()
