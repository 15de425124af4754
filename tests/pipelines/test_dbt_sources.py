"""The committed source files are what the contract says."""

import pytest
import yaml

from pipelines.contract import ENTITIES, PROVENANCE, Group
from pipelines.dbt_sources import dbt_sources, quoted, sources_path

GROUPS: tuple[Group, ...] = ("platform", "outcomes")


@pytest.mark.parametrize("group", GROUPS)
def test_the_committed_source_file_equals_the_contract(group: Group) -> None:
    assert sources_path(group).read_text() == dbt_sources(group), "run `python -m pipelines.dbt_sources`"


@pytest.mark.parametrize("group", GROUPS)
def test_every_entity_is_declared_with_all_of_its_columns(group: Group) -> None:
    (source,) = yaml.safe_load(dbt_sources(group))["sources"]
    declared = {table["name"]: [column["name"] for column in table["columns"]] for table in source["tables"]}
    assert declared == {
        name: [column.name for column in (*entity.columns, *PROVENANCE)]
        for name, entity in ENTITIES.items()
        if entity.group == group
    }


def test_a_description_may_hold_quotes_and_colons() -> None:
    text = 'He said: "a \\ b".'
    assert yaml.safe_load(quoted(text)) == text
