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
        ('employer_id = "company"', 'employer_id = { template = "" }', "employer_id.*template: expected text"),
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


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ('dialect = { encoding = "utf8000" }', "encoding: expected one such as utf-8"),
        ('dialect = { encoding = "base64" }', "encoding: expected one such as utf-8"),
        ('dialect = { timezone = "Mars/Olympus" }', "timezone: expected one such as"),
        ('dialect = { timezone = "../etc" }', "timezone: expected one such as"),
        ('dialect = { sentinel_dates = ["30/12/1899"] }', "sentinel_dates: expected a date such as"),
        ('dialect = { sentinel_dates = ["1899-02-30"] }', "sentinel_dates: expected a date such as"),
        ('dialect = { date_formats = ["dd/mm/yyyy"] }', "date_formats: expected a format such as"),
        ('dialect = { timestamp_formats = ["%Q"] }', "timestamp_formats: expected a format such as"),
        ("delivered_at_pattern = '(unclosed'", "delivered_at_pattern: expected a regular expression"),
        ("delivered_at_pattern = 'none'", "expected one group around the date"),
        ("delivered_at_pattern = '(a{99999999999})'", "delivered_at_pattern: expected a regular expression"),
        (f"delivered_at_pattern = '{'(?:' * 3000}(a){')' * 3000}'", "delivered_at_pattern: expected a regular expr"),
        ("delivered_at = 20260201", "delivered_at.*expected a time such as"),
        ('delivered_at = "1767225600"', "delivered_at.*expected a time such as"),
        ("delivered_at = 1.5", "delivered_at.*expected a time such as"),
        ("delivered_at = 0001-01-01T00:00:00+14:00", "delivered_at.*expected a time such as"),
        (f"ignored = {'[' * 5000}{']' * 5000}", "expected TOML"),
        *(
            (f'dialect = {{ delimiter = "{mark}" }}', "delimiter: expected one such as")
            for mark in ('\\"', "\\n", "\\u0000")
        ),
    ],
)
def test_a_declaration_that_no_reader_could_follow_is_refused(tmp_path: Path, line: str, message: str) -> None:
    text = GOOD.replace('path = "people.csv"', f'path = "people.csv"\n{line}')
    with pytest.raises(MappingError, match=message):
        read_mapping(written(tmp_path, text))


@pytest.mark.parametrize(
    "path", ["", "/etc/people.csv", "../people.csv", "a/../../people.csv", "a**/people.csv", "é" * 130, "a/" * 501]
)
def test_a_path_stays_below_the_mapping(tmp_path: Path, path: str) -> None:
    with pytest.raises(MappingError, match=r"files\[0\].*path: expected"):
        read_mapping(written(tmp_path, GOOD.replace("people.csv", path)))


CONSTANTS = """
source = "northwind"
[[files]]
path = "feedback.csv"
[files.entities.feedback.fields]
feedback_id = "id"
engagement_id = "work"
submitted_at = "at"
[files.entities.feedback.constants]
author_role = "employer"
{constant}
"""


@pytest.mark.parametrize("constant", ["rating = 3", "would_hire = true", 'updated_at = "2026-01-31T12:00:00Z"'])
def test_a_constant_of_the_columns_type_is_taken(tmp_path: Path, constant: str) -> None:
    assert read_mapping(written(tmp_path, CONSTANTS.format(constant=constant))).source == "northwind"


@pytest.mark.parametrize(
    ("constant", "message"),
    [
        ('rating = "good"', "constant 'rating': expected a whole number"),
        ("rating = 1.5", "constant 'rating': expected a whole number"),
        ('would_hire = "yes"', "constant 'would_hire': expected true or false"),
        ("updated_at = 'yesterday'", "constant 'updated_at': expected a time"),
        ("updated_at = '0001-01-01T00:00:00+14:00'", "constant 'updated_at': expected a time"),
    ],
)
def test_a_constant_of_another_type_is_refused(tmp_path: Path, constant: str, message: str) -> None:
    with pytest.raises(MappingError, match=message):
        read_mapping(written(tmp_path, CONSTANTS.format(constant=constant)))


def test_a_constant_outside_the_contracts_values_is_refused(tmp_path: Path) -> None:
    text = CONSTANTS.format(constant="").replace('"employer"', '"employr"')
    with pytest.raises(MappingError, match="nearest: employer"):
        read_mapping(written(tmp_path, text))


def test_a_mapping_that_cannot_be_opened_is_said(tmp_path: Path) -> None:
    (tmp_path / "x.mapping.toml").mkdir()
    with pytest.raises(MappingError, match=r"x\.mapping\.toml: expected a file that can be read"):
        read_mapping(tmp_path / "x.mapping.toml")
