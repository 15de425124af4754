from pathlib import Path

import pytest

from pipelines.errors import MappingError
from pipelines.mapping import read_mapping

GOOD = """
source = "northwind"
[[files]]
path = "people.csv"
[files.entities.employer_domains.fields]
employer_id = "company"
domain = "mail domain"
"""


def written(tmp_path: Path, text: str) -> Path:
    path = tmp_path / "x.mapping.toml"
    path.write_text(text)
    return path


def test_a_mapping_says_where_each_field_comes_from(tmp_path: Path) -> None:
    mapping = read_mapping(written(tmp_path, GOOD))
    fields = mapping.files[0].entities["employer_domains"].fields
    assert fields is not None
    assert fields["domain"].columns == ("mail domain",)


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("employer_domains", "employer_domain", "employer_domains"),
        ("domain = ", "domian = ", "nearest: domain"),
        ('path = "people.csv"', 'path = "people.csv"\ndelivry = "snapshot"', "nearest: delivery"),
        ('path = "people.csv"', 'path = "people.csv"\ndelivery = "snapshots"', "delivery"),
        ('employer_id = "company"\n', "", "required field 'employer_id'"),
        ('source = "northwind"', "source = northwind", "expected TOML"),
        ('employer_id = "company"', 'employer_id = { first = "company" }', "event_log"),
        ('employer_id = "company"', 'employer_id = { column = "a", template = "{b}" }', "exactly one"),
    ],
)
def test_a_wrong_mapping_fails_with_the_file_the_key_and_the_nearest_name(
    tmp_path: Path, old: str, new: str, message: str
) -> None:
    assert old in GOOD
    with pytest.raises(MappingError, match=message) as raised:
        read_mapping(written(tmp_path, GOOD.replace(old, new)))
    assert "x.mapping.toml" in str(raised.value)


def test_a_value_outside_the_contract_is_refused_before_any_row(tmp_path: Path) -> None:
    text = """
source = "northwind"
[[files]]
path = "feedback.csv"
[files.entities.feedback.fields]
feedback_id = "id"
engagement_id = "work"
author_role = "who"
submitted_at = "at"
[files.entities.feedback.values.author_role]
boss = "employr"
"""
    with pytest.raises(MappingError, match="nearest: employer"):
        read_mapping(written(tmp_path, text))
