"""The committed reference tables keep the promises of their SOURCES.md."""

from pathlib import Path

import polars as pl
import pytest

REFERENCE = Path(__file__).resolve().parents[2] / "data" / "reference"
KEYS = {"institutions": "unitid", "majors": "cip_code", "industries": "naics_code"}


def read(name: str) -> pl.DataFrame:
    return pl.read_csv(REFERENCE / f"{name}.csv", infer_schema_length=0)


@pytest.mark.parametrize(("name", "key"), KEYS.items())
def test_each_table_has_a_filled_unique_key(name: str, key: str) -> None:
    column = read(name)[key]
    assert column.null_count() == 0
    assert column.is_unique().all()


def test_codes_are_text_with_their_zeros() -> None:
    assert "01.0101" in read("majors")["cip_code"].to_list()
    assert read("majors")["cip_code"].str.contains(r"^\d\d(\.\d\d(\d\d)?)?$").all()


def test_every_major_belongs_to_a_titled_family() -> None:
    majors = read("majors")
    assert (majors["family_code"] == majors["cip_code"].str.slice(0, 2)).all()
    assert majors["family_title"].null_count() == 0
    assert not majors["title"].str.ends_with(".").any()


def test_split_sectors_join_by_their_two_digits() -> None:
    industries = read("industries")
    for code, title in {"32": "Manufacturing", "45": "Retail Trade", "49": "Transportation and Warehousing"}.items():
        assert industries.filter(pl.col("naics_code") == code)["sector_title"].item() == title
    assert industries["sector_code"].n_unique() == 20


def test_unmatched_shares_are_null_and_matched_ones_are_shares() -> None:
    institutions = read("institutions")
    for name in ("pell_share", "first_generation_share"):
        share = institutions[name].cast(pl.Float64)
        assert 0 < share.null_count() < institutions.height / 5
        assert share.drop_nulls().is_between(0, 1).all()


def test_an_email_domain_belongs_to_one_institution() -> None:
    domains = read("institutions")["email_domain"].drop_nulls()
    assert domains.len() > 1000
    assert domains.is_unique().all()


def test_a_known_institution_has_its_published_facts() -> None:
    howard = read("institutions").filter(pl.col("unitid") == "131520").row(0, named=True)
    assert (howard["name"], howard["state"], howard["is_hbcu"]) == ("Howard University", "DC", "true")
    assert howard["control"] == "private nonprofit"
    assert float(howard["pell_share"]) == pytest.approx(0.4175)


def test_sources_states_the_row_count_of_each_table() -> None:
    text = (REFERENCE / "SOURCES.md").read_text()
    for name in KEYS:
        assert f"| `{name}.csv` | {read(name).height:,} |" in text
