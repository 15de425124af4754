"""Every file of the landing folder is taken, refused or ignored by name: none is passed over, none taken twice."""

import os
from datetime import datetime
from pathlib import Path

import pytest

from pipelines.errors import MappingError
from pipelines.landing import LandedFile, format_of, landed_files

MAPPING = """
source = "northwind"
delivered_at = 2026-02-01T00:00:00Z
[[files]]
path = "{path}"
{more}
[files.entities.employer_domains.fields]
employer_id = "company"
domain = "mail"
"""


def mapped(folder: Path, path: str, more: str = "", name: str = "x.mapping.toml") -> None:
    (folder / name).write_text(MAPPING.format(path=path, more=more))


def put(folder: Path, *names: str) -> None:
    for name in names:
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text("employer_id,domain\n")


def landed(folder: Path, *mappings: Path) -> dict[str, LandedFile]:
    return {each.name: each for each in landed_files(folder, mappings)}


def refusals(folder: Path) -> dict[str, str]:
    return {name: each.refusal for name, each in landed(folder).items() if each.refusal}


def test_a_file_that_two_blocks_take_is_refused_naming_both(landing: Path) -> None:
    put(landing, "a.csv")
    mapped(landing, "a.csv")
    mapped(landing, "*.csv", name="y.mapping.toml")
    (reason,) = refusals(landing).values()
    assert "x.mapping.toml files[0] and y.mapping.toml files[0]" in reason


def test_the_same_mapping_by_two_ways_is_one(landing: Path, tmp_path: Path) -> None:
    put(landing, "a.csv")
    mapped(landing, "a.csv")
    (tmp_path / "link").symlink_to(landing)
    assert set(landed(tmp_path / "link", landing / "x.mapping.toml")) == {"a.csv"}
    assert refusals(landing) == {}


def test_files_of_a_wrong_mapping_are_held_back_and_not_read_as_something_else(landing: Path) -> None:
    put(landing, "employer_domains_2026-02-01.csv", "employer_domains_2026-03-01.csv")
    mapped(landing, "employer_domains_2026-02-01.csv", more='delivry = "snapshot"')
    found = landed(landing)
    assert "nearest: delivery" in (found["x.mapping.toml"].refusal or "")
    assert "held back until x.mapping.toml" in (found["employer_domains_2026-02-01.csv"].refusal or "")
    assert found["employer_domains_2026-03-01.csv"].refusal is None


def test_a_mapping_that_is_no_toml_holds_back_all_that_no_other_takes(landing: Path) -> None:
    put(landing, "employer_domains.csv", "below/employer_domains.csv", "other.csv")
    (landing / "x.mapping.toml").write_text("source = northwind")
    mapped(landing, "other.csv", name="y.mapping.toml")
    assert set(refusals(landing)) == {"x.mapping.toml", "employer_domains.csv", "below/employer_domains.csv"}


def test_a_mapping_that_was_named_but_does_not_exist_is_said(landing: Path) -> None:
    with pytest.raises(MappingError, match=r"none\.mapping\.toml: expected a mapping file"):
        landed_files(landing, (landing / "none.mapping.toml",))


def test_a_path_with_pattern_letters_names_the_file_of_that_name(landing: Path) -> None:
    put(landing, "a[1].csv", "a1.csv")
    mapped(landing, "a[1].csv")
    assert landed(landing)["a[1].csv"].source == "northwind"


def test_linked_folders_are_followed_once_and_never_upward(landing: Path, tmp_path: Path) -> None:
    put(tmp_path / "elsewhere", "employers.csv")
    (landing / "linked").symlink_to(tmp_path / "elsewhere")
    (landing / "again").symlink_to(tmp_path / "elsewhere")
    (landing / "self").symlink_to(landing)
    (landing / "up").symlink_to(tmp_path)
    assert list(landed(landing)) == ["again/employers.csv"]


def test_no_file_is_passed_over_in_silence(landing: Path) -> None:
    names = (
        "employers.xls",
        "employers.txt",
        "employers.csv.zip",
        "x.maping.toml",
        "employers.parquet.gz",
        "employers",
    )
    put(landing, *names)
    (landing / "employers.csv").symlink_to(landing / "gone.csv")
    found = refusals(landing)
    assert set(found) == {*names, "employers.csv"}
    assert all("expected a data file (csv, tsv" in found[name] for name in names)


def test_documents_and_hidden_files_may_lie_beside_data(landing: Path) -> None:
    put(landing, "README.txt", "SOURCES.md", "LICENSE", ".gitkeep", ".cache/employers.csv", "delivery.toml")
    assert landed(landing) == {}
    (landing / "delivery.toml").unlink()
    put(landing, "README.csv")
    assert set(refusals(landing)) == {"README.csv"}


@pytest.mark.parametrize(
    ("name", "format"),
    [("a.CSV", "csv"), ("a.CSV.GZ", "csv"), ("a.json.gz", "json"), ("a.jsonl.gz", "ndjson"), ("a.xlsx.gz", None)],
)
def test_endings_are_compared_in_lower_case_and_text_may_be_compressed(name: str, format: str | None) -> None:
    assert format_of(Path(name)) == format


@pytest.mark.parametrize("name", ["employers_20260131.csv", "employers_2026-01-31.CSV.GZ", "20260131/employers.csv"])
def test_dates_are_read_with_and_without_hyphens(landing: Path, name: str) -> None:
    put(landing, name)
    assert landed(landing)[name].delivered_at == datetime(2026, 1, 31)


@pytest.mark.parametrize("name", ["employers_2026-13-01.csv", "employers_20260230.csv", "2026-02-30/employers.csv"])
def test_a_name_like_a_date_that_is_none_is_refused(landing: Path, name: str) -> None:
    put(landing, name)
    assert "expected a date such as" in refusals(landing)[name]


@pytest.mark.parametrize("name", ["export_soon.csv", "export_31012026.csv", "export_2026-02-30.csv"])
def test_a_pattern_that_finds_no_date_refuses_the_file(landing: Path, name: str) -> None:
    put(landing, name, "export_20260131.csv")
    mapped(landing, "export_*.csv", more="delivered_at_pattern = 'export_(.*)\\.csv'")
    assert "expected a date such as" in refusals(landing)[name]
    assert landed(landing)["export_20260131.csv"].delivered_at == datetime(2026, 1, 31)


def test_folders_named_like_files_are_no_files(landing: Path) -> None:
    for name in ("employers.csv", "x.mapping.toml", "y.csv"):
        (landing / name).mkdir()
    mapped(landing, "*.csv", name="z.mapping.toml")
    assert set(refusals(landing)) == {"z.mapping.toml"}


def test_a_manifest_that_cannot_be_read_refuses_the_files_beside_it(landing: Path) -> None:
    put(landing, "employers.csv")
    (landing / "delivery.toml").mkdir()
    assert "delivery.toml: expected a file" in refusals(landing)["employers.csv"]


def test_a_name_with_undecodable_bytes_is_refused_under_an_escaped_name(landing: Path) -> None:
    Path(os.fsdecode(os.fsencode(landing) + b"/employers_\xff.csv")).write_text("employer_id\n")
    (name,) = refusals(landing)
    assert name == "employers_\\xff.csv"
